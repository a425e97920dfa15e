"""backup: whole or not there, whatever is broken, killed or in the way."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import models

from aggregator.embedded.stack import CHECKOUT
from tests.commands.conftest import Command, Databases, blob_of, flip
from tests.world import World
from tournaments import models as tables
from tournaments.models import Round, Upload
from tournaments.services import intake
from tournaments.services.errors import Conflict, Invalid
from tournaments.services.upkeep.backups import BLOBS, DUMP, MANIFEST
from tournaments.services.upkeep.references import BLOBS as NAMED
from tournaments.services.upkeep.references import named_blobs

NO_BLOBS = {
    ("Round", "rules_sha256"),
    ("Settlement", "rules_sha256"),
    ("Settlement", "inputs_sha256"),
    ("Proposal", "inputs_sha256"),
    ("ApiKey", "secret_sha256"),
    ("OneTimeLink", "token_sha256"),
}


@pytest.fixture
def world(databases: Databases, tmp_path: Path) -> World:
    databases.migrated()
    world = World(tmp_path)
    world.submit(world.player("ann"), world.open_round(), world.skill(0.5, noise=1))
    return world


def test_every_hash_in_the_database_is_known_as_a_stored_file_or_not() -> None:
    kinds = [getattr(tables, name) for name in tables.__all__]
    hashes = {
        (kind.__name__, field.name)
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, models.Model)
        for field in kind._meta.fields
        if field.name.endswith("sha256")
    }
    assert {(model.__name__, field) for model, field in NAMED} == hashes - NO_BLOBS


def test_a_backup_holds_the_dump_and_every_named_file_for_its_owner_alone(
    world: World, command: Command, tmp_path: Path
) -> None:
    folder = tmp_path / "deep" / "backup"
    told = json.loads(command("backup", folder, "--json").out)
    manifest = json.loads((folder / MANIFEST).read_text())
    assert set(manifest["blobs"]) == set(named_blobs())
    assert told["files"] == len(manifest["blobs"]) >= 5
    assert told["tournaments"] == ["weekly"]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 2 + told["files"]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (folder, *files)} == {0}
    sha256 = Upload.objects.get().sha256
    assert (folder / BLOBS / sha256[:2] / sha256[2:4] / sha256).read_bytes() == blob_of(sha256).read_bytes()
    assert "is whole" in command("backup", "--verify", folder).out


def test_a_backup_is_not_written_over(world: World, command: Command, tmp_path: Path) -> None:
    command("backup", tmp_path / "backup")
    with pytest.raises(Conflict) as error:
        command("backup", tmp_path / "backup")
    assert error.value.code == "backup_exists"


def test_one_bit_or_one_file_less_is_found(world: World, command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    command("backup", folder)
    blob = min(path for path in (folder / BLOBS).rglob("*") if path.is_file())
    for file in (blob, folder / DUMP):
        content = file.read_bytes()
        flip(file)
        with pytest.raises(Conflict) as damaged:
            command("backup", "--verify", folder)
        assert (damaged.value.code, len(damaged.value.details["files"])) == ("backup_damaged", 1)
        file.unlink()
        with pytest.raises(Conflict) as missing:
            command("backup", "--verify", folder)
        assert missing.value.details["files"] == [f"{file.relative_to(folder)} is missing."]
        file.write_bytes(content)
    for text in ("{}", '{"format": 2', "[]", ""):
        (folder / MANIFEST).write_text(text)
        with pytest.raises(Invalid) as error:
            command("backup", "--verify", folder)
        assert error.value.code == "not_a_backup"


def test_a_damaged_and_a_missing_stored_file_stop_a_backup_and_nothing_is_left(
    world: World, command: Command, tmp_path: Path
) -> None:
    place = tmp_path / "backups"
    flip(blob_of(Upload.objects.get().sha256))
    blob_of(Round.objects.get().rows_sha256).unlink()
    with pytest.raises(Conflict) as error:
        command("backup", place / "one")
    assert (error.value.code, len(error.value.details["blobs"])) == ("store_damaged", 2)
    assert list(place.iterdir()) == []


def test_an_upload_during_the_backup_is_whole_in_it_or_not_in_it(
    world: World, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The snapshot decides: what is accepted after it is neither in the dump nor in the manifest."""
    from tournaments.services.upkeep import backups

    def dump_after_an_upload(*arguments: Any) -> None:
        intake.submit(actor, Round.objects.get(), [world.csv(world.skill(0.1, noise=5))], "late.csv")
        real(*arguments)

    actor, real, before = world.player("bob"), backups.postgres.dump, set(named_blobs())
    monkeypatch.setattr(backups.postgres, "dump", dump_after_an_upload)
    command("backup", tmp_path / "backup")
    assert set(json.loads((tmp_path / "backup" / MANIFEST).read_text())["blobs"]) == before
    assert set(named_blobs()) > before


def test_a_killed_backup_leaves_no_folder_of_that_name_and_the_next_one_clears_up(
    world: World, command: Command, databases: Databases, tmp_path: Path
) -> None:
    place = tmp_path / "backups"
    held = blob_of(max(named_blobs()))
    content = held.read_bytes()
    held.unlink()
    os.mkfifo(held)  # whoever reads this waits for ever: the backup stands still in the middle
    killed = subprocess.Popen(
        [sys.executable, "manage.py", "backup", str(place / "one")], cwd=CHECKOUT, env=databases.environment()
    )
    limit = time.monotonic() + 60
    while not list(place.glob(f".one.*/{BLOBS}")) and time.monotonic() < limit and killed.poll() is None:
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert [path.name.startswith(".one.") for path in place.iterdir()] == [True]
    held.unlink()
    held.write_bytes(content)
    command("backup", place / "one")
    assert [path.name for path in place.iterdir()] == ["one"]
