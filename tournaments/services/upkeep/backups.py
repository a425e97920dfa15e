"""A backup: the database and every stored file that it names, in one folder with the hash of each.

    FOLDER/database.dump       PostgreSQL's custom format, one snapshot
    FOLDER/blobs/ab/cd/abcd…   the stored files that this snapshot names
    FOLDER/manifest.json       when, of what, and each file's SHA-256 and size

The folder gets its name last, so that what bears it is whole. Stored files never change and are stored before
the row that names them, so copying them after the snapshot misses none.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from tournaments.models import Tournament
from tournaments.services import audit
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Invalid
from tournaments.services.upkeep import chain, postgres
from tournaments.services.upkeep.references import named_blobs
from tournaments.store.blobs import BlobError, open_blob

FORMAT = 1
DUMP, BLOBS, MANIFEST = "database.dump", "blobs", "manifest.json"
PARTIAL = ".partial"
CHUNK = 1 << 20
SHOWN = 5
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Kept:
    """One file of a backup."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a backup is of. `blobs` are SHA-256 → size; `migrations` are "app.name"; `ledgers` are slug → the
    end of its chain, as `verify_ledger --expect` takes it.
    """

    format: int
    made_at: str
    database: str
    server: int
    tournaments: list[str]
    migrations: list[str]
    dump: Kept
    blobs: dict[str, int]
    ledgers: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """All bytes."""
        return self.dump.size + sum(self.blobs.values())


def make(folder: Path, tell: Tell) -> Manifest:
    """Write a backup; `tell(done, total)` counts stored files.

    Raises Conflict `backup_exists`, `store_damaged` (a stored file is missing or altered; nothing is left
    behind), `owner_missing`, `no_programs`, `dump_failed`.
    """
    postgres.need_owner()
    folder = folder.absolute()
    _refuse_existing(folder)
    with _partial(folder) as partial:
        manifest = _snapshot(partial)
        sizes = _copy_blobs(list(manifest.blobs), partial, tell)
        manifest = Manifest(**{**asdict(manifest), "dump": manifest.dump, "blobs": sizes})
        _write(partial / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
        _sync_tree(partial)
        _refuse_existing(folder)
        partial.rename(folder)
    _sync(folder.parent)
    audit.record(None, "backup_made", files=len(manifest.blobs), bytes=manifest.size)
    return manifest


def _refuse_existing(folder: Path) -> None:
    if folder.exists():
        raise Conflict("backup_exists", f"{folder} is there already. Name a folder that is not.")


@contextmanager
def _partial(folder: Path) -> Iterator[Path]:
    """Give a folder beside the final one, locked while its maker lives; what killed ones left is removed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name}."
    for left in folder.parent.iterdir():
        if left.name.startswith(prefix) and left.name.endswith(PARTIAL):
            with _locked(left) as mine:
                if mine:
                    shutil.rmtree(left)
    partial = Path(tempfile.mkdtemp(dir=folder.parent, prefix=prefix, suffix=PARTIAL))
    with _locked(partial):
        try:
            yield partial
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield _lock(handle)
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _snapshot(partial: Path) -> Manifest:
    """Dump the database and name its blobs as one and the same snapshot sees them."""
    with transaction.atomic(using=postgres.OWNER), connections[postgres.OWNER].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        applied = MigrationRecorder(connections[postgres.OWNER]).applied_migrations()
        blobs = named_blobs(postgres.OWNER)
        slugs = Tournament.objects.using(postgres.OWNER).order_by("slug").values_list("slug", flat=True)
        dumped = partial / DUMP
        postgres.dump(postgres.programs(), snapshot, dumped)
        return Manifest(
            format=FORMAT,
            made_at=db_now().isoformat(),
            database=postgres.need_owner(),
            server=postgres.version(),
            tournaments=list(slugs),
            migrations=sorted(f"{app}.{name}" for app, name in applied),
            dump=Kept(*hash_of(dumped)),
            blobs=dict.fromkeys(sorted(blobs), 0),
            ledgers=chain.heads(postgres.OWNER),
        )


def _copy_blobs(names: list[str], partial: Path, tell: Tell) -> dict[str, int]:
    sizes, damaged = {}, []
    for done, sha256 in enumerate(names, 1):
        try:
            sizes[sha256] = _copy_blob(sha256, blob_path(partial, sha256))
        except BlobError as error:
            damaged.append(error.message)
        tell(done, len(names))
    if damaged:
        first = " ".join(damaged[:SHOWN])
        raise Conflict(
            "store_damaged", f"{len(damaged):,} stored files are damaged or missing: {first}", blobs=damaged
        )
    return sizes


def _copy_blob(sha256: str, to: Path) -> int:
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with open_blob(sha256, verify=False) as source, _create(to) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += target.write(chunk)
    if digest.hexdigest() != sha256:
        raise BlobError(
            "corrupt", sha256, f"The stored file {sha256} is damaged: its bytes have another hash."
        )
    return size


def read_manifest(folder: Path) -> Manifest:
    """Return what a folder is a backup of. Raises Invalid `not_a_backup`."""
    try:
        data = json.loads((folder / MANIFEST).read_text())
        manifest = Manifest(**{**data, "dump": Kept(**data["dump"])})
        names = [manifest.dump.sha256, *manifest.blobs]
        if manifest.format != FORMAT or not all(re.fullmatch("[0-9a-f]{64}", name) for name in names):
            raise ValueError(f"its format is {manifest.format}, this program reads {FORMAT}")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Invalid("not_a_backup", f"{folder} is not a whole backup: {error}.") from error
    return manifest


def faults(folder: Path, manifest: Manifest, tell: Tell) -> list[str]:
    """Return a sentence for each file of a backup that is missing or altered; every byte is read."""
    files = {DUMP: manifest.dump}
    files |= {
        str(blob_path(folder, name).relative_to(folder)): Kept(name, size)
        for name, size in manifest.blobs.items()
    }
    found = []
    for done, (name, kept) in enumerate(files.items(), 1):
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing.")
        elif hash_of(path) != (kept.sha256, kept.size):
            found.append(f"{name} is damaged: its bytes have another hash.")
        tell(done, len(files))
    return found


def need_whole(folder: Path, tell: Tell) -> Manifest:
    """Return the manifest of a backup of which every byte is as it was written; else `backup_damaged`."""
    manifest = read_manifest(folder)
    found = faults(folder, manifest, tell)
    if found:
        first = " ".join(found[:SHOWN])
        raise Conflict(
            "backup_damaged", f"{len(found):,} files of {folder} are not whole: {first}", files=found
        )
    return manifest


def blob_path(folder: Path, sha256: str) -> Path:
    """Return where a backup keeps a stored file."""
    return folder / BLOBS / sha256[:2] / sha256[2:4] / sha256


def hash_of(path: Path) -> tuple[str, int]:
    """Return a file's SHA-256 and size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size


def _create(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write(path: Path, content: bytes) -> None:
    with _create(path) as file:
        file.write(content)


def _sync_tree(top: Path) -> None:
    for folder, _, names in os.walk(top):
        for path in (*(Path(folder) / name for name in names), Path(folder)):
            _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
