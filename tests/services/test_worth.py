"""What a meta-model is worth, from stored rows: who may ask, when, and that it is what its formulas say."""

import itertools

import numpy as np
import pytest
from scipy.special import expit, logit

from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import MetaModel, Round, Score
from tournaments.numerics.losses import log_loss
from tournaments.numerics.ranks import gaussian_ranks
from tournaments.numerics.units import LN2
from tournaments.services import rescoring, rounds
from tournaments.services import worth as worth_now
from tournaments.services.access import Actor
from tournaments.services.errors import Conflict, Forbidden, Invalid, Unknown
from tournaments.services.people import users
from tournaments.services.reading import whole, worth

pytestmark = pytest.mark.django_db
stages = Stages(__name__)
PEOPLE = (("ann", 0.5), ("bob", 0.4), ("cyd", 0.0))
NAN = float("nan")
REFUSED = [
    *((cost, 1.0, "bad_cost") for cost in (-0.1, 0.6, NAN)),
    *((0.0, kelly, "bad_kelly") for kelly in (0.0, 2.0, NAN)),
]


@stages.step
def world(tmp_path):
    return World(tmp_path, blend="rank")


@stages.step
def closed(world):
    """A closed round of three, the last of them without skill."""
    round_ = world.open_round()
    for number, (name, strength) in enumerate(PEOPLE, 1):
        world.submit(world.player(name), round_, world.skill(strength, noise=number))
    drain()
    return world.close(round_)


@stages.step
def resolved(world, closed):
    return world.resolve(closed)


def sent(world):
    """What the three said of all rows."""
    return [world.skill(strength, noise) for noise, (_, strength) in enumerate(PEOPLE, 1)]


def headline(round_):
    return MetaModel.objects.get(round=round_, headline=True)


def test_the_curve_is_kept_at_the_resolution_and_ends_in_the_meta_model(world, closed):
    assert headline(closed).curve == []
    world.resolve(closed)
    model = headline(closed)
    assert [(one["participants"], one["subsets"]) for one in model.curve] == [(1, 3), (2, 3), (3, 1)]
    assert model.curve[-1]["gain"] == pytest.approx(
        Score.objects.get(meta_model=model, split="live").gain, abs=1e-11
    )
    assert [one.curve for one in MetaModel.objects.filter(round=closed, headline=False) if one.curve] == []


def test_a_rung_is_the_mean_of_blends_made_by_hand(world, resolved):
    model, live = headline(resolved), world.splits == "live"
    eras = [0, 8, 16, 24, 32]
    ranks = [gaussian_ranks(p[live], eras) for p in sent(world)]
    crowd = np.median([logit(p[live]).reshape(4, 8).mean(axis=1) for p in sent(world)], axis=0)
    level = np.repeat(crowd if model.levels is None else crowd.clip(*model.levels), 8)
    for one, size in zip(model.curve, (1, 2, 3), strict=True):
        means = [np.mean(chosen, axis=0) for chosen in itertools.combinations(ranks, size)]
        gains = [LN2 - log_loss(expit(model.slope * g + level), world.y[live]) for g in means]
        assert one["gain"] == pytest.approx(np.mean(gains), abs=1e-11)
        assert (one["gain_low"], one["gain_high"]) == pytest.approx(np.quantile(gains, [0.1, 0.9]), abs=1e-11)


def test_where_test_rows_are_judged_that_weights_were_fitted_on_there_is_no_curve(world, resolved):
    model = headline(resolved)
    model.round.split_rows = {split: rows for split, rows in resolved.split_rows.items() if split != "live"}
    assert worth_now.curve_now(model) == []
    measured = worth_now.measure(model, 0.0, 1.0)
    assert measured.split == "test"
    # What is measured there was said walk-forward.
    assert measured.worth.gain == pytest.approx(
        Score.objects.get(meta_model=model, split="test").gain, abs=1e-12
    )
    model.round.rules = {**model.round.rules, "paid_split": "test"}
    assert len(worth_now.curve_now(model)) == 3


def test_figures_are_those_of_the_published_score(world, resolved):
    found = worth.of_round(world.operator, resolved, cost=0.0, kelly=1.0)
    score = Score.objects.get(meta_model=headline(resolved), split="live")
    one = found.measured.worth
    assert (one.gain, one.gain_low, one.gain_high) == (score.gain, score.gain_low, score.gain_high)
    assert one.whole.row == pytest.approx(score.gain, abs=1e-12)
    assert (found.measured.split, one.rows, found.eras) == ("live", 32, ["era9", "era10", "era11", "era12"])
    live = world.splits == "live"
    losses = [log_loss(p[live], world.y[live]) for p in sent(world)]
    assert found.singles.best == pytest.approx(LN2 - min(losses), abs=1e-12)
    assert found.singles.mean == pytest.approx(LN2 - np.mean(losses), abs=1e-12)


def test_another_blend_is_measured_on_the_same_rows_and_has_no_curve(world, resolved):
    found = worth.of_round(world.operator, resolved, blend="equal")
    z = np.mean([logit(p) for p in sent(world)], axis=0)
    live = world.splits == "live"
    assert found.measured.worth.gain == pytest.approx(
        LN2 - log_loss(expit(z)[live], world.y[live]), abs=1e-12
    )
    assert (found.curve, found.why_no_curve) == ([], "not_the_meta_model")
    assert found.blends[0] == "rank"


def test_it_is_told_to_operators_and_auditors_once_the_round_is_resolved(world, closed):
    ada, _ = users.create_user("ada")
    users.grant_role(ada, world.tournament, "auditor")
    for actor in (world.operator, Actor(ada)):
        with pytest.raises(Conflict, match="not_resolved"):
            worth.of_round(actor, closed)
    resolved = world.resolve(closed)
    for actor in (world.operator, Actor(ada)):
        assert worth.of_round(actor, resolved).model.headline
    ann = Actor(users.User.objects.get(username="ann"))
    with pytest.raises(Forbidden, match="overseer_only"):
        worth.of_round(ann, resolved)
    with pytest.raises(Forbidden, match="login_needed"):
        worth.of_round(Actor(None), resolved)


def test_numbers_out_of_range_and_blends_that_are_not_there_are_refused(world, resolved):
    for cost, kelly, code in REFUSED:
        with pytest.raises(Invalid, match=code):
            worth.of_round(world.operator, resolved, cost, kelly)
    with pytest.raises(Unknown, match="unknown_blend"):
        worth.of_round(world.operator, resolved, blend="oracle")


def test_without_submissions_there_is_no_blend_to_measure(world):
    round_ = world.resolve(world.close(world.open_round()))
    with pytest.raises(Unknown, match="unknown_blend"):
        worth.of_round(world.operator, round_)


def test_where_every_judged_row_is_void_nothing_is_judged(world, closed):
    live = [one for one, split in zip(world.ids, world.splits, strict=True) if split == "live"]
    rounds.void_rows(world.operator, closed, live, "the source withdrew them")
    drain()
    resolved = world.resolve(closed)
    assert headline(resolved).curve == []
    with pytest.raises(Conflict, match="nothing_to_judge"):
        worth.of_round(world.operator, resolved)


def test_a_curve_that_was_changed_is_found_and_put_right(world, resolved):
    assert rescoring.compare(world.operator, resolved).differences == []
    model = headline(resolved)
    MetaModel.objects.filter(pk=model.pk).update(curve=[{**model.curve[0], "gain": 1.0}, *model.curve[1:]])
    (found,) = rescoring.compare(world.operator, resolved).differences
    assert (found.what, found.whose, found.field, found.published) == (
        "meta-model",
        "rank",
        "curve[0][gain]",
        1.0,
    )
    rescoring.apply(world.operator, resolved, "somebody wrote to the table")
    assert headline(resolved).curve == model.curve


def test_everything_of_a_round_has_every_blend_weight_and_input(world, resolved):
    found = whole.of_round(world.operator, resolved)
    assert found.blends[0]["headline"] is True
    assert sorted(name for name, _ in found.weights) == ["Ann", "Bob", "Cyd"]
    assert all(len(shares) == len(found.blends) for _, shares in found.weights)
    assert [one["participant"] for one in found.manifest["inputs"]] == ["Ann", "Bob", "Cyd"]
    assert set(found.as_json()) == {"worth", "blends", "missing", "manifest"}


def test_nothing_is_written_by_a_look(world, resolved):
    before = Round.objects.get(pk=resolved.pk).__dict__ | {"_state": None}
    worth.of_round(world.operator, resolved)
    assert Round.objects.get(pk=resolved.pk).__dict__ | {"_state": None} == before
