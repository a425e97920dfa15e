"""A backup becomes the server's database and stored files again.

Everything is checked before anything is written. Files come first, since a file too many harms nothing and a
file too few does; then the database, in one transaction; then rights, as after every migration.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from tournaments.services import audit, matrices
from tournaments.services.errors import Conflict
from tournaments.services.upkeep import backups, postgres
from tournaments.services.upkeep.backups import Manifest, Tell
from tournaments.store.blobs import put_stream

# Where somebody has put something: the tables of a freshly migrated database are empty here.
LIVED_IN = ("tournaments_user", "tournaments_tournament", "tournaments_auditevent")


def restore(folder: Path, into: str, check: Tell, copy: Tell) -> Manifest:
    """Put a backup in the place of the configured database; `into` is its name, typed, when it is not empty.

    `check` and `copy` are told of files checked and copied. Raises Invalid `not_a_backup`, Conflict
    `backup_damaged`, `backup_newer`, `not_empty`, `wrong_name`, `database_in_use`, `restore_failed`; then the
    database is as it was.
    """
    name = postgres.need_owner()
    _refuse_newer(backups.read_manifest(folder))
    _refuse_lived_in(name, into)
    manifest = backups.need_whole(folder, check)
    programs = postgres.programs()
    for done, sha256 in enumerate(manifest.blobs, 1):
        put_stream(_chunks(backups.blob_path(folder, sha256)), manifest.blobs[sha256])
        copy(done, len(manifest.blobs))
    connections.close_all()
    with TemporaryDirectory(dir=settings.VAR_DIR, prefix="restore-") as aside:
        postgres.replace(programs, folder / backups.DUMP, Path(aside) / "database.sql")
    call_command("migrate", database=postgres.OWNER, verbosity=0, interactive=False)
    matrices.forget_all()
    audit.record(None, "restored", made_at=manifest.made_at)
    return manifest


def _refuse_newer(manifest: Manifest) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = sorted(set(manifest.migrations) - known)
    if unknown:
        raise Conflict(
            "backup_newer",
            f"The backup is of a newer program: it has the migration {unknown[0]}. Update this one first.",
        )


def _refuse_lived_in(name: str, into: str) -> None:
    if into and into != name:
        raise Conflict("wrong_name", f"The database here is {name}, not {into}.")
    if not into and _lived_in():
        raise Conflict(
            "not_empty",
            f"The database {name} is not empty. To lose what is in it, repeat with --into {name}.",
        )


def _lived_in() -> bool:
    connection = connections[postgres.OWNER]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in tables.intersection(LIVED_IN):
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
            if cursor.fetchone()[0]:
                return True
    # Tables of something else altogether are not ours to drop unasked.
    return bool(tables) and not tables.issuperset(LIVED_IN)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(backups.CHUNK):
            yield chunk
