"""The folder behind the storage alias `uploads`: a file has its name only when whole and on the disk."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

PARTIAL = ".partial"
_ABANDONED_AFTER = 86_400.0  # seconds; no upload takes a day
_DURABLE: set[Path] = set()
"""Folders whose own entry this process has seen to be on the disk."""


class UploadStorage(FileSystemStorage):
    """A FileSystemStorage for content-addressed files.

    Django's own writes under the final name, so that a killed process leaves half a file there, and renames
    the second of two equal files. This one writes aside, syncs, and then renames over the final name.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself: equal names are equal bytes here."""
        return name

    def _save(self, name: str, content: Any) -> str:
        target = Path(self.path(name))
        aside = Path(self.location) / PARTIAL
        self._make(aside)
        self._make(target.parent)
        _clear(aside)
        handle, partial = tempfile.mkstemp(dir=aside)
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), self.file_permissions_mode or 0o600)
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, target)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
        self._sync_up(target.parent)
        return name

    def _sync_up(self, folder: Path) -> None:
        """Sync the file's folder, and each above it whose entry of the one below may not be on the disk."""
        synced = []
        for level in self._levels(folder):
            _sync(level)
            synced.append(level)
            if level in _DURABLE:
                break
        _DURABLE.update(synced)

    def _levels(self, folder: Path) -> list[Path]:
        """The folder and those above it, up to the storage's root."""
        root = Path(self.location)
        return [level for level in (folder, *folder.parents) if level.is_relative_to(root)]

    def _make(self, folder: Path) -> None:
        for level in reversed(self._levels(folder)):  # one by one: mkdir gives its mode to the last only
            if not level.is_dir():
                level.mkdir(self.directory_permissions_mode or 0o700, parents=True, exist_ok=True)


def _clear(aside: Path) -> None:
    """Remove what killed processes left more than a day ago."""
    for left in aside.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _ABANDONED_AFTER:
                left.unlink()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
