"""Past rounds paid again: totals are those of each round's what-if, and nothing is written."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.services import paid
from tournaments.models import Round, User
from tournaments.services import replaying, settlement
from tournaments.services.access import Actor
from tournaments.services.errors import Conflict, Forbidden, Invalid
from tournaments.services.replaying import Variant

pytestmark = pytest.mark.django_db
ONE = Variant("one place", {"parameters": {"places": 1}})
ADDED = Variant("by contribution", {"payout_rule": "contribution_pool", "log_loss_gate": False})
WAGER = Variant("wager", {"payout_rule": "wager"})


def build(folder):
    world, first = paid.played(folder)
    settlement.commit(world.operator, first)
    people = {name: Actor(User.objects.get(username=name)) for name in paid.PLAYERS}
    return world, first, paid.play(world, people)


@pytest.fixture
def stage(kept, tmp_path):
    return kept("settling:replay", lambda: build(tmp_path))


def summed(world, rounds, changes, **bets):
    totals: Counter[str] = Counter()
    for round_ in rounds:
        round_.refresh_from_db()
        plan = settlement.what_if(world.operator, round_, changes, **bets)
        totals.update({line.participant.alias: line.award.change for line in plan.lines})
    return totals


def test_totals_are_the_sums_of_what_each_round_would_pay(stage):
    world, *played = stage
    with CaptureQueriesContext(connection) as asked:
        found = replaying.replay(world.operator, world.tournament, [ONE, ADDED, WAGER], stake_each=1_000)
    assert all(one["sql"].startswith("SELECT") for one in asked.captured_queries)
    assert len(asked) < 30
    assert (found.rounds, found.left_out, found.currency) == ([1, 2], [], "USD")
    for outcome, variant in zip(found.variants, (ONE, ADDED, WAGER), strict=True):
        assert outcome.totals == summed(world, played, variant.changes, stake_each=1_000)
    assert found.in_force.totals == summed(world, played, {})
    assert (found.in_force.paid, found.in_force.rolled_over) == (2_000, 0)
    wager = found.variants[2]
    assert (wager.paid - wager.burned, wager.rolled_over) == (0, 2_000)


def test_who_gains_and_who_loses_is_told_of_everyone(stage):
    world, *_ = stage
    found = replaying.replay(world.operator, world.tournament, [ONE])
    told = found.differences(found.variants[0])
    assert [one.alias for one in told] == found.aliases
    assert sum(one.difference for one in told) == 0
    assert {one.alias for one in told} == {"Ann", "Bob", "Cyd", "Dan", "Eve"}
    best = max(told, key=lambda one: one.difference)
    assert best.before < best.amount
    assert found.variants[0].concentration.gini > found.in_force.concentration.gini


def test_only_so_many_rounds_and_those_that_pay_in_the_same_currency(stage):
    world, first, second = stage
    assert replaying.replay(world.operator, world.tournament, [ONE], last=1).rounds == [2]
    Round.objects.filter(pk=first.pk).update(rules={**first.rules, "currency": "EUR"})
    found = replaying.replay(world.operator, world.tournament, [ONE])
    assert (found.rounds, found.left_out) == ([2], [1])
    for round_ in (first, second):
        Round.objects.filter(pk=round_.pk).update(rules={**round_.rules, "rewards": "none", "pool": 0})
    with pytest.raises(Conflict) as error:
        replaying.replay(world.operator, world.tournament, [ONE])
    assert error.value.code == "nothing_to_replay"


@pytest.mark.parametrize(
    ("variants", "last", "code"),
    [
        ([], 5, "bad_variants"),
        ([ONE, ONE], 5, "bad_variants"),
        ([Variant(str(i), {}) for i in range(7)], 5, "bad_variants"),
        ([Variant("x" * 41, {})], 5, "bad_variants"),
        ([ONE], 51, "bad_count"),
        ([ONE], 0, "bad_count"),
        ([WAGER], 5, "stake_needed"),
    ],
)
def test_what_cannot_be_replayed_is_refused(stage, variants, last, code):
    world, *_ = stage
    with pytest.raises(Invalid) as error:
        replaying.replay(world.operator, world.tournament, variants, last)
    assert error.value.code == code


def test_players_do_not_replay(stage):
    world, *_ = stage
    with pytest.raises(Forbidden):
        replaying.replay(Actor(User.objects.get(username="ann")), world.tournament, [ONE])
