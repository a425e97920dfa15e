"""Uploads by their hash: whole or invisible, and verified when they are read."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.storage import storages

from tournaments.store import blobs
from tournaments.store.blobs import BlobError, TooLarge

CONTENT = b"id,probability\na,0.5\n" * 1000
SHA = hashlib.sha256(CONTENT).hexdigest()
BACKENDS = ["tournaments.store.storage.UploadStorage", "django.core.files.storage.FileSystemStorage"]
Uploads = Callable[..., Path]


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def pieces(content: bytes, size: int = 100) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


@pytest.mark.parametrize("backend", BACKENDS)
def test_bytes_are_stored_once_under_their_hash_and_read_back(backend: str, uploads: Uploads) -> None:
    root = uploads(backend)
    assert not blobs.exists(SHA)
    for _ in range(2):
        blob = blobs.put_stream(pieces(CONTENT), len(CONTENT))
        assert (blob.sha256, blob.size) == (SHA, len(CONTENT))
    assert files(root) == [f"{SHA[:2]}/{SHA[2:4]}/{SHA}"]
    assert blobs.exists(SHA)
    with blobs.open_blob(SHA) as file:
        assert file.read() == CONTENT


def test_the_bytes_can_be_read_before_they_are_kept_and_are_forgotten_otherwise(uploads: Uploads) -> None:
    root = uploads()
    with blobs.receive(pieces(CONTENT), 10**6) as received:
        assert received.file.read() == CONTENT
        assert (received.sha256, received.size) == (SHA, len(CONTENT))
    assert not root.exists()
    with blobs.receive(pieces(CONTENT), 10**6) as received:
        received.file.read()
        received.keep()
    with blobs.open_blob(SHA) as file:
        assert file.read() == CONTENT


def test_nothing_is_read_beyond_the_limit_and_nothing_is_stored(uploads: Uploads) -> None:
    root = uploads()
    sent = []

    def endless() -> Iterator[bytes]:
        while True:
            sent.append(1)
            yield b"x" * 100

    with pytest.raises(TooLarge) as error:
        blobs.put_stream(endless(), 1000)
    assert (error.value.code, error.value.max_bytes, len(sent)) == ("too_large", 1000, 11)
    assert not root.exists()


def test_a_stream_that_breaks_leaves_nothing(uploads: Uploads) -> None:
    root = uploads()

    def broken() -> Iterator[bytes]:
        yield CONTENT
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        blobs.put_stream(broken(), 10**6)
    assert not root.exists()


@pytest.mark.parametrize("backend", BACKENDS)
def test_damage_is_noticed_and_the_next_upload_of_the_same_bytes_heals_it(
    backend: str, uploads: Uploads
) -> None:
    path = uploads(backend) / SHA[:2] / SHA[2:4] / SHA
    blobs.put_stream([CONTENT], 10**6)
    path.chmod(0o600)
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(BlobError) as error:
        blobs.open_blob(SHA)
    assert (error.value.code, error.value.sha256) == ("corrupt", SHA)
    with blobs.open_blob(SHA, verify=False) as file:
        assert file.read(2) == b"id"
    blobs.put_stream([CONTENT], 10**6)
    with blobs.open_blob(SHA) as file:
        assert file.read() == CONTENT


def test_a_missing_blob_and_a_name_that_is_no_hash_are_errors(uploads: Uploads) -> None:
    uploads()
    for sha256, code in ((SHA, "missing"), ("../../etc/passwd", "bad_hash"), (SHA.upper(), "bad_hash")):
        with pytest.raises(BlobError) as error:
            blobs.open_blob(sha256)
        assert error.value.code == code


PRELUDE = """
import os, signal, sys
from django.conf import settings
backend = "tournaments.store.storage.UploadStorage"
storage = {"BACKEND": backend, "OPTIONS": {"location": sys.argv[1]}}
settings.configure(STORAGES={"default": storage, "uploads": storage})
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from tournaments.store import blobs
CONTENT = b"id,probability\\na,0.5\\n" * 1000
"""
WHILE_RECEIVING = """
def chunks():
    yield CONTENT
    os.kill(os.getpid(), signal.SIGKILL)
blobs.put_stream(chunks(), 10**6)
"""
WHILE_STORING = """
class Dying(ContentFile):
    def chunks(self, chunk_size=None):
        yield CONTENT[:5000]
        yield CONTENT[5000:10000]
        os.kill(os.getpid(), signal.SIGKILL)
storages["uploads"].save("ab/cd/" + "0" * 64, Dying(CONTENT))
"""


@pytest.mark.parametrize("moment", [WHILE_RECEIVING, WHILE_STORING], ids=["receiving", "storing"])
def test_a_killed_writer_leaves_nothing_under_a_name(moment: str, uploads: Uploads) -> None:
    root = uploads()
    run = subprocess.run([sys.executable, "-c", PRELUDE + moment, str(root)])
    assert run.returncode == -signal.SIGKILL
    assert [name for name in files(root) if not name.startswith(".partial/")] == []
    blobs.put_stream([CONTENT], 10**6)
    with blobs.open_blob(SHA) as file:
        assert file.read() == CONTENT


def test_what_killed_writers_left_is_removed_after_a_day(uploads: Uploads) -> None:
    root = uploads()
    blobs.put_stream([b"1"], 10)
    old, young = root / ".partial" / "old", root / ".partial" / "young"
    for path, age in ((old, 90_000), (young, 10)):
        path.write_bytes(b"half")
        stamp = time.time() - age
        os.utime(path, (stamp, stamp))
    blobs.put_stream([b"2"], 10)
    assert (old.exists(), young.exists()) == (False, True)


STORING_OFTEN = """
for _ in range(20):
    blob = blobs.put_stream([CONTENT], 10**6)
    with blobs.open_blob(blob.sha256) as file:
        assert file.read() == CONTENT
"""


def test_writers_of_the_same_bytes_do_not_disturb_one_another(uploads: Uploads) -> None:
    root = uploads()
    command = [sys.executable, "-c", PRELUDE + STORING_OFTEN, str(root)]
    writers = [subprocess.Popen(command) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert files(root) == [f"{SHA[:2]}/{SHA[2:4]}/{SHA}"]


def test_files_and_folders_are_for_the_owner_only(uploads: Uploads) -> None:
    root = uploads()
    blobs.put_stream([CONTENT], 10**6)
    assert storages["uploads"].exists(f"{SHA[:2]}/{SHA[2:4]}/{SHA}")
    modes = {path.stat().st_mode & 0o777 for path in root.rglob("*") if path.is_dir()}
    assert modes == {0o700}
    assert (root / SHA[:2] / SHA[2:4] / SHA).stat().st_mode & 0o777 == 0o600
