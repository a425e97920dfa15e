"""Bytes by their SHA-256, through Django's storage alias `uploads` (a folder, or an S3-compatible bucket).

What has a name is whole: bytes are received in a temporary file, hashed on the way, and get their name last.
Stored bytes are never changed; the same bytes stored twice are one blob.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import Storage, storages

ALIAS = "uploads"
_IN_MEMORY = 8 << 20  # bytes; a larger upload waits on the disk
_CHUNK = 1 << 20


class BlobError(Exception):
    """A blob cannot be read. `code` is `missing`, `corrupt` or `bad_hash`."""

    def __init__(self, code: str, sha256: str, message: str) -> None:
        super().__init__(message)
        self.code, self.sha256, self.message = code, sha256, message


class TooLarge(Exception):
    """More bytes came than are allowed. The rest was not read."""

    code = "too_large"

    def __init__(self, max_bytes: int) -> None:
        super().__init__(
            f"The upload is larger than {max_bytes:,} bytes. Compress it, or remove what is not asked for."
        )
        self.max_bytes = max_bytes


@dataclass(frozen=True)
class Blob:
    """What is stored: its SHA-256 in hexadecimal and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Received:
    """Bytes that came whole and are not stored yet. `file` is at its beginning and closed with `receive`."""

    file: IO[bytes]
    sha256: str
    size: int

    def keep(self) -> Blob:
        """Store the bytes under their hash. The same bytes again, or at the same time, are harmless."""
        storage, name = storages[ALIAS], _name(self.sha256)
        if storage.exists(name):
            if _intact(storage, name, self.sha256):
                return Blob(self.sha256, self.size)
            storage.delete(name)
        self.file.seek(0)
        saved = storage.save(name, File(self.file, name=name))
        if saved != name:  # another writer was first, and the storage keeps both
            storage.delete(saved)
        self.file.seek(0)
        return Blob(self.sha256, self.size)


@contextmanager
def receive(chunks: Iterable[bytes], max_bytes: int) -> Iterator[Received]:
    """Take in an upload without storing it: parse `file` first, then `keep()` it, or let it go.

    Raises TooLarge as soon as more than max_bytes came.
    """
    digest, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        for chunk in chunks:
            size += len(chunk)
            if size > max_bytes:
                raise TooLarge(max_bytes)
            digest.update(chunk)
            file.write(chunk)
        file.seek(0)
        yield Received(file, digest.hexdigest(), size)


def put_stream(chunks: Iterable[bytes], max_bytes: int) -> Blob:
    """Store an upload. Raises TooLarge; then, and when stream or process breaks, nothing is stored."""
    with receive(chunks, max_bytes) as received:
        return received.keep()


def exists(sha256: str) -> bool:
    """Whether a blob of that hash is stored. Its content is not verified. Raises BlobError bad_hash."""
    return storages[ALIAS].exists(_name(sha256))


def open_blob(sha256: str, verify: bool = True) -> File[Any]:
    """The stored bytes as an open file at its beginning; close it.

    verify: read it whole and compare the hash. False only for ranges of a file verified before.
    Raises BlobError: missing, corrupt, bad_hash.
    """
    storage, name = storages[ALIAS], _name(sha256)
    if not storage.exists(name):
        raise BlobError("missing", sha256, f"The stored file {sha256} is missing. Restore it from a backup.")
    file = storage.open(name, "rb")
    if verify and _hash(file) != sha256:
        file.close()
        message = (
            f"The stored file {sha256} is damaged: its bytes have another hash. Restore it from a backup."
        )
        raise BlobError("corrupt", sha256, message)
    file.seek(0)
    return file


def _name(sha256: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise BlobError("bad_hash", sha256, "A SHA-256 has 64 hexadecimal digits in lower case.")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _hash(file: File[Any]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _intact(storage: Storage, name: str, sha256: str) -> bool:
    with storage.open(name, "rb") as file:
        return _hash(file) == sha256
