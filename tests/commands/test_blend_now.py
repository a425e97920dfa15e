"""`blend_now`: who would weigh what if the round closed now."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Command
from tests.world import World, drain
from tournaments.services import preview
from tournaments.services.errors import Conflict


def test_it_says_who_weighs_most_and_writes_what_the_crowd_says(
    world: World, command: Command, tmp_path: Path
) -> None:
    round_ = world.open_round()
    for number, name in enumerate(("ann", "bob"), 1):
        world.submit(world.player(name), round_, world.skill(0.3, number))
    drain()
    out = tmp_path / "now.csv"
    said = command("blend_now", "weekly", "current", "--out", out).out
    assert said == (
        "rank: 2 participants, 2 submissions, nothing learnt yet.\n"
        f"  0.5000  Ann\n  0.5000  Bob\nWritten to {out}.\n"
    )
    found = preview.now(world.operator, round_)
    assert out.read_bytes() == preview.as_file(round_, found, "csv")
    told = json.loads(command("blend_now", "weekly", 1, "--blend", "equal", "--json").out)
    assert (told["blend"], told["slope"], told["out"]) == ("equal", 1.0, None)


def test_what_cannot_be_blended_is_refused(world: World, command: Command) -> None:
    world.open_round()
    with pytest.raises(Conflict) as refused:
        command("blend_now", "weekly", 1)
    assert refused.value.code == "nobody_submitted"
