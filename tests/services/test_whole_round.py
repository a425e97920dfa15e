"""One round from upload to settlement through the services alone, with every published number checked."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import MetaModel, Originality, Round, RoundLog, Score, Work
from tournaments.services import blending, ledger, pools, settlement
from tournaments.services.access import Actor
from tournaments.services.reading import reports

pytestmark = pytest.mark.django_db
stages = Stages(__name__)


@stages.step
def played(tmp_path):
    world = World(tmp_path, pool=1_000)
    round_ = world.open_round()
    ann, bob, cyd, dan = (world.player(name) for name in ("ann", "bob", "cyd", "dan"))
    sent = {
        "Ann": world.skill(0.5, noise=1),
        "Bob": world.skill(0.4, noise=2),
        "Cyd": world.skill(-0.8, noise=3),
    }
    for actor, p in zip((ann, bob, cyd), sent.values(), strict=True):
        world.submit(actor, round_, p)
    sent["Dan"] = sent["Ann"]
    world.submit(dan, round_, sent["Dan"])
    drain()
    round_ = world.resolve(world.close(round_))
    return world, round_, sent


def losses(world, p, split):
    rows = world.splits == split
    return log_loss(world.y[rows], p[rows])


def test_every_split_is_scored_as_scikit_learn_scores_it(played):
    world, round_, sent = played
    assert round_.state == Round.State.RESOLVED
    for alias, p in sent.items():
        for split in ("validation", "test", "live"):
            score = Score.objects.get(submission__participant__alias=alias, split=split)
            assert score.log_loss == pytest.approx(losses(world, p, split), abs=1e-12)
            assert score.units == round(score.log_loss * 1e9)


def test_the_exact_copy_is_gated_and_its_victim_is_not(played):
    _, round_, _ = played
    found = {o.submission.participant.alias: o for o in Originality.objects.filter(round=round_)}
    assert found["Dan"].passes is False
    assert found["Dan"].nearest.participant.alias == "Ann"
    assert found["Dan"].originality == 0
    assert all(found[alias].passes for alias in ("Ann", "Bob", "Cyd"))


def test_the_equal_blend_is_the_mean_logit_and_is_scored_as_a_submission(played):
    world, round_, sent = played
    z = np.mean([np.log(p / (1 - p)) for p in sent.values()], axis=0)
    p = 1 / (1 + np.exp(-z))
    model = MetaModel.objects.get(round=round_, blend="equal")
    in_order = sorted(
        range(len(world.ids)),
        key=lambda i: (
            world.splits[i] != "validation",
            world.splits[i] == "live",
            int(world.eras[i][3:]),
            world.ids[i],
        ),
    )
    assert blending.vector_of(model) == pytest.approx(p[in_order], abs=1e-12)
    assert Score.objects.get(meta_model=model, split="live").log_loss == pytest.approx(
        losses(world, p, "live")
    )


def test_payouts_follow_the_ranking_and_conserve_money(played):
    world, round_, sent = played
    ranked = sorted(("Ann", "Bob"), key=lambda alias: losses(world, sent[alias], "live"))
    plan = settlement.preview(world.operator, round_)
    assert {line.participant.alias: line.reason for line in plan.lines} == {
        ranked[0]: "",
        ranked[1]: "",
        "Cyd": "not_better_than_a_coin",
        "Dan": "not_original",
    }
    made = settlement.commit(world.operator, round_)
    paid = {payout.participant.alias: payout.amount for payout in made.payouts.all()}
    # Weights 1000 : 885 of a pool of 1,000: 530.50… and 469.49…; the left-over unit to the larger remainder.
    assert [paid[alias] for alias in ranked] == [531, 469]
    assert paid["Cyd"] == paid["Dan"] == 0
    assert ledger.balance(pools.pool_of(round_)) == 0
    assert settlement.commit(world.operator, round_).pk == made.pk
    round_.refresh_from_db()
    assert round_.state == Round.State.SETTLED


def test_the_board_ranks_ties_alike_and_compares_the_crowd(played):
    world, round_, sent = played
    board = reports.leaderboard(Actor(None), round_)
    rows = {row["alias"]: row for row in board.rows if row["kind"] == "player"}
    assert board.split == "live"
    assert rows["Ann"]["rank"] == rows["Dan"]["rank"]
    assert rows["Dan"]["gate"] == "not_original"
    crowd = reports.crowd(round_, "live")
    assert crowd["forecasters"] == 4
    assert crowd["median"] == pytest.approx(np.median([losses(world, p, "live") for p in sent.values()]))


def test_all_work_is_done_and_the_log_tells_the_story(played):
    _, round_, _ = played
    assert not Work.objects.exclude(state=Work.State.DONE).exists()
    kinds = list(RoundLog.objects.filter(round=round_).values_list("kind", flat=True))
    assert kinds == ["opened", "closed", "blended", "labels", "resolved"]
