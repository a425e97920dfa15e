"""upload_labels: additions are silent, corrections need a reason."""

import pytest

from tests.commands.conftest import Command
from tests.world import World
from tournaments.models import LabelSet, Round, RoundLog
from tournaments.services import labels
from tournaments.services.errors import FileRefused, Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(world: World) -> Round:
    return world.open_round()


def test_new_labels_are_added(command: Command, world: World, round_: Round) -> None:
    file = world.folder / "live.csv"
    file.write_bytes(world.labels("live"))
    assert command("upload_labels", "weekly", file).out == (
        "Round 1 has labels version 2: 32 rows added, 0 corrected.\n"
    )
    assert labels.missing(round_, "live") == 0


def test_a_correction_needs_a_reason_and_is_shown(command: Command, world: World, round_: Round) -> None:
    file = world.folder / "one.csv"
    file.write_text(f"id,target\n{world.ids[40]},{1 - world.y[40]}\n")
    with pytest.raises(Invalid) as error:
        command("upload_labels", "weekly", file)
    assert error.value.code == "reason_needed"
    assert LabelSet.objects.count() == 1
    out = command("upload_labels", "weekly", file, "--reason", "The source was revised").out
    assert "0 rows added, 1 corrected." in out
    assert RoundLog.objects.filter(round=round_, text__contains="The source was revised").exists()


def test_a_bad_file_changes_nothing(command: Command, world: World, round_: Round) -> None:
    file = world.folder / "bad.csv"
    file.write_text("id,target\nr000,2\nzzz,1\n")
    with pytest.raises(FileRefused) as error:
        command("upload_labels", "weekly", file)
    assert {fault["code"] for fault in error.value.faults} == {"not_a_label", "unknown_id"}
    assert LabelSet.objects.count() == 1
