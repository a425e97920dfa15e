"""Files that wait for the next step of a form: kept aside under a random name, gone when it is done.

They lie beside the blobs and are none: nothing names them, and what was left for a day is removed.
"""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import storages
from django.utils import timezone

from tournaments.store.blobs import ALIAS, TooLarge

FOLDER = "incoming"
ABANDONED_AFTER = timedelta(days=1)


def _here(owner: str, token: str) -> str:
    return f"{FOLDER}/{re.sub('[^a-z0-9-]', '', owner)}.{re.sub('[^A-Za-z0-9_-]', '', token)}"


def _safe(name: str) -> str:
    """A file's own name without folders and oddities, its ending kept."""
    return re.sub(r"[^\w.-]+", "_", Path(name).name)[-80:].lstrip(".") or "file"


def keep(owner: str, files: dict[str, tuple[str, Iterable[bytes]]], max_bytes: int) -> str:
    """Keep files by their part ("tournament" …): (name, chunks); returns the token that finds them again.

    Raises TooLarge; nothing is left then.
    """
    _sweep()
    token = secrets.token_urlsafe(12)
    try:
        for part, (name, chunks) in files.items():
            _save(f"{_here(owner, token)}.{part}.{_safe(name)}", chunks, max_bytes)
    except BaseException:
        drop(owner, token)
        raise
    return token


def _save(name: str, chunks: Iterable[bytes], max_bytes: int) -> None:
    with tempfile.TemporaryFile() as file:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > max_bytes:
                raise TooLarge(max_bytes)
            file.write(chunk)
        file.seek(0)
        storages[ALIAS].save(name, File(file, name=name))


def _names() -> list[str]:
    storage = storages[ALIAS]
    try:
        return [f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]]
    except FileNotFoundError:
        return []


@contextmanager
def borrow(owner: str, token: str) -> Iterator[dict[str, Path]]:
    """Copies of the files by part, under their own names, for as long as the context lasts; {} if gone."""
    start = f"{_here(owner, token)}."
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for name in _names():
            if name.startswith(start):
                part, own = name.removeprefix(start).split(".", 1)
                path = Path(folder) / part / own
                path.parent.mkdir()
                with storages[ALIAS].open(name, "rb") as source, path.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
                found[part] = path
        yield found


def drop(owner: str, token: str) -> None:
    """Remove the files of a token."""
    for name in _names():
        if name.startswith(f"{_here(owner, token)}."):
            storages[ALIAS].delete(name)


def _sweep() -> None:
    """Remove what was left for a day."""
    for name in _names():
        if timezone.now() - storages[ALIAS].get_modified_time(name) > ABANDONED_AFTER:
            storages[ALIAS].delete(name)
