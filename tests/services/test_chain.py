"""The chain of the ledger: what an owner who turns the guards off changes is found, whatever it is.

All here runs as the role `owner`, who alone can do that, in transactions that are rolled back.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings as project
from django.db import connection

from tests.world import World
from tournaments.models import Account, Currency, Transaction
from tournaments.services import currencies, ledger, purse
from tournaments.services.errors import Invalid
from tournaments.services.people import roster
from tournaments.services.upkeep import books, chain

pytestmark = pytest.mark.django_db
Kind = Account.Kind
GUARDED = ("account", "transaction", "entry", "seal", "currency", "ledgerhead", "balance", "auditevent")


@pytest.fixture(scope="module", autouse=True)
def _as_owner(django_db_setup: None) -> Iterator[None]:
    """Let Django's connection be the owner's."""
    owner = project.DATABASES["owner"]
    known = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update(USER=owner["USER"], PASSWORD=owner["PASSWORD"])
    yield
    connection.close()
    connection.settings_dict.update(known)


@pytest.fixture
def world(tmp_path):
    """Five transactions: prizes, Ann's money that came and went, and a mistake that was reversed."""
    world = World(tmp_path)
    world.player("ann")
    world.player("bob")
    house = ledger.account(world.tournament, Kind.HOUSE, "USD")
    rollover = ledger.account(world.tournament, Kind.ROLLOVER, "USD")
    given = ledger.post(Transaction.Kind.FUNDING, [(house, -50), (rollover, 50)], "a mistake")
    book(world, purse.deposit, 700)
    book(world, purse.deposit, 10**30)
    ledger.reverse(given, "it was a mistake")
    book(world, purse.withdraw, 300)
    return world


def book(world, verb, amount, alias="Ann"):
    whom = roster.find_participant(world.operator, world.tournament, alias)
    return verb(world.operator, world.tournament, whom, "USD", amount, "bank 1 | ü").transaction


def codes(world, *expected):
    return {one.code for one in books.verify(world.tournament, expected).findings}


def change(*statements):
    """Do what the guards refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for turn, todo in (("DISABLE", statements), ("ENABLE", ())):
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE tournaments_{table} {turn} TRIGGER USER")
            for statement in todo:
                cursor.execute(statement)


def test_a_ledger_that_nobody_touched_is_intact(world):
    assert codes(world) == set()
    assert [one.seq for one in chain.links(world.tournament)] == [1, 2, 3, 4, 5]
    assert chain.heads() == {"weekly": books.verify(world.tournament).mark}
    times = [one.transaction.at for one in chain.links(world.tournament)]
    assert times == sorted(times)


def test_the_chain_is_read_in_steps(world):
    assert [one.seq for one in chain.links(world.tournament, step=2)] == [1, 2, 3, 4, 5]


def test_what_the_database_hashes_is_what_python_hashes(world):
    tournament = world.tournament
    Currency.objects.create(tournament=tournament, code="BTC", digits=8)
    places = [
        ledger.account(tournament, kind, code)
        for kind in (Kind.HOUSE, Kind.OUTSIDE, Kind.ROLLOVER)
        for code in ("USD", "BTC")
    ]
    random = world.random
    for n in range(60):
        source, to = (places[0], places[4]) if n % 2 else (places[3], places[5])
        amount = int(random.integers(1, 10**9)) * 10 ** int(random.integers(0, 27))
        memo = "".join(chr(int(c)) for c in random.integers(32, 1_000, 20))
        ledger.post(Transaction.Kind.FUNDING, [(source, -amount), (to, amount)], memo, reference=memo[:9])
    digits = currencies.digits_of(tournament)
    with connection.cursor() as cursor:
        for link in chain.links(tournament):
            cursor.execute("SELECT ledger_text(%s, %s, %s)", [link.transaction.pk, link.seq, link.previous])
            assert cursor.fetchone()[0] == chain.text_of(link, digits)
    assert codes(world) == set()


LAST = "(SELECT max(id) FROM tournaments_transaction)"
CUT = (
    f"DELETE FROM tournaments_entry WHERE transaction_id = {LAST}",
    f"DELETE FROM tournaments_seal WHERE transaction_id = {LAST}",
    f"DELETE FROM tournaments_transaction WHERE id = {LAST}",
)
BALANCES = (
    "UPDATE tournaments_balance b SET amount = s.amount, entries = s.n FROM"
    " (SELECT account_id, sum(amount) AS amount, count(*) AS n FROM tournaments_entry GROUP BY 1) AS s"
    " WHERE s.account_id = b.account_id"
)
TURNED_BACK = (
    "UPDATE tournaments_ledgerhead SET (seq, hash) ="
    " (SELECT seq, hash FROM tournaments_seal ORDER BY seq DESC LIMIT 1)"
)
SWAPPED = (
    "UPDATE tournaments_seal SET seq = -seq WHERE seq IN (2, 3)",
    "UPDATE tournaments_seal SET seq = CASE seq WHEN -2 THEN 3 ELSE 2 END WHERE seq < 0",
)
TAMPERED = {
    "an amount, with its counterpart and the balances": (
        ("UPDATE tournaments_entry SET amount = amount * 2 WHERE transaction_id = 2", BALANCES),
        {"chain_altered"},
    ),
    "one amount": (
        (
            "UPDATE tournaments_entry SET amount = amount + 1"
            " WHERE id = (SELECT min(id) FROM tournaments_entry)",
        ),
        {"chain_altered", "ledger_unbalanced", "cache_differs"},
    ),
    "whose an account is": (
        (
            "UPDATE tournaments_account SET participant_id ="
            " (SELECT id FROM tournaments_participant WHERE alias = 'Bob') WHERE kind = 'participant'",
        ),
        {"chain_altered"},
    ),
    "an account's floor": (("UPDATE tournaments_account SET floor = -5 WHERE kind = 'rollover'",), None),
    "a memo": (("UPDATE tournaments_transaction SET memo = 'x' WHERE reference <> ''",), None),
    "a reference": (("UPDATE tournaments_transaction SET reference = 'x' WHERE kind = 'deposit'",), None),
    "a time, by a microsecond": (
        ("UPDATE tournaments_transaction SET at = at + interval '1 microsecond' WHERE kind = 'reversal'",),
        None,
    ),
    "who did it": (("UPDATE tournaments_transaction SET actor_id = NULL",), None),
    "what a currency's digits are": (("UPDATE tournaments_currency SET digits = 3",), None),
    "the order": (SWAPPED, {"chain_altered", "chain_broken", "noted_differs"}),
    "the last": ((*CUT, BALANCES), {"head_differs", "noted_differs"}),
    "the last, and the head": ((*CUT, BALANCES, TURNED_BACK), {"noted_differs"}),
    "the head": (("UPDATE tournaments_ledgerhead SET hash = repeat('a', 64)",), {"head_differs"}),
    "a kept balance": (("UPDATE tournaments_balance SET amount = amount + 1",), {"cache_differs"}),
    "a kept number of entries": (
        ("UPDATE tournaments_balance SET entries = entries + 1",),
        {"cache_differs"},
    ),
    "a seal": (
        ("DELETE FROM tournaments_seal WHERE seq = 2",),
        {"unsealed", "chain_gap", "noted_differs"},
    ),
}


@pytest.mark.parametrize("what", list(TAMPERED))
def test_an_owner_who_changes_it_past_the_guards_is_found(world, what):
    statements, expected = TAMPERED[what]
    change(*(one.replace("transaction_id = 2", f"transaction_id = {second(world)}") for one in statements))
    assert codes(world) == (expected or {"chain_altered"})


def second(world):
    return list(chain.links(world.tournament))[1].transaction.pk


def test_a_chain_that_is_written_anew_is_found_by_what_was_noted_elsewhere(world):
    noted = ledger.head(world.tournament)
    assert codes(world, noted, (1, ledger.START[1])) == {"expected_differs"}
    assert codes(world, noted) == set()
    change("UPDATE tournaments_transaction SET memo = 'x'", "DELETE FROM tournaments_auditevent", *anew())
    assert codes(world) == set()
    assert codes(world, noted) == {"expected_differs"}
    assert codes(world, (6, "0" * 64)) == {"expected_differs"}


def anew():
    """Seal everything again, as somebody who owns the database can."""
    return (
        "CREATE TEMP TABLE had ON COMMIT DROP AS SELECT transaction_id AS id FROM tournaments_seal",
        "DELETE FROM tournaments_seal",
        "UPDATE tournaments_ledgerhead SET seq = 0, hash = repeat('0', 64)",
        "SELECT ledger_seal_one(id) FROM (SELECT id FROM had ORDER BY id) AS had",
    )


@pytest.mark.parametrize("text", ["", "7", "7:abc", f"x:{'0' * 64}"])
def test_what_is_no_place_and_hash_is_refused(text):
    with pytest.raises(Invalid) as error:
        chain.read_mark(text)
    assert error.value.code == "bad_mark"
