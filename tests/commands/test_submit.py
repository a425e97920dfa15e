"""submit: the same door as every upload."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Command
from tests.world import World, user
from tournaments.models import Rejection, Round, Submission, Upload
from tournaments.services.access import Actor
from tournaments.services.errors import Conflict, FileRefused, Forbidden, Invalid, Unknown
from tournaments.services.people import players

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(world: World) -> Path:
    world.open_round()
    world.player("ann")
    path = world.folder / "p.csv"
    path.write_bytes(world.csv(world.skill(0.5, noise=1)))
    return path


def test_a_submission_gets_its_receipt(command: Command, file: Path) -> None:
    (receipt,) = json.loads(command("submit", "weekly", file, "--user", "ann", "--json").out)["receipts"]
    upload = Upload.objects.get()
    assert (receipt["position"], receipt["forecaster"], receipt["replayed"]) == (1, "main", False)
    assert (receipt["sha256"], receipt["size"]) == (upload.sha256, file.stat().st_size)


def test_the_same_file_again_gives_the_same_receipt(command: Command, file: Path) -> None:
    first = command("submit", "weekly", file, "--user", "ann").out
    second = command("submit", "weekly", file, "--user", "ann").out
    assert second == first.replace(".\n", " (this very file was here already).\n")
    assert Submission.objects.count() == 1


def test_a_check_keeps_nothing(command: Command, file: Path) -> None:
    assert command("submit", "weekly", file, "--user", "ann", "--check").out == (
        "The file would be accepted: probability for main.\n"
    )
    assert not Upload.objects.exists()


def test_a_warning_is_told(command: Command, world: World, file: Path) -> None:
    file.write_bytes(world.csv(world.skill(0.0, noise=1, scale=9.0)))
    assert (
        "Warning looks_like_ranks, column probability"
        in command("submit", "weekly", file, "--user", "ann").out
    )


def test_a_forecaster_can_be_named(command: Command, world: World, file: Path) -> None:
    players.add_forecaster(Actor(user("ann")), world.tournament, "deep")
    command("submit", "weekly", file, "--user", "ann", "--forecaster", "deep", "--round", "1")
    assert Submission.objects.get().forecaster.name == "deep"


def test_every_fault_of_the_file_is_told_and_kept(command: Command, file: Path) -> None:
    file.write_text("id,probability\nr000,2\nr000,x\n")
    with pytest.raises(FileRefused) as error:
        command("submit", "weekly", file, "--user", "ann")
    codes = {fault["code"] for fault in error.value.faults}
    assert {"missing_id", "duplicate_id", "out_of_range", "not_a_number"} <= codes
    assert Rejection.objects.count() == 1


def test_who_does_not_play_is_refused_by_the_service(command: Command, file: Path) -> None:
    with pytest.raises(Forbidden) as error:
        command("submit", "weekly", file, "--user", "olga")
    assert error.value.code == "not_a_participant"


def test_an_unknown_user_and_a_missing_file_are_refused(command: Command, file: Path) -> None:
    with pytest.raises(Unknown) as unknown:
        command("submit", "weekly", file, "--user", "zoe")
    assert unknown.value.code == "unknown_user"
    with pytest.raises(Invalid) as missing:
        command("submit", "weekly", file.with_name("q.csv"), "--user", "ann")
    assert missing.value.code == "no_file"


def test_a_closed_round_takes_nothing(command: Command, world: World, file: Path) -> None:
    world.close(Round.objects.get())
    with pytest.raises(Conflict) as error:
        command("submit", "weekly", file, "--user", "ann")
    assert error.value.code == "round_not_open"
