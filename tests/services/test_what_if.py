"""What other rules would have paid: from stored integers, without a row."""

from fractions import Fraction

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.services import paid
from tests.world import World, drain
from tournaments.models import Originality
from tournaments.numerics.units import quantise
from tournaments.services import settlement
from tournaments.services.errors import Conflict, Forbidden, Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(kept, tmp_path):
    return kept("settling:what-if", lambda: paid.played(tmp_path))


def test_nothing_changed_is_the_settlement_itself_and_nothing_is_written(stage):
    world, round_ = stage
    plan = settlement.preview(world.operator, round_)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        same = settlement.what_if(world.operator, round_, {})
        settlement.compare(round_, same)
    assert same == plan
    assert all(one["sql"].startswith("SELECT") for one in asked.captured_queries)
    assert len(asked) < 25


def test_a_settled_round_is_compared_with_what_was_paid_from_what_there_was(stage):
    world, round_ = stage
    made = settlement.commit(world.operator, round_)
    round_.refresh_from_db()
    plan = settlement.what_if(world.operator, round_, {"parameters": {"places": 1}})
    assert (plan.pool, plan.paid) == (made.pool, 1_000) == (1_000, 1_000)
    found = settlement.compare(round_, plan)
    assert found.settled
    first, second = (line.participant.alias for line in plan.lines[:2])
    changes = {one.alias: (one.before, one.amount, one.difference) for one in found.lines}
    assert (changes[first], changes[second]) == ((531, 1_000, 469), (469, 0, -469))
    # Of five the first has all: (5 - 1) / 5. Before: 531 and 469 of 1,000.
    assert (found.after.gini, found.after.top_one) == (Fraction(4, 5), Fraction(1))
    assert float(found.before.gini) == pytest.approx((4 * 531 + 2 * 469) / (5 * 1_000))
    assert float(found.before.top_one) == 0.531


def test_a_gate_on_originality_is_held_against_what_was_measured(stage):
    world, round_ = stage
    without = paid.by_alias(settlement.what_if(world.operator, round_, {"originality_gate": None}))
    assert without["Dan"].reason == ""
    assert without["Dan"].award.tied
    rho = dict(Originality.objects.filter(round=round_).values_list("submission", "max_abs_rho"))
    for gate in (0.01, 0.3, 0.99):
        lines = settlement.what_if(world.operator, round_, {"originality_gate": gate}).lines
        for line in lines:
            if line.reason in ("", "not_original"):
                assert line.submission_id is not None
                near = quantise(rho[line.submission_id]) > quantise(gate)
                assert (line.reason == "not_original") == near


def test_a_pool_and_a_gate_of_results_can_be_others(stage):
    world, round_ = stage
    plan = settlement.what_if(world.operator, round_, {"log_loss_gate": False, "pool": 10**30})
    assert (plan.paid, len([line for line in plan.lines if line.amount])) == (10**30, 3)


def test_a_wager_among_equals_moves_what_their_scores_say(stage):
    world, round_ = stage
    plan = settlement.what_if(world.operator, round_, {"payout_rule": "wager"}, stake_each=10_000)
    live, low, scores = world.splits == "live", np.log(0.3), {}
    for alias in ("Ann", "Bob", "Cyd"):
        p = np.clip(world.skill(*paid.PLAYERS[alias.lower()]), 0.3, 0.7)[live]
        told = np.log(np.where(world.y[live] == 1, p, 1 - p))
        scores[alias] = np.mean((told - low) / (np.log(0.7) - low))
    lines = paid.by_alias(plan)
    # Who is worse than a coin takes part too: to fail a gate of results would give the stake back.
    for alias, score in scores.items():
        assert lines[alias].award.change == pytest.approx(
            10_000 * (score - np.mean(list(scores.values()))), abs=1
        )
    assert (lines["Dan"].reason, lines["Dan"].award.returned) == ("not_original", 10_000)
    assert plan.paid == plan.burned > 0
    assert plan.rolled_over == plan.pool


@pytest.mark.parametrize(
    ("rule", "bets"),
    [("stake_curve", {"stake_each": 50}), ("auction", {"stake_each": 50, "confidence_each": 10**8})],
)
def test_the_other_rules_with_stakes_conserve_every_unit(stage, rule, bets):
    world, round_ = stage
    plan = settlement.what_if(world.operator, round_, {"payout_rule": rule}, **bets)
    assert plan.paid + plan.rolled_over == plan.pool + plan.burned
    assert any(line.award.stake for line in plan.lines)


@pytest.mark.parametrize(
    ("changes", "bets", "code", "field"),
    [
        ({"quota": 3}, {}, "invalid_rule", "quota"),
        ({"payout_rule": "lottery"}, {}, "invalid_rule", "payout_rule"),
        ({"payout_rule": ["wager"]}, {}, "invalid_rule", "payout_rule"),
        ({"parameters": {"places": 0}}, {}, "invalid_rule", "places"),
        ({"parameters": {"places": 1.5}}, {}, "invalid_rule", "places"),
        ({"parameters": {"measure": "pcs"}}, {}, "invalid_rule", "measure"),
        ({"parameters": [3]}, {}, "invalid_rule", "parameters"),
        ({"pool": -1}, {}, "invalid_rule", "pool"),
        ({"pool": 1.5}, {}, "invalid_rule", "pool"),
        ({"originality_gate": 2}, {}, "invalid_rule", "originality_gate"),
        ({"concordance_gate": 0.1}, {}, "invalid_rule", "concordance_gate"),
        ({"payout_rule": "wager", "parameters": {"clip": 7}}, {"stake_each": 1}, "invalid_rule", "clip"),
        ({"payout_rule": "wager"}, {}, "stake_needed", None),
        ({"payout_rule": "auction"}, {"stake_each": 1}, "confidence_needed", None),
        ({}, {"stake_each": 0}, "bad_stake", None),
        ({}, {"stake_each": True}, "bad_stake", None),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_name(stage, changes, bets, code, field):
    world, round_ = stage
    with pytest.raises(Invalid) as error:
        settlement.what_if(world.operator, round_, changes, **bets)
    assert (error.value.code, error.value.details.get("field")) == (code, field)


def test_only_overseers_ask_and_only_of_what_is_resolved(stage):
    world, round_ = stage
    with pytest.raises(Forbidden):
        settlement.what_if(world.player("fay"), round_, {})
    with pytest.raises(Conflict) as error:
        settlement.what_if(world.operator, world.open_round(), {})
    assert error.value.code == "wrong_state"


def test_without_rewards_nobody_stakes(tmp_path):
    world = World(tmp_path, "classroom")
    round_ = world.open_round()
    world.submit(world.player("ann"), round_, world.skill(0.5, noise=1))
    drain()
    round_ = world.resolve(world.close(round_))
    assert settlement.what_if(world.operator, round_, {"log_loss_gate": True}).paid == 0
    with pytest.raises(Invalid) as error:
        settlement.what_if(world.operator, round_, {"payout_rule": "wager"}, stake_each=1)
    assert error.value.code == "invalid_rule"
