"""Paying out over HTTP: an address, a batch, its files read back to the unit, and its end."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.stage import Caller, T, ok, problem, text
from tests.services.paying.people import AT, BTC, TXID
from tests.world import World
from tournaments.services import purse
from tournaments.services.people import roster

ADDRESS = f"{T}/payout-addresses/BTC/"
BATCH = f"{T}/batches/1"


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    return World(tmp_path, **BTC)


@pytest.fixture
def player_ann(world: World) -> Any:
    return world.player("ann")


@pytest.fixture
def player_bob(world: World) -> Any:
    return world.player("bob")


@pytest.fixture
def owed(world: World, ann: Caller, bob: Caller) -> World:
    """Ann is owed 0.00123456 BTC, Bob a bitcoin."""
    for alias, amount, caller, address in (("Ann", 123_456, ann, AT[0]), ("Bob", 10**8, bob, AT[1])):
        whom = roster.find_participant(world.operator, world.tournament, alias)
        purse.deposit(world.operator, world.tournament, whom, "BTC", amount, "bank")
        ok(caller.put(ADDRESS, {"address": address}, format="json"))
    return world


def test_an_address_is_said_seen_and_taken_back(world: World, ann: Caller) -> None:
    problem(ann.get(ADDRESS), 404, "no_address")
    made = ok(ann.put(ADDRESS, {"address": AT[0].upper()}, format="json"))
    assert (made["address"], made["kind"], made["network"]) == (AT[0], "p2wpkh", "regtest")
    assert ok(ann.get(ADDRESS)) == made
    assert ok(ann.get(f"{T}/payout-addresses/"))["addresses"] == [made]
    gone = ok(ann.delete(ADDRESS))
    assert (gone["address"], bool(gone["retired_at"])) == (AT[0], True)
    assert ok(ann.get(f"{T}/payout-addresses/"))["addresses"] == []
    problem(ann.delete(ADDRESS), 404, "no_address")


@pytest.mark.parametrize(
    ("address", "currency", "status", "code"),
    [
        (AT[0][:-1] + "q", "BTC", 400, "bad_address"),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "BTC", 400, "wrong_network"),
        ("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "BTC", 400, "wrong_network"),
        ("x" * 121, "BTC", 400, "invalid"),
        (AT[0], "EUR", 404, "unknown_currency"),
    ],
)
def test_what_is_no_address_is_a_problem(
    world: World, ann: Caller, address: str, currency: str, status: int, code: str
) -> None:
    path = f"{T}/payout-addresses/{currency}/"
    problem(ann.put(path, {"address": address}, format="json"), status, code)


def test_points_are_paid_to_nobody(tmp_path: Path, db: None) -> None:
    world = World(tmp_path, rewards="points", currency="POINTS", currency_digits=0)
    ann, olga = Caller(world.player("ann")), Caller(world.operator)
    path = f"{T}/payout-addresses/POINTS/"
    problem(ann.put(path, {"address": AT[0]}, format="json"), 409, "points_not_payable")
    problem(olga.post(f"{T}/batches/", {"currency": "POINTS"}), 409, "points_not_payable")
    problem(olga.get(f"{T}/batches/owed/"), 409, "points_not_payable")


def test_a_batch_goes_all_the_way(owed: World, olga: Caller) -> None:
    found = ok(olga.get(f"{T}/batches/owed/?least=1000&min_age_hours=0"))
    assert (found["total"], [one["alias"] for one in found["due"]]) == (100_123_456, ["Ann", "Bob"])
    found = ok(olga.get(f"{T}/batches/owed/"))
    assert {one["reason"] for one in found["skipped"]} == {"address_too_new"}
    asked = {"currency": "BTC", "least": 1_000, "min_age_hours": 0}
    made = ok(olga.post(f"{T}/batches/", asked, HTTP_IDEMPOTENCY_KEY="c"), 201)
    assert (made["number"], made["state"], made["total"], made["payments"]) == (1, "pending", 100_123_456, 2)
    assert ok(olga.post(f"{T}/batches/", asked, HTTP_IDEMPOTENCY_KEY="c"), 201) == made
    problem(olga.post(f"{T}/batches/", asked), 409, "nothing_owed")
    assert ok(olga.get(f"{BATCH}/")) == made
    for one in made["files"]:
        assert _read_back(olga, one) == {AT[0]: 123_456, AT[1]: 10**8}
    problem(olga.post(f"{BATCH}/settle/", {"reference": "SEPA"}), 400, "bad_reference")
    sent = ok(olga.post(f"{BATCH}/settle/", {"reference": TXID.upper()}))
    assert (sent["state"], sent["reference"], sent["ended_by"]) == ("sent", TXID, "olga")
    problem(olga.post(f"{BATCH}/settle/", {"reference": TXID}), 409, "batch_not_pending")
    problem(olga.post(f"{BATCH}/cancel/", {"reason": "by mistake"}), 409, "batch_not_pending")
    assert [one["state"] for one in ok(olga.get(f"{T}/batches/"))["results"]] == ["sent"]


def _read_back(olga: Caller, file: dict[str, str]) -> dict[str, int]:
    """Fetch a file, check its hash, and return address → satoshis as its reader would take them."""
    response = olga.get(f"{BATCH}/files/{file['form']}/")
    body = text(response)
    assert hashlib.sha256(body.encode()).hexdigest() == file["sha256"] == response["X-Content-SHA256"]
    assert file["name"] in response["Content-Disposition"]
    if file["form"] == "core":
        amounts = json.loads(body)[1]
        return {address: int(amount.replace(".", "")) for address, amount in amounts.items()}
    rows = list(csv.reader(io.StringIO(body)))
    return {row[0]: int(row[1]) for row in (rows[1:] if file["form"] == "sparrow" else rows)}


def test_a_cancelled_batch_gives_back_and_has_no_files_any_more(
    owed: World, olga: Caller, ann: Caller
) -> None:
    ok(olga.post(f"{T}/batches/", {"currency": "BTC", "min_age_hours": 0}), 201)
    assert ok(ann.get(f"{T}/balance/"))["balances"][0]["balance"] == 0
    problem(olga.post(f"{BATCH}/cancel/", {"reason": "x"}), 400, "reason_needed")
    done = ok(olga.post(f"{BATCH}/cancel/", {"reason": "the wallet is lost"}))
    assert (done["state"], done["reason"]) == ("cancelled", "the wallet is lost")
    assert ok(ann.get(f"{T}/balance/"))["balances"][0]["balance"] == 123_456
    problem(olga.get(f"{BATCH}/files/core/"), 409, "batch_not_pending")
    problem(olga.get(f"{T}/batches/2/"), 404, "not_found")


def test_a_reference_settles_one_batch(owed: World, olga: Caller, ann: Caller) -> None:
    ok(olga.post(f"{T}/batches/", {"currency": "BTC", "min_age_hours": 0}), 201)
    ok(olga.post(f"{BATCH}/settle/", {"reference": TXID}))
    whom = roster.find_participant(owed.operator, owed.tournament, "Ann")
    purse.deposit(owed.operator, owed.tournament, whom, "BTC", 1_000, "bank")
    ok(olga.post(f"{T}/batches/", {"currency": "BTC", "min_age_hours": 0}), 201)
    problem(olga.post(f"{T}/batches/2/settle/", {"reference": TXID}), 409, "reference_used")


def test_only_files_that_a_currency_has_are_there(owed: World, olga: Caller) -> None:
    ok(olga.post(f"{T}/batches/", {"currency": "BTC", "min_age_hours": 0}), 201)
    problem(olga.get(f"{BATCH}/files/bank/"), 404, "not_found")
    accounts = ok(olga.get(f"{T}/books/accounts/?kind=batch"))["results"]
    assert [(one["batch"], one["balance"]) for one in accounts] == [(1, 100_123_456)]
