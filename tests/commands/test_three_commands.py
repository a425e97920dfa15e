"""From an empty server to money in commands alone, with real workers doing the work."""

import json
from pathlib import Path

import pytest

from benchmarks.worlds.market import market
from benchmarks.worlds.world import SMALL, write_labels, write_tournament, write_training
from tests.house import House

pytestmark = pytest.mark.house


def test_three_commands_open_a_round_and_a_few_more_play_it(house: House, tmp_path: Path) -> None:
    world = market(0, SMALL)
    training, rows, known, live = (tmp_path / f"{name}.csv" for name in ("training", "rows", "known", "live"))
    write_training(world, training)
    write_tournament(world, rows)
    write_labels(world, known, ("validation", "test"))
    write_labels(world, live, ("live",))

    rules = ("--set", "id_column=t_id", "--set", "allow_constant=true", "--set", "consistency_gate=none")
    names = ("--name", "Weekly", "--preset", "numerai2017", "--operator", "olga")
    house.manage("create_tournament", "weekly", *names, *rules)
    files = ("--tournament", str(rows), "--training", str(training), "--labels", str(known))
    house.manage("next_round", "weekly", *files, "--closes", "in 7 days")

    people = tmp_path / "people.csv"
    people.write_text("alias,user\nAnn,ann\n")
    house.manage("roster", "weekly", str(people))
    predictions = tmp_path / "p.csv"
    tilted = 0.5 + 0.05 * (world.labels["target"] - 0.4)
    table = world.labels[["t_id"]].assign(probability=tilted)
    table.to_csv(predictions, index=False)
    house.manage("submit", "weekly", str(predictions), "--user", "ann")

    for moved in (
        "UPDATE tournaments_round SET opens_at = now() - interval '1 hour', closes_at = now() RETURNING id",
        "UPDATE tournaments_work SET due_at = now() WHERE kind = 'close' RETURNING id",
    ):
        assert len(house.rows(moved)) == 1
    resolved = house.manage("resolve_round", "weekly", "--labels", str(live))
    assert resolved.stdout.startswith("Round 1 is resolved.")
    done = json.loads(house.manage("settle_round", "weekly", "--yes", "--json").stdout)
    assert (done["settled"], done["paid"]) == (True, done["pool"])
