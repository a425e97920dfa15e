"""verify_store: what databases refuse and disks should keep, found where it broke anyway."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Databases, Shell, blob_of, break_rules, flip, rows
from tests.world import World, drain
from tournaments.models import Upload
from tournaments.services import settlement


@pytest.fixture
def world(databases: Databases, tmp_path: Path) -> World:
    databases.migrated()
    world = World(tmp_path, pool=1_000)
    round_ = world.open_round()
    for noise, name in enumerate(("ann", "bob"), 1):
        world.submit(world.player(name), round_, world.skill(0.5, noise))
    drain()
    settlement.commit(world.operator, world.resolve(world.close(round_)))
    return world


def found(typed: Shell) -> Any:
    code, out, err = typed("verify_store", "--json", "--verbosity", "0")
    if code == 0:
        return json.loads(out)
    return [(fault["code"], fault["what"]) for fault in json.loads(err)["faults"]]


def test_a_played_round_holds_and_each_break_is_named(world: World, typed: Shell) -> None:
    assert found(typed) == {"intact": True}
    flip(blob_of(Upload.objects.get(pk=1).sha256))
    blob_of(Upload.objects.get(pk=2).sha256).unlink()
    assert found(typed) == [("blob_corrupt", "upload 1"), ("blob_missing", "upload 2")]
    code, _, err = typed("verify_store")
    assert code == 1
    assert "not_intact: 2 things do not hold." in err


BREAKS = {
    "ledger_unbalanced": "UPDATE tournaments_entry SET amount = amount + 1 WHERE id = 1",
    "ledger_currency": "INSERT INTO tournaments_currency (tournament_id, code, digits)"
    " SELECT id, 'EUR', 2 FROM tournaments_tournament;"
    " UPDATE tournaments_account SET currency = 'EUR' WHERE kind = 'pool'",
    "ledger_floor": "UPDATE tournaments_account SET floor = 1 WHERE kind = 'pool'",
    "settlement_unpaid": "UPDATE tournaments_payout SET amount = amount + 1 WHERE amount > 0",
}


def test_money_that_does_not_hold_is_named(world: World, typed: Shell) -> None:
    assert rows("SELECT count(*) FROM tournaments_entry") == [(5,)]
    for code, statement in BREAKS.items():
        break_rules(statement)
        assert code in {one for one, _ in found(typed)}, code
