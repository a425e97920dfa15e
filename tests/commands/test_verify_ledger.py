"""verify_ledger, deposit and withdraw as they are typed."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Databases, Shell, break_rules
from tests.world import World


@pytest.fixture
def world(databases: Databases, tmp_path: Path) -> World:
    databases.migrated()
    world = World(tmp_path)
    world.player("ann")
    return world


def test_what_is_booked_is_told_and_checked_and_found_when_it_was_changed(world: World, typed: Shell) -> None:
    assert typed("verify_ledger")[:2] == (0, "No tournament has booked anything.\n")
    code, out, _ = typed("deposit", "weekly", "ann", "1,025.50", "bank 4711")
    assert (code, out) == (0, "1,025.50 USD received from Ann, who has 1,025.50 USD now.\n")
    assert typed("deposit", "weekly", "Ann", "10", "bank 4712", "--key", "k")[0] == 0
    assert typed("deposit", "weekly", "Ann", "10", "bank 4712", "--key", "k")[0] == 0
    said = json.loads(typed("withdraw", "weekly", "Ann", "35.50", "bank 4713", "--json")[1])
    assert (said["amount"], said["balance"], said["currency_digits"]) == (3_550, 100_000, 2)
    code, out, err = typed("withdraw", "weekly", "Ann", "1000.01", "bank 4714")
    assert (code, out, err.partition(":")[0]) == (1, "", "not_enough")
    assert typed("deposit", "weekly", "Ann", "1.005", "x")[2].startswith("bad_amount: ")

    found = json.loads(typed("verify_ledger", "--json", "--verbosity", "0")[1])["ledgers"]["weekly"]
    assert found["transactions"] == 3
    mark = found["mark"]
    assert typed("verify_ledger", "weekly", "--expect", mark)[:2] == (
        0,
        f"weekly: 3 transactions are intact. {mark}\n",
    )
    for words in (("--expect", mark), ("weekly", "--expect", "3"), ("weekly", "--expect", f"2{mark[1:]}")):
        assert typed("verify_ledger", *words)[0] == 1, words

    break_rules("UPDATE tournaments_entry SET amount = amount * 3 WHERE transaction_id = 1")
    code, out, err = typed("verify_ledger", "weekly", "--json", "--verbosity", "0")
    assert (code, out) == (1, "")
    told = json.loads(err)
    assert told["code"] == "ledger_not_intact"
    assert {(one["code"], one["what"]) for one in told["faults"]} == {
        ("chain_altered", "transaction 1"),
        ("cache_differs", "account 1"),
        ("cache_differs", "account 2"),
    }
