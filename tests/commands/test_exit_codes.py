"""Exit codes as a shell sees them: 0 done, 1 refused with code and sentence on standard error, 2 misspelt."""

import json
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import connections

from tests.commands.conftest import Databases, Shell
from tests.world import World


@pytest.fixture
def world(databases: Databases, tmp_path: Path) -> World:
    databases.migrated()
    return World(tmp_path)


def test_done_is_0_and_the_result_is_alone_on_standard_output(world: World, typed: Shell) -> None:
    given = world.files()
    words = ("next_round", "weekly", "--tournament", given.tournament, "--closes", "7d", "--json")
    code, out, err = typed(*words)
    assert code == 0
    assert json.loads(out)["round"] == 1
    assert err.startswith("Reading tournament.csv")


def test_refused_is_1_with_the_code_and_a_sentence(world: World, typed: Shell) -> None:
    assert typed("round_status", "weekly") == (
        1,
        "",
        "not_found: There is no round weekly/current, or it is not yours to see.\n",
    )


def test_a_program_gets_the_refusal_as_json(world: World, typed: Shell) -> None:
    code, out, err = typed("round_status", "weekly", "--json")
    assert (code, out, json.loads(err)["code"]) == (1, "", "not_found")


def test_each_fault_of_a_file_is_a_line(world: World, typed: Shell) -> None:
    world.player("ann")
    world.open_round()
    file = world.folder / "p.csv"
    file.write_text("id,probability\nr000,2\n")
    code, _, err = typed("submit", "weekly", file, "--user", "ann")
    lines = err.splitlines()
    assert code == 1
    assert "  out_of_range: Line 2" in err
    assert any(line.startswith("file_rejected: The file was not accepted") for line in lines)


def test_a_database_without_tables_is_told_in_one_line(databases: Databases, typed: Shell) -> None:
    databases.empty()
    code, _, err = typed("round_status", "weekly")
    assert code == 1
    assert err.startswith("not_migrated: Run `migrate --database owner` first")
    assert err.count("\n") == 1


def test_a_database_that_is_away_is_told_in_one_line(
    databases: Databases, typed: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = project.DATABASES["default"]["PORT"]
    connections["default"].close()
    monkeypatch.setitem(connections["default"].settings_dict, "PORT", 1)
    code, _, err = typed("round_status", "weekly")
    assert code == 1
    assert err.startswith("database_away: ")
    assert err.count("\n") == 1
    assert project.DATABASES["default"]["PORT"] in (port, 1)
