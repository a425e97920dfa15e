"""Fifty at once over one balance, and two rounds that open at once. On a database where things commit."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum

from tests.racing import at_once
from tests.world import World
from tournaments.models import Account, Entry, Participant, Transaction
from tournaments.services import ledger, pools, purse, rounds
from tournaments.services.upkeep import books

THREADS = 50


@pytest.fixture
def world(tmp_path, own_database) -> World:
    """A tournament where things commit."""
    return World(tmp_path, pool=1_000)


def test_of_fifty_withdrawals_and_deposits_none_is_lost_and_nobody_goes_below_zero(world: World) -> None:
    world.player("ann")
    ann = Participant.objects.get(alias="Ann")

    def book(verb: Callable[..., Any], amount: int) -> Callable[[], Any]:
        return lambda: verb(world.operator, world.tournament, ann, "USD", amount, "at once")

    book(purse.deposit, 100)()
    found = Counter(at_once(*(book(purse.withdraw, 10) for _ in range(THREADS))))
    assert found == {"done": 10, "not_enough": 40}
    book(purse.deposit, 25)()
    both = [(purse.withdraw, 10), (purse.deposit, 10)] * (THREADS // 2)
    found = Counter(at_once(*(book(*one) for one in both)))
    left = 25 + 250 - 10 * (found["done"] - 25)
    assert purse.held(world.operator, world.tournament, ann, "USD") == left >= 0
    assert found["done"] + found["not_enough"] == THREADS
    assert Entry.objects.aggregate(total=Sum("amount"))["total"] == 0
    assert books.everything() == []
    assert ledger.head(world.tournament)[0] == Transaction.objects.count()


def test_two_rounds_that_open_at_once_do_not_both_take_what_is_left_over(world: World) -> None:
    for n in range(3):
        house, rollover = (
            ledger.account(world.tournament, kind, "USD")
            for kind in (Account.Kind.HOUSE, Account.Kind.ROLLOVER)
        )
        ledger.post(Transaction.Kind.REFUND, [(house, -70), (rollover, 70)], "left over")
        drafts = [world.draft_round() for _ in range(2)]
        opened = [lambda one=one: rounds.open_round(world.operator, one) for one in drafts]
        assert at_once(*opened) == ["done"] * 2, n
        assert sorted(ledger.balance(pools.pool_of(one)) for one in drafts) == [1_000, 1_070]
        assert ledger.balance(rollover) == 0
    assert books.everything() == []
