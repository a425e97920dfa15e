"""The ledger's promises, each with an attempt to break it: at the service, as `app`, and as `owner`."""

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.world import World
from tournaments.models import Account, AuditEvent, Entry, Transaction
from tournaments.services import ledger
from tournaments.services.errors import Conflict

pytestmark = pytest.mark.django_db
Kind = Account.Kind


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def house(world):
    return ledger.account(world.tournament, Kind.HOUSE, "USD")


@pytest.fixture
def rollover(world):
    return ledger.account(world.tournament, Kind.ROLLOVER, "USD")


def refused(code):
    return pytest.raises(DatabaseError, match=code)


def test_a_balance_is_the_sum_of_its_entries(house, rollover):
    ledger.post(Transaction.Kind.FUNDING, [(house, -70), (rollover, 70)], "first")
    ledger.post(Transaction.Kind.FUNDING, [(house, -5), (rollover, 5)], "second")
    assert (ledger.balance(house), ledger.balance(rollover)) == (-75, 75)


def test_zero_lines_are_left_out(house, rollover):
    written = ledger.post(Transaction.Kind.FUNDING, [(house, 0), (rollover, 0)], "nothing")
    assert written.entries.count() == 0


@pytest.mark.parametrize("amounts", [(-70, 69), (-70, 71), (1, 1)])
def test_entries_that_do_not_sum_to_zero_are_refused(house, rollover, amounts):
    with refused("ledger_unbalanced"), transaction.atomic():
        ledger.post(Transaction.Kind.FUNDING, zip((house, rollover), amounts, strict=True), "wrong")
    assert not Entry.objects.exists()


def test_currencies_do_not_balance_each_other(world, house):
    other = ledger.account(world.tournament, Kind.ROLLOVER, "EUR")
    with refused("ledger_unbalanced"), transaction.atomic():
        ledger.post(Transaction.Kind.FUNDING, [(house, -70), (other, 70)], "wrong")


def test_an_entry_has_its_accounts_currency(house, rollover):
    written = Transaction.objects.create(kind=Transaction.Kind.FUNDING, memo="wrong")
    lines = [
        Entry(transaction=written, account=a, currency="EUR", amount=x)
        for a, x in ((house, -1), (rollover, 1))
    ]
    with refused("ledger_currency"), transaction.atomic():
        Entry.objects.bulk_create(lines)


def test_no_account_but_the_house_goes_below_its_floor(house, rollover):
    ledger.post(Transaction.Kind.FUNDING, [(house, -70), (rollover, 70)], "first")
    with refused("ledger_floor"), transaction.atomic():
        ledger.post(Transaction.Kind.REFUND, [(rollover, -71), (house, 71)], "too much")
    ledger.post(Transaction.Kind.REFUND, [(rollover, -70), (house, 70)], "all")
    assert ledger.balance(rollover) == 0


def test_a_reversal_undoes_a_transaction_once(house, rollover):
    written = ledger.post(Transaction.Kind.FUNDING, [(house, -70), (rollover, 70)], "first")
    ledger.reverse(written, "a mistake")
    assert (ledger.balance(house), ledger.balance(rollover)) == (0, 0)
    with pytest.raises(Conflict) as error:
        ledger.reverse(written, "again")
    assert error.value.code == "already_reversed"


@pytest.mark.parametrize("table", ["entry", "transaction", "account", "auditevent", "roundlog"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_server_itself_may_not_change_what_was_written(world, table, verb):
    with refused("permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(f"tournaments_{table}"))
    assert AuditEvent.objects.exists()


def test_two_rows_of_one_thing_cannot_be_accounts_twice(world, house):
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(tournament=world.tournament, kind=Kind.HOUSE, currency="USD")


@pytest.fixture
def owner(django_db_setup, django_db_blocker):
    """A connection of the role that owns the tables, in a transaction that is rolled back."""
    from django.conf import settings

    known = settings.DATABASES["owner"]
    with psycopg.connect(
        host=known["HOST"],
        port=known["PORT"] or None,
        user=known["USER"],
        password=known["PASSWORD"],
        dbname=known["NAME"],
    ) as opened:
        opened.execute(
            "INSERT INTO tournaments_tournament"
            " (id, slug, name, question, rules, joining, join_code, created_at)"
            " VALUES (9, 'x', 'x', '', '{}', 'closed', '', now())"
        )
        opened.execute(
            "INSERT INTO tournaments_account (id, tournament_id, kind, currency, floor)"
            " VALUES (1, 9, 'house', 'USD', NULL), (2, 9, 'rollover', 'USD', 0)"
        )
        opened.execute(
            "INSERT INTO tournaments_transaction (id, kind, memo, at, xid)"
            " VALUES (1, 'funding', 'x', now(), 0)"
        )
        opened.execute(
            "INSERT INTO tournaments_entry (transaction_id, account_id, currency, amount)"
            " VALUES (1, 1, 'USD', -5), (1, 2, 'USD', 5)"
        )
        # Pending checks of foreign keys would refuse TRUNCATE before the guard does.
        opened.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield opened
        opened.rollback()


@pytest.mark.parametrize("table", ["entry", "transaction", "account"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_not_even_the_owner_changes_the_ledger(owner, table, verb):
    with pytest.raises(psycopg.DatabaseError, match="ledger_frozen"):
        owner.execute(verb.format(f"tournaments_{table}"))


def test_entries_join_only_the_transaction_that_is_being_created(owner):
    owner.execute("ALTER TABLE tournaments_transaction DISABLE TRIGGER ledger_frozen")
    owner.execute("UPDATE tournaments_transaction SET xid = 3")  # as one of an earlier moment has
    owner.execute("ALTER TABLE tournaments_transaction ENABLE TRIGGER ledger_frozen")
    with pytest.raises(psycopg.DatabaseError, match="ledger_late"):
        owner.execute(
            "INSERT INTO tournaments_entry (transaction_id, account_id, currency, amount)"
            " VALUES (1, 1, 'USD', -5), (1, 2, 'USD', 5)"
        )
