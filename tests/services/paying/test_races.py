"""Payments at the same moment, cut off halfway, and tampered with. On a database where things commit."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from tests.commands.conftest import break_rules
from tests.racing import at_once
from tests.services.paying.people import AT, BTC, TXID, Payer
from tests.world import World
from tournaments.models import (
    AuditEvent,
    Delivery,
    Participant,
    PayoutAddress,
    PayoutBatch,
    PayoutItem,
    Transaction,
    User,
)
from tournaments.services import ledger, purse
from tournaments.services.paying import batches
from tournaments.services.upkeep import books


@pytest.fixture
def payer(tmp_path: Path, own_database: None) -> Payer:
    """Ann has 100,000 satoshis, Bob 40,000, Cyd 546."""
    return Payer(World(tmp_path, **BTC)).filled()


def take(payer: Payer, amount: int) -> None:
    ann = Participant.objects.get(alias="Ann")
    purse.withdraw(payer.operator, payer.tournament, ann, "BTC", amount, "by hand")


def test_of_collections_and_withdrawals_at_once_each_satoshi_goes_one_way(payer: Payer) -> None:
    for n in range(5):
        found = Counter(at_once(payer.collect, payer.collect, lambda: take(payer, 100_000), payer.collect))
        made = PayoutBatch.objects.order_by("-number")[0]
        taken = Transaction.objects.filter(kind="withdrawal").count()
        assert found["done"] == 1 + (taken == n + 1), found
        assert found["nothing_owed"] == 2, found
        assert made.total == (40_546 if taken == n + 1 else 140_546)
        assert [payer.held(name) for name in ("ann", "bob", "cyd")] == [0, 0, 0]
        batches.settle(payer.operator, made, f"{n:064x}")
        for name, amount in (("ann", 100_000), ("bob", 40_000), ("cyd", 546)):
            payer.give(name, amount)
        if taken != n + 1:
            take(payer, 100_000)
            payer.give("ann", 100_000)
    assert books.everything() == []


def test_of_a_settlement_and_a_cancellation_at_once_one_wins(payer: Payer) -> None:
    for n in range(5):
        batch = payer.collect()
        verbs = [
            lambda: batches.settle(payer.operator, batch, f"{n:064x}"),  # noqa: B023
            lambda: batches.cancel(payer.operator, batch, "not sent"),  # noqa: B023
        ]
        assert at_once(*verbs, *verbs) == ["batch_not_pending"] * 3 + ["done"]
        batch.refresh_from_db()
        assert ledger.balance(batches.account_of(batch)) == 0
        assert payer.held("bob") == (0 if batch.state == "sent" else 40_000)
        if batch.state == "sent":
            for name, amount in (("ann", 100_000), ("bob", 40_000), ("cyd", 546)):
                payer.give(name, amount)
    assert books.everything() == []


def test_of_two_batches_settled_at_once_by_one_reference_one_is(payer: Payer) -> None:
    first = payer.collect()
    payer.give("ann", 1_000)
    second = payer.collect()
    verbs = [lambda one=one: batches.settle(payer.operator, one, TXID) for one in (first, second)]
    assert at_once(*verbs) == ["done", "reference_used"]
    assert PayoutBatch.objects.filter(state="sent").count() == 1
    assert books.everything() == []


def test_the_same_request_at_once_has_one_answer(payer: Payer) -> None:
    assert at_once(*(lambda: payer.collect(key="c") for _ in range(4))) == ["done"] * 4
    batch = PayoutBatch.objects.get()
    settle = [lambda: batches.settle(payer.operator, batch, TXID, "s") for _ in range(4)]
    assert at_once(*settle) == ["done"] * 4
    assert Transaction.objects.filter(kind__in=("collection", "sent")).count() == 2


def cut_off(verb: Callable[[], Any], after: int) -> None:
    """Do it on a connection that the server ends after so many statements."""
    seen = 0

    def cut(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        if seen == after:
            with connections["owner"].cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        seen += 1
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        with connection.execute_wrapper(cut), suppress(OperationalError):
            verb()
    finally:
        connection.close()


def cut_everywhere(verb: Callable[[], Any], state: Callable[[], Any]) -> int:
    """Cut it off after its first statement, its second … until it has happened; says how often that was.

    Each time nothing may have changed of what `state` tells. Its answer may be lost: then the same key
    gives it.
    """
    before = state()
    for after in range(200):
        cut_off(verb, after)
        if state() != before:
            return after
    raise AssertionError("It never came through.")


def test_cut_off_after_any_statement_nothing_has_happened_or_all(payer: Payer) -> None:
    User.objects.update(email="x@example.org")

    def state() -> tuple[Any, ...]:
        told = Delivery.objects.filter(kind="paid_out").count()
        notes = AuditEvent.objects.filter(action__startswith="payout_batch").count()
        rows = (PayoutBatch.objects.count(), PayoutItem.objects.count(), Transaction.objects.count())
        ends = tuple(PayoutBatch.objects.order_by("pk").values_list("state", "reference"))
        return (*rows, notes, told, ends, ledger.head(payer.tournament)[0], payer.held("bob"))

    assert state() == (0, 0, 3, 0, 0, (), 3, 40_000)
    assert cut_everywhere(lambda: payer.collect(key="c"), state) > 20
    assert state() == (1, 3, 4, 1, 0, (("pending", ""),), 4, 0)
    batch = payer.collect(key="c")
    assert cut_everywhere(lambda: batches.settle(payer.operator, batch, TXID, "s"), state) > 20
    assert state() == (1, 3, 5, 2, 3, (("sent", TXID),), 5, 0)
    assert batches.settle(payer.operator, batch, TXID, "s").reference == TXID
    payer.give("bob", 700)
    second = payer.collect()
    assert cut_everywhere(lambda: batches.cancel(payer.operator, second, "not sent"), state) > 15
    assert state() == (2, 4, 8, 4, 3, (("sent", TXID), ("cancelled", "")), 8, 700)
    assert books.everything() == []


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("payoutitem", "SET amount = amount + 1 WHERE amount = 546"),
        ("payoutbatch", "SET total = total + 1"),
        ("payoutbatch", "SET state = 'pending', reference = '', ended_id = NULL"),
        ("payoutbatch", f"SET reference = '{'cd' * 32}'"),
        ("payoutbatch", "SET collected_id = ended_id, ended_id = NULL, state = 'pending', reference = ''"),
        ("payoutbatch", "SET state = 'cancelled', reference = '', reason = 'so'"),
        (
            "payoutitem",
            "SET participant_id = (SELECT max(id) FROM tournaments_participant) WHERE amount = 40000",
        ),
    ],
)
def test_a_batch_that_an_owner_changed_is_found(payer: Payer, table: str, change: str) -> None:
    payer.world.player("zoe")
    batches.settle(payer.operator, payer.collect(), TXID)
    assert books.everything() == []
    break_rules(
        f"ALTER TABLE tournaments_{table} DISABLE TRIGGER USER",
        f"UPDATE tournaments_{table} {change}",
        f"ALTER TABLE tournaments_{table} ENABLE TRIGGER USER",
    )
    found = {(one.code, one.what) for one in books.everything()}
    assert found == {("batch_differs", "payout batch 1")}


def test_of_two_members_who_say_where_at_once_the_later_one_is_in_force(payer: Payer) -> None:
    said = [lambda one=one: payer.register("ann", one) for one in (AT[1], AT[2]) * 2]
    assert at_once(*said) == ["done"] * 4
    known = PayoutAddress.objects.filter(participant__alias="Ann").order_by("pk")
    assert [one.retired_at is None for one in known] == [False] * (len(known) - 1) + [True]


def test_an_address_changed_while_it_is_collected_is_the_old_or_the_new_one(payer: Payer) -> None:
    found = at_once(payer.collect, lambda: payer.register("ann", AT[2]))
    assert found == ["done"] * 2
    item = PayoutItem.objects.get(participant__alias="Ann")
    assert item.address.address in (AT[0], AT[2])
    assert books.everything() == []
