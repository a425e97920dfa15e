"""Stakes, withdrawals, closes and cancellations at the same moment. On a database where things commit."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from tests.racing import at_once
from tests.services.test_stakes import has, rich, staked_world
from tests.world import World
from tournaments.models import Account, Entry, Round, Stake, Transaction, Work
from tournaments.services import jobs, ledger, purse, rounds, stakes
from tournaments.services.access import Actor, participant_of
from tournaments.services.clock import db_now
from tournaments.services.people import players
from tournaments.services.upkeep import books

THREADS, EACH = 50, 10
Call = Callable[[], Any]


@pytest.fixture
def world(tmp_path: Path, own_database: None) -> World:
    """A tournament with stakes, where things commit."""
    return staked_world(tmp_path, stake_least=1)


def own(actor: Actor, world: World, count: int) -> list[str]:
    """Give a participant so many forecasters."""
    names = [f"model-{i:02}" for i in range(count)]
    for name in names:
        players.add_forecaster(actor, world.tournament, name)
    return names


def put(actor: Actor, round_: Round, name: str, amount: int = EACH) -> Call:
    """A stake to be made later."""
    return lambda: stakes.stake(actor, round_, name, amount)


def at_stake(*rounds_: Round) -> int:
    """What the escrows of rounds hold, by the sums of their entries."""
    escrows = Account.objects.filter(kind=Account.Kind.ESCROW, round__in=rounds_)
    return sum(ledger.balance(one) for one in escrows)


def close(round_: Round) -> None:
    """Let the deadline pass, and do the work that closes the round."""
    past = db_now() - timedelta(seconds=1)
    Round.objects.filter(pk=round_.pk).update(closes_at=past, opens_at=past - timedelta(hours=1))
    piece = Work.objects.filter(round=round_, kind=Work.Kind.CLOSE)
    piece.update(due_at=past)
    assert jobs.run(piece.get().pk)


def check(world: World) -> None:
    """Every unit is somewhere, and nobody is below zero."""
    assert Entry.objects.aggregate(total=Sum("amount"))["total"] == 0
    assert ledger.head(world.tournament)[0] == Transaction.objects.count()
    assert books.everything() == []


def test_of_fifty_stakes_and_withdrawals_as_many_succeed_as_the_balance_bears(world: World) -> None:
    ann, round_ = rich(world, "ann", 10 * EACH), world.open_round()
    whom = participant_of(ann, world.tournament)

    def take() -> Any:
        return purse.withdraw(world.operator, world.tournament, whom, "USD", EACH, "at once")

    calls = [put(ann, round_, name) for name in own(ann, world, THREADS // 2)]
    found = Counter(at_once(*calls, *[take] * (THREADS // 2)))
    assert found == {"done": 10, "not_enough": 40}
    withdrawn = Transaction.objects.filter(kind=Transaction.Kind.WITHDRAWAL).count()
    assert has(world, ann) == 0
    assert at_stake(round_) + EACH * withdrawn == 10 * EACH
    assert sum(one.amount for one in stakes.of_round(round_)) == at_stake(round_)
    check(world)


def test_rounds_that_overlap_share_a_balance_and_no_escrow(world: World) -> None:
    ann = rich(world, "ann", 30 * EACH)
    first, second = world.open_round(), world.open_round()
    names = own(ann, world, THREADS // 2)
    found = Counter(at_once(*(put(ann, round_, name) for name in names for round_ in (first, second))))
    assert found == {"done": 30, "not_enough": 20}
    assert has(world, ann) == 0
    assert at_stake(first, second) == 30 * EACH
    assert Stake.objects.values("escrow").distinct().count() == Stake.objects.count() == 30
    for round_ in (first, second):
        escrows = Stake.objects.filter(round=round_).values_list("escrow__round", flat=True)
        assert set(escrows) == {round_.pk}
    check(world)


def test_of_one_forecasters_stakes_at_once_one_stands_whole(world: World) -> None:
    ann, round_ = rich(world, "ann", 1_000), world.open_round()
    amounts = [0, 1, 250, 999, 1_000] * (THREADS // 5)
    assert at_once(*(put(ann, round_, "main", amount) for amount in amounts)) == ["done"] * THREADS
    assert at_stake(round_) in amounts
    assert has(world, ann) + at_stake(round_) == 1_000
    assert Stake.objects.count() == 1
    check(world)


def test_what_is_staked_as_the_round_closes_is_locked_or_refused(world: World) -> None:
    ann = rich(world, "ann", 10_000)
    names = own(ann, world, 12)
    for _ in range(3):
        round_, before = world.open_round(), has(world, ann)
        found = Counter(at_once(*(put(ann, round_, name) for name in names), partial(close, round_)))
        refused = found["too_late"] + found["round_not_open"]
        assert found["done"] + refused == len(names) + 1
        locked = Stake.objects.filter(round=round_).aggregate(total=Sum("locked"))["total"] or 0
        assert locked == at_stake(round_) == EACH * (found["done"] - 1)
        assert has(world, ann) == before - locked
    check(world)


def test_what_is_staked_as_the_round_is_cancelled_goes_back(world: World) -> None:
    ann = rich(world, "ann", 10_000)
    names = own(ann, world, 12)
    for _ in range(3):
        round_ = world.open_round()
        at_once(*(put(ann, round_, name) for name in names[:6]))
        calls = [put(ann, round_, name, 2 * EACH) for name in names]
        found = Counter(at_once(*calls, partial(rounds.cancel, world.operator, round_, "no data")))
        assert found["done"] + found["round_not_open"] == len(names) + 1
        assert at_stake(round_) == 0
        assert has(world, ann) == 10_000
    check(world)
