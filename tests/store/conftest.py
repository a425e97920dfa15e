"""A small round, and a folder of its own for the uploads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tournaments.store.rows import RowIndex


@pytest.fixture
def rows() -> RowIndex:
    """Six rows: a and b in validation, c and d in test, e and f in live."""
    splits = ["validation", "validation", "test", "test", "live", "live"]
    return RowIndex.build(["a", "b", "c", "d", "e", "f"], ["era1"] * 6, splits)


@pytest.fixture
def uploads(settings: Any, tmp_path: Path) -> Callable[[str], Path]:
    """Point the storage alias at an empty folder: `uploads(backend)`."""

    def use(backend: str = "tournaments.store.storage.UploadStorage") -> Path:
        root = tmp_path / "uploads"
        settings.STORAGES = {
            **settings.STORAGES,
            "uploads": {"BACKEND": backend, "OPTIONS": {"location": str(root)}},
        }
        return root

    return use
