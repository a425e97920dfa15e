"""Bookings and books over HTTP: statements, trial balance, and a ledger that an outsider can check."""

import csv
import hashlib
import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aggregator.embedded.stack import CHECKOUT
from tests.api.stage import Caller, T, ok, problem, text
from tests.world import World
from tournaments.models import AuditEvent, Currency, Role
from tournaments.services import ledger, purse
from tournaments.services.access import Actor
from tournaments.services.people import roster, users

BIG = 10**35 + 7
BOOKING = {"alias": "Ann", "currency": "USD", "amount": 700, "reference": "=bank 4711"}


@pytest.fixture
def ada(world: World) -> Caller:
    """An auditor."""
    made, _ = users.create_user("ada")
    users.grant_role(made, world.tournament, Role.Kind.AUDITOR)
    return Caller(Actor(made))


@pytest.fixture
def booked(world: World, ann: Caller, bob: Caller, olga: Caller) -> World:
    """A round's pool, and money of Ann and Bob in two currencies."""
    world.open_round()
    Currency.objects.create(tournament=world.tournament, code="BTC", digits=8)
    for amount, verb in ((700, "deposits"), (BIG, "deposits"), (250, "withdrawals")):
        ok(olga.post(f"{T}/{verb}/", {**BOOKING, "amount": amount}), 201)
    ok(olga.post(f"{T}/deposits/", {**BOOKING, "alias": "Bob", "currency": "BTC", "amount": 5}), 201)
    return world


def test_a_booking_says_what_the_participant_has_then(world: World, ann: Caller, olga: Caller) -> None:
    made = ok(olga.post(f"{T}/deposits/", BOOKING, HTTP_IDEMPOTENCY_KEY="d1"), 201)
    assert (made["kind"], made["amount"], made["balance"], made["currency_digits"]) == (
        "deposit",
        700,
        700,
        2,
    )
    assert ok(olga.post(f"{T}/deposits/", BOOKING, HTTP_IDEMPOTENCY_KEY="d1"), 201) == made
    problem(
        olga.post(f"{T}/deposits/", {**BOOKING, "amount": 1}, HTTP_IDEMPOTENCY_KEY="d1"),
        409,
        "idempotency_key_reused",
    )
    left = ok(olga.post(f"{T}/withdrawals/", {**BOOKING, "amount": 650}), 201)
    assert left["balance"] == 50
    found = problem(olga.post(f"{T}/withdrawals/", {**BOOKING, "amount": 51}), 409, "not_enough")
    assert found["balance"] == 50


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"amount": 0}, 400, "invalid"),
        ({"amount": 10**36}, 400, "invalid"),
        ({"amount": 1.5}, 400, "invalid"),
        ({"reference": " "}, 400, "invalid"),
        ({"currency": "EUR"}, 404, "unknown_currency"),
        ({"alias": "Nobody"}, 404, "unknown_participant"),
    ],
)
def test_what_cannot_be_booked_is_a_problem(
    world: World, ann: Caller, olga: Caller, wrong: dict[str, Any], status: int, code: str
) -> None:
    problem(olga.post(f"{T}/deposits/", {**BOOKING, **wrong}), status, code)


def test_a_statement_runs_up_to_the_balance(booked: World, ann: Caller) -> None:
    lines = ok(ann.get(f"{T}/ledger/"))["results"]
    assert [one["amount"] for one in lines] == [-250, BIG, 700]
    assert [one["balance_after"] for one in lines] == [BIG + 450, BIG + 700, 700]
    assert lines[0]["reference"] == "=bank 4711"
    assert ok(ann.get(f"{T}/ledger/?limit=1&offset=1"))["results"] == [lines[1]]
    assert ok(ann.get(f"{T}/ledger/?currency=BTC"))["results"] == []
    assert ok(ann.get(f"{T}/balance/"))["balances"] == [
        {"currency": "USD", "currency_digits": 2, "balance": BIG + 450}
    ]


def test_both_sides_of_the_trial_balance_are_equal(booked: World, ada: Caller) -> None:
    found = ok(ada.get(f"{T}/books/trial-balance/"))
    assert found["head"]["place"] == 5
    btc, usd = found["currencies"]
    assert (btc["debit"], btc["credit"], btc["currency_digits"]) == (5, 5, 8)
    assert usd["debit"] == usd["credit"] == 1_000 + BIG + 450
    groups = {one["kind"]: (one["accounts"], one["debit"], one["credit"]) for one in usd["groups"]}
    assert groups == {
        "house": (1, 1_000, 0),
        "outside": (1, BIG + 450, 0),
        "pool": (1, 0, 1_000),
        "participant": (1, 0, BIG + 450),
    }
    accounts = ok(ada.get(f"{T}/books/accounts/?currency=USD&kind=participant"))["results"]
    assert [(one["participant"], one["balance"], one["entries"]) for one in accounts] == [
        ("Ann", BIG + 450, 3)
    ]
    every = ok(ada.get(f"{T}/books/accounts/"))["results"]
    assert sum(one["balance"] for one in every) == 0


def test_a_transaction_is_told_with_its_lines(booked: World, ada: Caller) -> None:
    first, *_ = ok(ada.get(f"{T}/books/transactions/?kind=withdrawal"))["results"]
    assert (first["place"], first["actor"], first["memo"]) == (4, "olga", "Withdrawal of Ann")
    assert [(one["kind"], one["amount"]) for one in first["entries"]] == [
        ("outside", 250),
        ("participant", -250),
    ]
    assert ok(ada.get(f"{T}/books/transactions/"))["count"] == 5


def test_an_outsider_walks_the_chain_of_either_export(booked: World, ada: Caller, tmp_path: Path) -> None:
    end = ok(ada.get(f"{T}/books/trial-balance/"))["head"]
    (tmp_path / "weekly-ledger.jsonl").write_text(text(ada.get(f"{T}/books/ledger/?format=jsonl")), "utf-8")
    page = (CHECKOUT / "docs/operations.md").read_text()
    recipe = next(part for part in re.findall("```python\n(.*?)```", page, re.DOTALL) if "ledger" in part)
    done = subprocess.run(
        [sys.executable, "-c", recipe], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"{end['place']}:{end['hash']}"
    rows = list(csv.DictReader(io.StringIO(text(ada.get(f"{T}/books/ledger/")))))
    assert walked(grouped(rows)) == (end["place"], end["hash"])
    assert {row["amount"] for row in rows if row["currency"] == "BTC"} == {"0.00000005", "-0.00000005"}
    assert {row["reference"] for row in rows} == {"", "'=bank 4711"}
    rows[3]["amount_minor_units"] = "699"
    with pytest.raises(AssertionError):
        walked(grouped(rows))
    assert AuditEvent.objects.filter(action="ledger_exported").count() == 2


def grouped(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Put the lines of a CSV file together again."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row["seq"], {**row, "entries": []})["entries"].append(row)
    return list(found.values())


HEAD = ["kind", "round_id", "actor_id", "reverses_id", "at", "memo_sha256", "reference_sha256"]
ENTRY = ["entry_id", "account_id", "account_kind", "participant_id", "account_round_id", "floor"]
ENTRY += ["currency", "currency_digits", "amount_minor_units"]


def owners(entry: dict[str, Any]) -> list[str]:
    """Forecaster and batch by name, where an account has one."""
    return [f"{of} {entry[of + '_id']}" for of in ("forecaster", "batch") if entry[of + "_id"]]


def walked(transactions: list[dict[str, Any]]) -> tuple[int, str]:
    """Hash what an export says, as docs/operations.md tells; returns the end."""
    last = "0" * 64

    def line(*cells: Any) -> str:
        return "|".join("" if cell is None else str(cell) for cell in cells)

    for place, one in enumerate(transactions, 1):
        start = ("crowdblend-ledger-1", one["tournament_id"], place, last, one["transaction_id"])
        entries = [line(*(entry[name] for name in ENTRY), *owners(entry)) for entry in one["entries"]]
        body = "\n".join([line(*start, *(one[name] for name in HEAD)), *entries])
        assert one["previous"] == last
        last = hashlib.sha256(body.encode()).hexdigest()
        assert one["hash"] == last, place
    return len(transactions), last


def test_lists_of_the_books_ask_as_much_for_many_as_for_few(
    booked: World, ada: Caller, ann: Caller, django_assert_max_num_queries: Any
) -> None:
    for n in range(20):
        booked.player(f"more{n}")
        whom = roster.find_participant(booked.operator, booked.tournament, f"More{n}")
        purse.deposit(booked.operator, booked.tournament, whom, "USD", 1 + n, "bank")
        purse.deposit(
            booked.operator,
            booked.tournament,
            roster.find_participant(booked.operator, booked.tournament, "Ann"),
            "USD",
            1,
            "bank",
        )
    addresses = ("trial-balance/", "accounts/", "transactions/", "ledger/", "ledger/?format=jsonl")
    for address in addresses:
        with django_assert_max_num_queries(12):
            text(ada.get(f"{T}/books/{address}"))
    with django_assert_max_num_queries(9):
        assert ok(ann.get(f"{T}/ledger/"))["count"] == 23


def test_without_rewards_the_books_are_empty(db: None, tmp_path: Any) -> None:
    world = World(tmp_path, "classroom")
    world.player("ann")
    olga = Caller(world.operator)
    assert ok(olga.get(f"{T}/books/trial-balance/")) == {
        "head": {"place": 0, "hash": ledger.START[1]},
        "currencies": [],
    }
    problem(olga.post(f"{T}/deposits/", {**BOOKING, "currency": "POINTS"}), 404, "unknown_currency")
