"""restore: everything as it was, on another database; nothing touched where it must not."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from django.conf import settings as project
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client

from tests.commands.conftest import Command, Databases, Shell, blob_of, flip, rows
from tests.world import World, drain
from tournaments.models import AuditEvent, Round, Submission, Tournament, Upload, User
from tournaments.services import settlement
from tournaments.services.errors import Conflict
from tournaments.services.upkeep import postgres
from tournaments.services.upkeep.backups import DUMP, MANIFEST


def contents() -> dict[str, str]:
    """A fingerprint of every table."""
    found = {}
    for (table,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        lines = f"SELECT to_jsonb(t)::text AS line FROM {table} t"
        query = f"SELECT md5(coalesce(string_agg(line, ',' ORDER BY line), '')) FROM ({lines}) AS lines"
        found[table] = rows(query)[0][0]
    return found


@pytest.fixture
def world(databases: Databases, tmp_path: Path) -> World:
    """An open round with two submissions."""
    databases.migrated()
    world = World(tmp_path, pool=1_000)
    round_ = world.open_round()
    for noise, name in enumerate(("ann", "bob"), 1):
        world.submit(world.player(name), round_, world.skill(0.5, noise))
    return world


@pytest.fixture
def settled(world: World) -> World:
    """The same with that round settled and another one open."""
    drain()
    settlement.commit(world.operator, world.resolve(world.close(Round.objects.get())))
    world.open_round()
    return world


@pytest.fixture
def backup(world: World, command: Command, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    if "settled" in request.fixturenames:
        request.getfixturevalue("settled")
    folder = tmp_path / "backup"
    command("backup", folder)
    return folder


def test_everything_is_as_it_was_and_goes_on(
    settled: World, backup: Path, command: Command, databases: Databases, typed: Shell
) -> None:
    before = contents()
    databases.empty()
    matrix = project.MATRIX_DIR / "round-1-0.ticks"
    matrix.parent.mkdir()
    matrix.write_bytes(b"of another database")
    assert "tournaments weekly" in command("restore", backup).out
    after = contents()
    assert {table for table in after if after[table] != before[table]} == {"tournaments_auditevent"}
    assert set(after) == set(before)
    assert AuditEvent.objects.latest("pk").action == "restored"
    assert not matrix.exists()
    assert typed("verify_store")[0] == 0
    noted = json.loads((backup / MANIFEST).read_text())["ledgers"]["weekly"]
    assert typed("verify_ledger", "weekly", "--expect", noted)[0] == 0
    settled.submit(settled.player("cyd"), Round.objects.get(state="open"), settled.skill(0.3, noise=4))
    assert drain() == 1
    assert Submission.objects.latest("pk").state == Submission.State.SCORED
    again = backup.with_name("again")
    command("backup", again)
    databases.empty()
    command("restore", again)
    assert Submission.objects.count() == 3


def test_whoever_reads_a_backup_finds_no_session_to_take_over(
    world: World, command: Command, databases: Databases, tmp_path: Path
) -> None:
    client = Client()
    client.force_login(User.objects.get(username="ann"))
    key = Session.objects.get().session_key
    command("backup", tmp_path / "with-a-session")
    databases.empty()
    command("restore", tmp_path / "with-a-session")
    assert User.objects.filter(username="ann").exists()
    assert not Session.objects.filter(session_key=key).exists()


def test_the_ledgers_guards_and_rights_are_back(
    settled: World, backup: Path, command: Command, databases: Databases
) -> None:
    databases.empty()
    command("restore", backup)
    with pytest.raises(DatabaseError, match="permission denied"), connections["default"].cursor() as cursor:
        cursor.execute("UPDATE tournaments_entry SET amount = 0")
    with pytest.raises(DatabaseError, match="ledger_frozen"), connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM tournaments_entry")
    late = (
        "INSERT INTO tournaments_entry (transaction_id, account_id, currency, amount)"
        " SELECT 1, account_id, currency, amount FROM tournaments_entry WHERE transaction_id = 1"
    )
    with pytest.raises(DatabaseError, match="ledger_late"), transaction.atomic():  # noqa: SIM117
        with connections["default"].cursor() as cursor:
            cursor.execute(late)


def test_a_migrated_database_that_nobody_used_counts_as_empty(
    backup: Path, command: Command, databases: Databases
) -> None:
    databases.migrated()
    command("restore", backup)
    assert Tournament.objects.get().slug == "weekly"


def test_a_database_that_is_not_empty_must_be_named(
    world: World, backup: Path, command: Command, databases: Databases
) -> None:
    name = databases.migrated()
    User.objects.create_user("somebody")
    with pytest.raises(Conflict) as unnamed:
        command("restore", backup)
    assert unnamed.value.code == "not_empty"
    with pytest.raises(Conflict) as misnamed:
        command("restore", backup, "--into", "another")
    assert misnamed.value.code == "wrong_name"
    assert User.objects.get().username == "somebody"
    command("restore", backup, "--into", name)
    assert not User.objects.filter(username="somebody").exists()
    assert Upload.objects.count() == 2


def test_tables_of_something_else_are_not_dropped_unasked(
    backup: Path, command: Command, databases: Databases
) -> None:
    databases.empty()
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE theirs (n int)")
    with pytest.raises(Conflict) as error:
        command("restore", backup)
    assert error.value.code == "not_empty"
    assert rows("SELECT count(*) FROM theirs") == [(0,)]


def test_a_damaged_backup_changes_nothing(
    backup: Path, command: Command, databases: Databases, tmp_path: Path
) -> None:
    sha256 = Upload.objects.get(pk=1).sha256
    blob = Path("blobs", sha256[:2], sha256[2:4], sha256)
    damages: dict[str, Callable[[Path], None]] = {
        "a bit of a file": lambda folder: flip(folder / blob),
        "a file": lambda folder: (folder / blob).unlink(),
        "a bit of the dump": lambda folder: flip(folder / DUMP),
    }
    databases.empty()
    for name, damage in damages.items():
        copy = tmp_path / name
        shutil.copytree(backup, copy)
        damage(copy)
        with pytest.raises(Conflict) as error:
            command("restore", copy)
        assert error.value.code == "backup_damaged", name
        assert rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
        assert not blob_of(sha256).exists()


def test_a_backup_of_a_newer_program_is_refused(backup: Path, command: Command, databases: Databases) -> None:
    manifest = json.loads((backup / MANIFEST).read_text())
    manifest["migrations"].append("tournaments.9999_from_the_future")
    (backup / MANIFEST).write_text(json.dumps(manifest))
    databases.empty()
    with pytest.raises(Conflict) as error:
        command("restore", backup)
    assert error.value.code == "backup_newer"


def test_a_database_in_use_is_left_as_it_is(
    backup: Path, command: Command, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = databases.migrated()
    User.objects.create_user("somebody")
    monkeypatch.setattr(postgres, "LOCK_SECONDS", 1)
    owner = cast(DatabaseWrapper, connections["owner"])
    with owner.get_new_connection(owner.get_connection_params()) as reader:
        reader.execute("SELECT count(*) FROM tournaments_user")
        with pytest.raises(Conflict) as error:
            command("restore", backup, "--into", name)
    assert error.value.code == "database_in_use"
    assert User.objects.get().username == "somebody"
