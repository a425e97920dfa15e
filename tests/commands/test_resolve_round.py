"""resolve_round and what an operator sees on the way; the waiting itself is tried in a house."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Command
from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import Round, Work
from tournaments.services.errors import Conflict

pytestmark = pytest.mark.django_db
stages = Stages(__name__)


@stages.step
def world(tmp_path: Path) -> World:
    return World(tmp_path, pool=1_000)


@stages.step
def closed(world: World) -> Round:
    round_ = world.open_round()
    for noise, name in enumerate(("ann", "bob"), 1):
        world.submit(world.player(name), round_, world.skill(0.5, noise))
    drain()
    (world.folder / "live.csv").write_bytes(world.labels("live"))
    return world.close(round_)


def test_without_waiting_it_starts_and_says_so(command: Command, world: World, closed: Round) -> None:
    out = command("resolve_round", "weekly", "--labels", world.folder / "live.csv", "--no-wait").out
    assert out == "Round 1 is being resolved.\n"
    drain()
    assert Round.objects.get().state == "resolved"


def test_a_round_that_is_resolved_is_told_at_once_with_the_way_on(
    command: Command, world: World, closed: Round
) -> None:
    world.resolve(closed)
    out = command("resolve_round", "weekly").out
    assert out == "Round 1 is resolved.\nNext: python manage.py settle_round weekly --round 1\n"


def test_labels_that_are_missing_stop_it(command: Command, closed: Round) -> None:
    with pytest.raises(Conflict) as error:
        command("resolve_round", "weekly")
    assert (error.value.code, error.value.details["rows"]) == ("labels_missing", 32)


def test_an_open_round_is_refused_before_its_labels_are_taken(command: Command, world: World) -> None:
    round_ = world.open_round()
    (world.folder / "live.csv").write_bytes(world.labels("live"))
    with pytest.raises(Conflict) as error:
        command("resolve_round", "weekly", "--labels", world.folder / "live.csv")
    assert error.value.code == "wrong_state"
    assert round_.label_sets.count() == 1


def test_work_that_failed_ends_the_waiting(command: Command, world: World, closed: Round) -> None:
    Work.objects.filter(kind=Work.Kind.BLEND).update(state=Work.State.FAILED)
    with pytest.raises(Conflict) as error:
        command("resolve_round", "weekly", "--labels", world.folder / "live.csv")
    assert error.value.code == "work_failed"


def test_it_waits_no_longer_than_it_is_told(command: Command, world: World, closed: Round) -> None:
    Work.objects.filter(kind=Work.Kind.BLEND).update(state=Work.State.DUE)
    with pytest.raises(Conflict) as error:
        command("resolve_round", "weekly", "--labels", world.folder / "live.csv", "--timeout", "0.01")
    assert error.value.code == "still_waiting"


def test_progress_is_told_in_plain_lines_beside_the_result(
    command: Command, world: World, closed: Round
) -> None:
    world.resolve(closed)
    said = command("resolve_round", "weekly")
    assert "Scoring live rows: 3 of 3" in said.err.splitlines()
    assert command("resolve_round", "weekly", "--verbosity", "0").err == ""


def test_the_status_tells_state_labels_work_and_what_failed(
    command: Command, world: World, closed: Round
) -> None:
    Work.objects.filter(part="equal").update(
        state=Work.State.FAILED, attempts=5, error="Traceback\nValueError: broken"
    )
    out = command("round_status", "weekly").out
    assert "Round 1 of weekly is closed." in out
    assert "Failed after 5 attempts: blend equal (work" in out
    assert "ValueError: broken" in out
    status = json.loads(command("round_status", "weekly", "--json").out)
    assert {"kind": "score_test", "state": "done", "pieces": 2} in status["work"]
    assert status["splits"]["live"]["labelled"] == 0


def test_failed_work_is_tried_again(command: Command, world: World, closed: Round) -> None:
    Work.objects.filter(part="equal").update(state=Work.State.FAILED, attempts=5)
    assert command("retry_work", "weekly").out == "1 pieces of work of weekly round 1 are due again.\n"
    assert drain() == 1
    assert command("retry_work", "weekly").out == "0 pieces of work of weekly round 1 are due again.\n"


def test_the_matrix_is_written_anew(command: Command, settings: Any, closed: Round) -> None:
    for file in settings.MATRIX_DIR.iterdir():
        file.unlink()
    assert command("rebuild_matrix", "weekly").out == "The matrix of weekly round 1 holds 2 submissions.\n"
    assert len(list(settings.MATRIX_DIR.iterdir())) == 8


def test_the_matrix_is_mended_where_it_is_damaged_and_only_there(
    command: Command, settings: Any, closed: Round
) -> None:
    files = sorted(settings.MATRIX_DIR.iterdir())
    whole = [file.read_bytes() for file in files]
    ticks = next(file for file in files if file.name.endswith("ticks"))
    ticks.write_bytes(bytes(len(ticks.read_bytes())))
    told = command("rebuild_matrix", "weekly")
    assert told.out == "The matrix of weekly round 1 holds 2 submissions.\n"
    assert "Ranking submissions: 2 of 2" in told.err
    assert [file.read_bytes() for file in files] == whole
    written = [file.stat().st_mtime_ns for file in files]
    command("rebuild_matrix", "weekly")
    assert [file.stat().st_mtime_ns for file in files] == written
    command("rebuild_matrix", "weekly", "--anew")
    assert [file.stat().st_mtime_ns for file in files] != written
    assert [file.read_bytes() for file in files] == whole
