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


def end(round_: Round) -> int:
    """Let the deadline pass; returns the work that closes the round."""
    past = db_now() - timedelta(seconds=1)
    Round.objects.filter(pk=round_.pk).update(closes_at=past, opens_at=past - timedelta(hours=1))
    piece = Work.objects.filter(round=round_, kind=Work.Kind.CLOSE)
    piece.update(due_at=past)
    return piece.get().pk


def close(round_: Round) -> None:
    """Let the deadline pass, and do the work that closes the round."""
    assert jobs.run(end(round_))


def locked_in(round_: Round) -> dict[str, int | None]:
    """What was locked at the close by forecaster; each escrow holds just that."""
    found = Stake.objects.filter(round=round_).select_related("escrow", "forecaster")
    assert all(one.locked == ledger.balance(one.escrow) for one in found)
    return {one.forecaster.name: one.locked for one in found}


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


def test_one_key_withdraws_once_and_one_stakes_once_however_many_ask(world: World) -> None:
    ann, round_ = rich(world, "ann", EACH), world.open_round()
    whom = participant_of(ann, world.tournament)
    money = (world.operator, world.tournament, whom, "USD", EACH)
    # All there is: whoever comes second has not enough, and is told what the first one was told.
    assert at_once(*[partial(purse.withdraw, *money, "bank 1", "take")] * 16) == ["done"] * 16
    purse.deposit(*money, "bank 2")
    assert at_once(*[partial(stakes.stake, ann, round_, "main", EACH, key="put")] * 16) == ["done"] * 16
    booked = Transaction.objects.filter(kind__in=("stake", "withdrawal"))
    assert sorted(booked.values_list("kind", flat=True)) == ["stake", "withdrawal"]
    assert (at_stake(round_), has(world, ann)) == (EACH, 0)
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
    # All of it is taken out of the one, which is never refused, and put into the other, as far as it goes.
    out = [put(ann, first, name, 0) for name in names]
    found = Counter(at_once(*out, *(put(ann, second, name) for name in names)))
    assert found["done"] + found["not_enough"] == THREADS
    held = EACH * (found["done"] - len(out))
    assert (at_stake(first), at_stake(second), has(world, ann)) == (0, held, 30 * EACH - held)
    check(world)


def test_of_one_forecasters_bids_at_once_one_stands_whole(tmp_path: Path, own_database: None) -> None:
    world = staked_world(tmp_path, payout_rule="auction", pool=100)
    ann, round_ = rich(world, "ann", 1_000), world.open_round()
    bids = [(0, None), (1, 10**9), (250, 7), (999, 10**8), (1_000, 1)]
    calls = [partial(stakes.stake, ann, round_, "main", *bid) for bid in bids]
    assert at_once(*calls * (THREADS // 5)) == ["done"] * THREADS
    stands = Stake.objects.get()
    assert (at_stake(round_), stands.confidence) in bids
    assert has(world, ann) + at_stake(round_) == 1_000
    check(world)


def test_what_is_staked_as_the_round_closes_is_locked_as_it_was_left_or_refused(world: World) -> None:
    ann = rich(world, "ann", 10_000)
    names = own(ann, world, 12)
    raised, taken, new = names[:4], names[4:8], names[8:]
    wanted = {**dict.fromkeys(raised, 3 * EACH), **dict.fromkeys(taken, 0), **dict.fromkeys(new, EACH)}

    def change(round_: Round, name: str, left: dict[str, int]) -> None:
        stakes.stake(ann, round_, name, wanted[name])
        left[name] = wanted[name]

    for _ in range(3):
        round_, before = world.open_round(), has(world, ann)
        left = dict.fromkeys([*raised, *taken], EACH)
        for name in left:
            put(ann, round_, name)()
        calls = [partial(change, round_, name, left) for name in names]
        found = Counter(at_once(*calls, partial(close, round_)))
        assert found["done"] + found["too_late"] + found["round_not_open"] == len(names) + 1
        assert locked_in(round_) == left
        assert at_stake(round_) == before - has(world, ann) == sum(left.values())
    check(world)


def test_what_is_staked_as_the_round_is_cancelled_goes_back(world: World) -> None:
    ann = rich(world, "ann", 10_000)
    names = own(ann, world, 12)
    for closes in (False, False, True):
        round_ = world.open_round()
        for name in names[:6]:
            put(ann, round_, name)()
        calls = [put(ann, round_, name, 2 * EACH) for name in names]
        if closes:
            calls = [partial(jobs.run, end(round_))]
        found = Counter(at_once(*calls, partial(rounds.cancel, world.operator, round_, "no data")))
        assert found["done"] + found["round_not_open"] == len(calls) + 1
        round_.refresh_from_db()
        assert round_.state == Round.State.CANCELLED
        assert (at_stake(round_), has(world, ann)) == (0, 10_000)
        locked = set(Stake.objects.filter(round=round_).values_list("locked", flat=True))
        assert locked == ({EACH} if round_.closed_at else {None})
    check(world)
