"""Fifty at once over one balance, and two rounds that open at once. On a database where things commit."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connections
from django.db.models import Sum
from psycopg import sql

from tests.conftest import _as_owner, _point_to
from tests.world import World
from tournaments.models import Account, Entry, Participant, Transaction
from tournaments.services import ledger, purse, rounds
from tournaments.services.errors import Refused
from tournaments.services.upkeep import books

THREADS = 50


@pytest.fixture
def world(tmp_path, worker, sources, django_db_setup, django_db_blocker) -> Iterator[World]:
    """A tournament in a database of its own, dropped in the end."""
    name = sql.Identifier(f"money_{worker}")
    with django_db_blocker.unblock():
        home = project.DATABASES["default"]["NAME"]
        with _as_owner(home) as owner:
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            template = sql.Identifier(f"template_{sources}")
            owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, template))
        _point_to(f"money_{worker}")
        try:
            yield World(tmp_path, pool=1_000)
        finally:
            _point_to(home)
            with _as_owner(home) as owner:
                owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def at_once(calls: list[Callable[[], Any]]) -> Counter[str]:
    """Make all calls at the same moment; returns how often each was done, or refused with which code."""
    start = Barrier(len(calls))

    def one(call: Callable[[], Any]) -> str:
        try:
            connections["default"].ensure_connection()
            start.wait(30)
            call()
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(one, calls))


def test_of_fifty_withdrawals_and_deposits_none_is_lost_and_nobody_goes_below_zero(world: World) -> None:
    world.player("ann")
    ann = Participant.objects.get(alias="Ann")

    def book(verb: Callable[..., Any], amount: int) -> Callable[[], Any]:
        return lambda: verb(world.operator, world.tournament, ann, "USD", amount, "at once")

    book(purse.deposit, 100)()
    found = at_once([book(purse.withdraw, 10) for _ in range(THREADS)])
    assert found == {"done": 10, "not_enough": 40}
    book(purse.deposit, 25)()
    found = at_once([book(*one) for one in [(purse.withdraw, 10), (purse.deposit, 10)] * (THREADS // 2)])
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
        assert at_once(opened) == {"done": 2}, n
        assert sorted(ledger.balance(rounds.pool_of(one)) for one in drafts) == [1_000, 1_070]
        assert ledger.balance(rollover) == 0
    assert books.everything() == []
