"""The ledger's promises, each with an attempt to break it: at the service, as `app`, and as `owner`."""

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from tests.world import World
from tournaments.models import Account, AuditEvent, Currency, Entry, Transaction
from tournaments.models.amounts import Amount
from tournaments.services import contests, ledger
from tournaments.services.errors import Conflict, Invalid, Unknown

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


def raw(tournament, *lines, currency="USD"):
    """Write a transaction past the service."""
    written = Transaction.objects.create(tournament=tournament, kind=Transaction.Kind.FUNDING, memo="raw")
    Entry.objects.bulk_create(
        Entry(transaction=written, account=a, currency=currency, amount=x) for a, x in lines
    )
    return written


def test_a_balance_is_the_sum_of_its_entries(house, rollover):
    ledger.post(Transaction.Kind.FUNDING, [(house, -70), (rollover, 70)], "first")
    ledger.post(Transaction.Kind.FUNDING, [(house, -5), (rollover, 5)], "second")
    assert (ledger.balance(house), ledger.balance(rollover)) == (-75, 75)


def test_zero_lines_are_left_out(house, rollover):
    third = ledger.account(house.tournament, Kind.OUTSIDE, "USD")
    written = ledger.post(Transaction.Kind.FUNDING, [(house, -1), (third, 0), (rollover, 1)], "one")
    assert written.entries.count() == 2


def test_a_transaction_moves_something(house, rollover):
    with pytest.raises(Invalid) as error:
        ledger.post(Transaction.Kind.FUNDING, [(house, 0), (rollover, 0)], "nothing")
    assert error.value.code == "nothing_moves"
    assert not Transaction.objects.exists()


def test_a_transaction_without_entries_is_not_committed(world):
    with refused("ledger_empty"), transaction.atomic(), connection.cursor() as cursor:
        Transaction.objects.create(tournament=world.tournament, kind=Transaction.Kind.FUNDING, memo="x")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as the commit does


@pytest.mark.parametrize("amounts", [(-70, 69), (-70, 71), (1, 1)])
def test_entries_that_do_not_sum_to_zero_are_refused(house, rollover, amounts):
    with refused("ledger_unbalanced"), transaction.atomic():
        ledger.post(Transaction.Kind.FUNDING, zip((house, rollover), amounts, strict=True), "wrong")
    assert not Entry.objects.exists()


def test_currencies_do_not_balance_each_other(world, house):
    Currency.objects.create(tournament=world.tournament, code="EUR", digits=2)
    other = ledger.account(world.tournament, Kind.ROLLOVER, "EUR")
    with refused("ledger_unbalanced"), transaction.atomic():
        ledger.post(Transaction.Kind.FUNDING, [(house, -70), (other, 70)], "wrong")


def test_an_entry_has_its_accounts_currency(house, rollover):
    with refused("ledger_currency"), transaction.atomic():
        raw(house.tournament, (house, -1), (rollover, 1), currency="EUR")


def test_an_account_of_another_tournament_takes_no_part(world, house):
    theirs = contests.create(world.operator.user, "other", "Other", "alpha")
    foreign = ledger.account(theirs, Kind.ROLLOVER, "USD")
    with refused("ledger_foreign"), transaction.atomic():
        ledger.post(Transaction.Kind.FUNDING, [(house, -1), (foreign, 1)], "wrong")


def test_entries_join_no_transaction_that_is_sealed_even_in_the_same_breath(house, rollover):
    with refused("ledger_late"), transaction.atomic():
        written = raw(house.tournament, (house, -5), (rollover, 5))
        Entry.objects.bulk_create(
            Entry(transaction=written, account=a, currency="USD", amount=x)
            for a, x in ((house, -1), (rollover, 1))
        )


def test_no_account_but_the_house_goes_below_its_floor(house, rollover):
    ledger.post(Transaction.Kind.FUNDING, [(house, -70), (rollover, 70)], "first")
    with pytest.raises(Conflict) as error:
        ledger.post(Transaction.Kind.REFUND, [(rollover, -71), (house, 71)], "too much")
    assert (error.value.code, error.value.details["account"]) == ("not_enough", rollover.pk)
    assert error.value.details["balance"] == 70
    ledger.post(Transaction.Kind.REFUND, [(rollover, -70), (house, 70)], "all")
    assert ledger.balance(rollover) == 0


def test_amounts_have_38_digits_and_sums_stay_whole_numbers(house, rollover):
    large = 10**37 + 1
    for _ in range(2):
        ledger.post(Transaction.Kind.FUNDING, [(house, -large), (rollover, large)], "large")
    assert ledger.balance(rollover) == 2 * large
    total = Entry.objects.filter(account=rollover).aggregate(total=Sum("amount"))["total"]
    assert (total, type(total)) == (2 * large, int)
    most = 10**38 - 1
    for amount in (10**38, most):  # the second fits, and its balance does not
        with pytest.raises(Invalid) as error:
            ledger.post(Transaction.Kind.FUNDING, [(house, -amount), (rollover, amount)], "too large")
        assert error.value.code == "amount_too_large"
    assert ledger.balance(rollover) == 2 * large


@pytest.mark.parametrize("amount", [1.0, True, "1"])
def test_an_amount_is_a_whole_number_and_nothing_else(house, rollover, amount):
    with pytest.raises(TypeError):
        ledger.post(Transaction.Kind.FUNDING, [(house, amount), (rollover, 1)], "wrong")


def test_not_a_number_is_no_amount():
    """NUMERIC takes NaN, for more than every number: each column of amounts refuses it."""
    fields = [
        (model._meta.db_table, field.column)
        for model in apps.get_app_config("tournaments").get_models()
        for field in model._meta.local_fields
        if isinstance(field, Amount)
    ]
    assert len(fields) >= 8
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'c' AND pg_get_constraintdef(oid) LIKE '%NaN%'"
        )
        found = {(table, check.replace('"', "")) for table, check in cursor.fetchall()}
    assert found >= {(table, f"CHECK (({column} <> 'NaN'::numeric))") for table, column in fields}


def test_an_account_is_in_a_currency_that_the_tournament_pays_in(world):
    with pytest.raises(Unknown) as error:
        ledger.account(world.tournament, Kind.HOUSE, "XAU")
    assert error.value.code == "unknown_currency"
    with pytest.raises(IntegrityError, match="account_in_currency"), transaction.atomic():
        Account.objects.create(tournament=world.tournament, kind=Kind.HOUSE, currency="XAU")


def test_a_currency_keeps_its_digits(world, house):
    with pytest.raises(Conflict) as error:
        contests.change_rules(world.operator, world.tournament, {"currency_digits": 3})
    assert error.value.code == "currency_digits_fixed"
    contests.change_rules(world.operator, world.tournament, {"currency": "BTC", "currency_digits": 8})
    world.tournament.refresh_from_db()
    assert ledger.account(world.tournament, Kind.HOUSE, "BTC").pk != house.pk
    assert dict(Currency.objects.values_list("code", "digits")) == {"USD": 2, "BTC": 8}


def test_a_reversal_undoes_a_transaction_once(house, rollover):
    written = ledger.post(Transaction.Kind.FUNDING, [(house, -70), (rollover, 70)], "first")
    ledger.reverse(written, "a mistake")
    assert (ledger.balance(house), ledger.balance(rollover)) == (0, 0)
    with pytest.raises(Conflict) as error:
        ledger.reverse(written, "again")
    assert error.value.code == "already_reversed"


APPENDED = ["entry", "transaction", "account", "currency", "auditevent", "roundlog"]
DERIVED = ["seal", "balance", "ledgerhead"]


@pytest.mark.parametrize("table", [*APPENDED, *DERIVED])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_server_itself_may_not_change_what_was_written(world, table, verb):
    with refused("permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(f"tournaments_{table}", *[COLUMN.get(table, "id")] * 2))
    assert AuditEvent.objects.exists()


COLUMN = {"seal": "seq", "balance": "amount", "ledgerhead": "seq"}


@pytest.mark.parametrize("table", DERIVED)
def test_the_server_itself_writes_nothing_that_is_derived(world, table):
    with refused("permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO tournaments_{table} DEFAULT VALUES")


def test_the_server_itself_seals_nothing(world, house, rollover):
    written = ledger.post(Transaction.Kind.FUNDING, [(house, -70), (rollover, 70)], "first")
    with refused("permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_seal_one(%s)", [written.pk])


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
        opened.execute("INSERT INTO tournaments_currency (tournament_id, code, digits) VALUES (9, 'USD', 2)")
        opened.execute(
            "INSERT INTO tournaments_account (id, tournament_id, kind, currency, floor)"
            " VALUES (1, 9, 'house', 'USD', NULL), (2, 9, 'rollover', 'USD', 0)"
        )
        opened.execute(
            "INSERT INTO tournaments_transaction (id, tournament_id, kind, memo, reference)"
            " VALUES (1, 9, 'funding', 'x', '')"
        )
        opened.execute(
            "INSERT INTO tournaments_entry (transaction_id, account_id, currency, amount)"
            " VALUES (1, 1, 'USD', -5), (1, 2, 'USD', 5)"
        )
        # Pending checks of foreign keys would refuse TRUNCATE before the guard does.
        opened.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield opened
        opened.rollback()


@pytest.mark.parametrize("table", ["entry", "transaction", "account", "currency", "seal"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_not_even_the_owner_changes_the_ledger(owner, table, verb):
    with pytest.raises(psycopg.DatabaseError, match="ledger_frozen"):
        owner.execute(verb.format(f"tournaments_{table}", *[COLUMN.get(table, "id")] * 2))


@pytest.mark.parametrize("table", ["balance", "ledgerhead"])
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "TRUNCATE {}"])
def test_not_even_the_owner_forgets_a_balance_or_an_end(owner, table, verb):
    with pytest.raises(psycopg.DatabaseError, match="ledger_frozen"):
        owner.execute(verb.format(f"tournaments_{table}"))


def test_entries_join_only_the_transaction_that_is_being_created(owner):
    with pytest.raises(psycopg.DatabaseError, match="ledger_late"):
        owner.execute(
            "INSERT INTO tournaments_entry (transaction_id, account_id, currency, amount)"
            " VALUES (1, 1, 'USD', -5), (1, 2, 'USD', 5)"
        )
