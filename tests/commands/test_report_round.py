"""`report_round`: one file with every figure, every blend and every input, that asks nothing of a network."""

import json
import re
from pathlib import Path

import pytest

from tests.commands.conftest import Command
from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import Round, Submission
from tournaments.services.errors import Conflict, Invalid

stages = Stages(__name__)


@stages.step
def world(tmp_path: Path) -> World:
    return World(tmp_path, pool=1_000)


@stages.step
def closed(world: World) -> Round:
    round_ = world.open_round()
    for number, name in enumerate(("ann", "bob"), 1):
        world.submit(world.player(name), round_, world.skill(0.4, number))
    drain()
    return world.close(round_)


def test_the_file_has_everything_in_it(command: Command, world: World, closed: Round, tmp_path: Path) -> None:
    world.resolve(closed)
    out = tmp_path / "report.html"
    said = command("report_round", "weekly", 1, "--cost", 0.002, "--kelly", 0.25, "--out", out)
    assert re.search(r"growth per era at 0\.25 Kelly +−?-?\d", said.out)
    assert f"{out}: " in said.out
    text = out.read_text()
    assert text.startswith("<!doctype html>")
    for words in (
        "What the meta-model is worth",
        "at a cost of 0.002",
        "0.25 Kelly",
        "All blends",
        "Weights",
    ):
        assert words in text
    for one in Submission.objects.select_related("upload", "participant"):
        assert one.upload.sha256 in text
        assert one.participant.alias in text
    assert text.count("data-chart=") == 4
    assert "plotly.js v" in text


def test_the_file_loads_nothing(command: Command, world: World, closed: Round, tmp_path: Path) -> None:
    world.resolve(closed)
    out = tmp_path / "report.html"
    command("report_round", "weekly", 1, "--out", out)
    ours = re.sub(r"<script.*?</script>|<style.*?</style>", "", out.read_text(), flags=re.DOTALL)
    assert not re.findall(r"<(?:link|img|iframe|base)\b|\bsrc=|data-plotly", ours)
    assert not re.findall(r'href="(?!#)', ours)


def test_programs_read_the_same_as_json(
    command: Command, world: World, closed: Round, tmp_path: Path
) -> None:
    world.resolve(closed)
    found = json.loads(command("report_round", "weekly", 1, "--json", "--out", tmp_path / "r.html").out)
    assert found["worth"]["cost"] == 0.001
    assert found["out"] == str(tmp_path / "r.html")
    assert {one["participant"] for one in found["manifest"]["inputs"]} == {"Ann", "Bob"}
    assert (tmp_path / "r.html").stat().st_size == found["size"]


def test_what_cannot_be_reported_is_refused(
    command: Command, world: World, closed: Round, tmp_path: Path
) -> None:
    with pytest.raises(Conflict, match="not_resolved"):
        command("report_round", "weekly", 1)
    world.resolve(closed)
    with pytest.raises(Invalid, match="bad_cost"):
        command("report_round", "weekly", 1, "--cost", 3)
    with pytest.raises(Invalid, match="cannot_write"):
        command("report_round", "weekly", 1, "--out", tmp_path / "nowhere" / "r.html")
