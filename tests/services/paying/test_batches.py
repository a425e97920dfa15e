"""Batches: who is collected from and who is not, sent once by one reference, or given back."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.services.paying.people import AT, TXID
from tests.told import told
from tournaments.models import (
    Account,
    AuditEvent,
    Delivery,
    PayoutAddress,
    PayoutBatch,
    PayoutItem,
    Transaction,
    User,
)
from tournaments.services import ledger, purse
from tournaments.services.access import Actor
from tournaments.services.errors import Forbidden, Refused
from tournaments.services.paying import addresses, batches, owed
from tournaments.services.people import roster
from tournaments.services.telling import letters
from tournaments.services.upkeep import books

pytestmark = pytest.mark.django_db


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as error:
        call(*args, **kwargs)
    return error.value.code


def outside(payer):
    return ledger.balance(ledger.account(payer.tournament, Account.Kind.OUTSIDE, payer.currency))


def test_what_is_collected_is_the_participants_no_more_and_what_is_sent_is_outside(payer):
    before = outside(payer)
    batch = payer.collect()
    assert (batch.number, batch.state, batch.total) == (1, "pending", 140_546)
    assert [(one.participant.alias, one.address.address, one.amount) for one in batch.items.all()] == [
        ("Ann", AT[0], 100_000),
        ("Bob", AT[1], 40_000),
        ("Cyd", AT[2], 546),
    ]
    assert [payer.held(name) for name in ("ann", "bob", "cyd")] == [0, 0, 0]
    assert ledger.balance(batches.account_of(batch)) == 140_546
    sent = batches.settle(payer.operator, batch, f" {TXID.upper()} ")
    assert (sent.state, sent.reference, sent.ended.kind) == ("sent", TXID, "sent")
    assert ledger.balance(batches.account_of(batch)) == 0
    assert outside(payer) == before + 140_546
    assert books.everything() == []
    assert refused(payer.collect) == "nothing_owed"


def test_a_cancelled_batch_gives_back_to_the_unit_and_the_next_one_collects_again(payer):
    batch = payer.collect(least=1_000)
    assert batch.total == 140_000
    done = batches.cancel(payer.operator, batch, "the wallet could not be opened")
    assert (done.state, done.ended.reverses) == ("cancelled", batch.collected)
    assert [payer.held(name) for name in ("ann", "bob", "cyd")] == [100_000, 40_000, 546]
    payer.register("ann", AT[2])
    again = payer.collect()
    assert (again.number, again.total) == (2, 140_546)
    assert books.everything() == []


def test_a_batch_ends_once(payer):
    batch = payer.collect()
    batches.settle(payer.operator, batch, TXID)
    assert refused(batches.settle, payer.operator, batch, TXID) == "batch_not_pending"
    assert refused(batches.cancel, payer.operator, batch, "by mistake") == "batch_not_pending"
    payer.give("ann", 1_000)
    second = payer.collect()
    assert refused(batches.settle, payer.operator, second, TXID) == "reference_used"
    second.refresh_from_db()
    assert (second.state, ledger.balance(batches.account_of(second))) == ("pending", 1_000)
    batches.cancel(payer.operator, second, "by mistake")
    assert refused(batches.settle, payer.operator, second, "cd" * 32) == "batch_not_pending"
    assert refused(batches.cancel, payer.operator, second, "by mistake") == "batch_not_pending"
    assert Transaction.objects.filter(kind__in=("sent", "reversal")).count() == 2


@pytest.mark.parametrize("wrong", ["", "ab" * 31, "xy" * 32, "ab" * 32 + " c", "a" * 63])
def test_over_a_network_only_a_transactions_id_settles(payer, wrong):
    assert refused(batches.settle, payer.operator, payer.collect(), wrong) == "bad_reference"


def test_by_a_bank_any_reference_that_can_be_printed_settles(bank):
    batch = bank.collect()
    for wrong in ("", " ", "x" * 121, "a\x00b"):
        assert refused(batches.settle, bank.operator, batch, wrong) == "bad_reference"
    assert batches.settle(bank.operator, batch, " SEPA  4711 ").reference == "SEPA 4711"


def test_the_same_key_does_it_once_and_gives_the_same_answer(payer):
    first = payer.collect(key="c")
    assert payer.collect(key="c").pk == first.pk
    assert refused(payer.collect, least=1, key="c") == "idempotency_key_reused"
    sent = batches.settle(payer.operator, first, TXID, key="s")
    assert batches.settle(payer.operator, first, TXID, key="s").ended_at == sent.ended_at
    payer.give("ann", 1_000)
    second = payer.collect()
    for _ in range(2):
        assert batches.cancel(payer.operator, second, "not sent", key="x").state == "cancelled"
    assert PayoutBatch.objects.count() == 2


def test_who_is_not_paid_is_named_with_the_reason(payer, monkeypatch):
    payer.give("dan", 9_000, None)
    payer.give("eve", 545, AT[0])
    found = owed.owed(payer.operator, payer.tournament, "BTC", least=100, min_age_hours=0)
    assert {one.participant.alias: one.reason for one in found.skipped} == {
        "Dan": "no_address",
        "Eve": "below_dust",
    }
    assert (found.total, found.left) == (140_546, 9_545)
    found = owed.owed(payer.operator, payer.tournament, "BTC", least=546 + 1)
    assert {one.participant.alias: one.reason for one in found.skipped} == {
        "Ann": "address_too_new",
        "Bob": "address_too_new",
        "Cyd": "below_minimum",
        "Dan": "no_address",
        "Eve": "below_minimum",
    }
    assert refused(batches.collect, payer.operator, payer.tournament, "BTC", 0) == "nothing_owed"
    newest = PayoutAddress.objects.order_by("registered_at").last().registered_at
    for later, paid in ((owed.timedelta(hours=24), 3), (owed.timedelta(hours=23, minutes=59), 0)):
        monkeypatch.setattr(owed, "db_now", lambda later=later: newest + later)
        assert len(owed.owed(payer.operator, payer.tournament, "BTC").due) == paid


def test_an_address_that_several_name_is_shown_to_the_operator(payer):
    payer.give("dan", 9_000, AT[0])
    found = owed.owed(payer.operator, payer.tournament, "BTC", min_age_hours=0)
    assert [(one.address, one.aliases) for one in found.shared] == [(AT[0], ["Ann", "Dan"])]
    assert found.total == 149_546


def test_bank_accounts_are_the_same_whatever_their_spaces_and_letters(bank):
    bank.register("ann", "de89 3704")
    bank.register("bob", "DE893704")
    found = owed.owed(bank.operator, bank.tournament, "USD", min_age_hours=0)
    assert [one.aliases for one in found.shared] == [["Ann", "Bob"]]
    assert not found.skipped


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"least": -1}, "bad_amount"),
        ({"least": 10**36}, "bad_amount"),
        ({"age": -1}, "bad_age"),
        ({"age": 24 * 365 + 1}, "bad_age"),
    ],
)
def test_what_cannot_be_collected_is_refused(payer, wrong, code):
    assert refused(payer.collect, **wrong) == code
    assert not PayoutBatch.objects.exists()


def test_an_address_that_changes_later_does_not_change_the_batch(payer):
    batch = payer.collect()
    payer.register("ann", AT[2])
    addresses.retire(payer.players["bob"], payer.tournament, "BTC")
    found = batches.find(payer.operator, payer.tournament, batch.number)
    assert [one.address.address for one in found.items.all()] == AT


def test_who_is_paid_is_told_by_which_reference(payer):
    User.objects.filter(username__in=("ann", "bob")).update(email="x@example.org")
    batch = payer.collect()
    assert told("paid_out") == []
    batches.settle(payer.operator, batch, TXID)
    assert told("paid_out") == [("ann", False), ("bob", False)]
    one = Delivery.objects.get(kind="paid_out", user__username="bob")
    letter = letters.write(one.kind, one.body)
    assert letter.subject == "Weekly: 0.00040000 BTC were sent to you"
    assert letter.lines[1] == f"Reference: {TXID}"


def test_batches_are_operators_work_and_in_the_audit_log(payer):
    ann = payer.players["ann"]
    batch = payer.collect()
    for actor in (ann, Actor(None)):
        for call in (
            lambda actor=actor: batches.collect(actor, payer.tournament, "BTC", 0),
            lambda actor=actor: batches.settle(actor, batch, TXID),
            lambda actor=actor: batches.cancel(actor, batch, "not sent"),
            lambda actor=actor: batches.listed(actor, payer.tournament),
            lambda actor=actor: owed.owed(actor, payer.tournament, "BTC"),
        ):
            with pytest.raises(Forbidden):
                call()
    assert refused(batches.cancel, payer.operator, batch, "x") == "reason_needed"
    assert refused(batches.find, payer.operator, payer.tournament, 2) == "not_found"
    batches.settle(payer.operator, batch, TXID)
    events = AuditEvent.objects.filter(action__startswith="payout_batch").order_by("pk")
    batch.refresh_from_db()
    assert [(one.action, one.details["ledger"]) for one in events] == [
        ("payout_batch_collected", ledger.mark(batch.collected)),
        ("payout_batch_sent", ledger.mark(batch.ended)),
    ]


def test_the_database_keeps_batches_and_their_items_as_they_are(payer):
    batch = payer.collect()
    batches.cancel(payer.operator, batch, "not sent")
    for statement in (
        "UPDATE tournaments_payoutbatch SET state = 'pending', reason = '', ended_id = NULL",
        "UPDATE tournaments_payoutbatch SET total = total + 1",
        "UPDATE tournaments_payoutaddress SET address = 'x'",
        "DELETE FROM tournaments_payoutaddress",
        "DELETE FROM tournaments_payoutbatch",
        "UPDATE tournaments_payoutitem SET amount = 1",
    ):
        with (
            pytest.raises(DatabaseError, match=r"not changed any more|permission denied"),
            transaction.atomic(),
        ):
            connection.cursor().execute(statement)
    other = ledger.account(payer.tournament, Account.Kind.OUTSIDE, "BTC")
    payer.give("ann", 1_000)
    second = payer.collect()
    lines = [(batches.account_of(second), -1), (other, 1)]
    with pytest.raises(IntegrityError, match="ledger_locked"):
        ledger.post(Transaction.Kind.WITHDRAWAL, lines, "around the batch")


def test_a_withdrawal_after_the_collection_finds_nothing(payer):
    payer.collect()
    whom = roster.find_participant(payer.operator, payer.tournament, "Ann")
    code = refused(purse.withdraw, payer.operator, payer.tournament, whom, "BTC", 1, "bank")
    assert code == "not_enough"


def test_lists_ask_as_much_for_many_as_for_few(payer, django_assert_max_num_queries):
    for n in range(12):
        payer.give(f"more{n}", 1_000 + n, AT[n % 3])
    with django_assert_max_num_queries(9):
        found = owed.owed(payer.operator, payer.tournament, "BTC", min_age_hours=0)
        assert len(found.due) == 15
    batch = payer.collect()
    with django_assert_max_num_queries(4):
        one = batches.find(payer.operator, payer.tournament, batch.number)
        assert len([item.participant.alias + item.address.address for item in one.items.all()]) == 15
    assert PayoutItem.objects.count() == 15
    with django_assert_max_num_queries(60):
        batches.settle(payer.operator, batch, TXID)
