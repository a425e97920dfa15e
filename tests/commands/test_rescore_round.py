"""`rescore_round`: nothing differs, as a rule; else a table, exit code 1, and --apply."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Command, Shell
from tests.staging import Stages
from tests.world import World
from tournaments.models import AuditEvent, Round, Score
from tournaments.services.errors import Conflict, Invalid

stages = Stages(__name__)


@stages.step
def world(tmp_path: Path) -> World:
    return World(tmp_path, pool=1_000)


@stages.step
def resolved(world: World) -> Round:
    round_ = world.open_round()
    for number, name in enumerate(("ann", "bob"), 1):
        world.submit(world.player(name), round_, world.skill(0.3, number))
    return world.resolve(world.close(round_))


def tamper() -> Score:
    score = Score.objects.get(submission__participant__alias="Ann", split="test")
    Score.objects.filter(pk=score.pk).update(units=5, histogram=[1, *score.histogram[1:]])
    return score


def test_a_round_that_is_what_its_files_say(command: Command, resolved: Round) -> None:
    said = command("rescore_round", "weekly")
    assert said.out == "0 differences in 36 rows of weekly round 1.\n"
    assert "Recomputing from the stored files: 2 of 2" in said.err
    told = json.loads(command("rescore_round", "weekly", "--round", 1, "--json").out)
    assert told == {
        "tournament": "weekly",
        "round": 1,
        "rows": 36,
        "pending": 0,
        "applied": False,
        "differences": [],
    }


def test_differences_are_a_table_and_an_exit_code_until_they_are_applied(
    typed: Shell, world: World, resolved: Round
) -> None:
    true = tamper().units
    code, out, err = typed("rescore_round", "weekly")
    assert code == 1
    head, first, *_, last = out.splitlines()
    assert head.split() == ["what", "whose", "split", "figure", "published", "recomputed"]
    assert first.split() == ["score", "Ann", "#1", "test", "units", "5", str(true)]
    assert last == "2 differences in 36 rows of weekly round 1."
    assert "differs: 2 figures are published otherwise." in err


def test_applied_differences_are_published_and_audited(
    command: Command, world: World, resolved: Round
) -> None:
    score = tamper()
    with pytest.raises(Conflict, match="differs"):
        command("rescore_round", "weekly")
    with pytest.raises(Invalid, match="reason_needed"):
        command("rescore_round", "weekly", "--apply")
    with pytest.raises(Invalid, match="nothing_to_apply"):
        command("rescore_round", "weekly", "--reason", "a disk was swapped")
    said = command("rescore_round", "weekly", "--apply", "--reason", "a disk was swapped")
    assert said.out.endswith("2 differences in 36 rows of weekly round 1, and published.\n")
    assert Score.objects.get(pk=score.pk).units == score.units
    assert AuditEvent.objects.get(action="round_rescored").reason == "a disk was swapped"
    assert command("rescore_round", "weekly").out.startswith("0 differences")
