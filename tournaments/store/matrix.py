"""The prediction matrix of a round: one row-file, a slot a submission, in the round's row order.

It is a cache of the stored uploads, in two files: `<path>` has the slots, `<path>.commits` a record a slot,
written after the data (see `commits`). A torn, lost or changed write therefore reads as absent, whatever the
disk did, and is repaired from the uploads. Nothing is synced. Writers of different slots need no lock.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np

from tournaments.store.commits import MAX_SLOT, PAGE, Layout
from tournaments.store.mapped import Mapped, mapped

_GATHERED = 32
"""Slots that do not follow each other are copied so many at a time: few enough for the processor's cache."""


class MatrixError(Exception):
    """A vector or slot does not fit. `code` is `wrong_shape`, `not_finite`, `not_exact` or `bad_slot`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class MatrixMiss(Exception):
    """Slots that cannot be read: `missing` were never committed, `corrupt` do not match their sums."""

    code = "matrix_miss"

    def __init__(self, missing: list[int], corrupt: list[int]) -> None:
        super().__init__(
            f"The prediction matrix lacks the slots {sorted(missing + corrupt)}. Rebuild it from the uploads."
        )
        self.missing, self.corrupt = missing, corrupt
        self.slots = sorted(missing + corrupt)


class Matrix:
    """The matrix at `path`, of vectors with `rows` numbers of a NumPy kind. The first append makes its files.

    A slot may be written again, by anyone at any time, with the numbers it had: that is how it is healed.
    Other numbers may come into it while nobody is in the middle of `blocks`.
    """

    def __init__(self, path: str | Path, rows: int, dtype: str = "<f4") -> None:
        self.path, self.rows = Path(path), rows
        self.dtype = np.dtype(dtype)
        self._commits = Path(f"{path}.commits")
        self._layout = Layout(rows, self.dtype.str, self.dtype.itemsize)

    def append(self, slot: int, vector: np.ndarray) -> None:
        """Write a vector (M,) into a slot.

        Raises MatrixError: wrong_shape, not_finite, not_exact (where whole numbers are kept), bad_slot.
        """
        content = self._row(vector).data.cast("B")
        record = self._layout.record(_checked(slot), content)
        place = slot * self._layout.record_stride
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _made(self._commits) as commits, _made(self.path) as data:
            former = os.pread(commits, len(record), place)
            if former.strip(b"\0") and former != record:
                _write(commits, bytes(len(record)), place)  # until the new numbers are all there
            _write(data, content, slot * self._layout.stride)
            _write(commits, record, place)

    def read(self, slots: Sequence[int]) -> np.ndarray:
        """The vectors (N, M) of these slots, in this order, each checked as it is read.

        Raises MatrixMiss with all that fail.
        """
        out = np.empty((len(slots), self.rows), dtype=self.dtype)
        missing, corrupt = [], []
        with _opened(self._commits) as commits, _opened(self.path) as data:
            for row, slot in zip(out, slots, strict=True):
                sums = self._sums(commits, slot)
                if sums is None:
                    missing.append(slot)
                elif not self._fill(data, row, slot, sums):
                    corrupt.append(slot)
        if missing or corrupt:
            raise MatrixMiss(missing, corrupt)
        return out

    def read_columns(self, slots: Sequence[int], start: int, stop: int) -> np.ndarray:
        """The numbers (N, stop - start) of these slots from `start` on, such as one era of all.

        Only their pages are read, and checked once (see `mapped`). Raises MatrixMiss with all that fail.
        """
        if not 0 <= start <= stop <= self.rows:
            raise MatrixError("wrong_shape", f"There are no rows {start:,} to {stop:,} of {self.rows:,}.")
        index, item = _index(slots), self.dtype.itemsize
        if not index.size or start == stop:
            return np.empty((index.size, stop - start), dtype=self.dtype)
        pages = slice(start * item // PAGE, (stop * item - 1) // PAGE + 1)
        files = self._checked_files(index, pages)
        heads = files.heads(index)
        out: np.ndarray = files.rows()[index, start:stop]
        self._need_same(files, index, heads)
        return out

    def blocks(self, slots: Sequence[int], size: int) -> Iterator[np.ndarray]:
        """Iterate over the vectors of these slots, in this order, in blocks (N_b, M) with N_b ≤ size.

        All are checked before this returns (once, see `mapped`), so that nobody scans half of them: raises
        MatrixMiss with all that fail. Slots that follow each other come as a read-only view of the file,
        others in a buffer that the next block overwrites.
        """
        index = _index(slots)
        if not index.size:
            return iter(())
        return self._blocks(self._checked_files(index, slice(0, self._layout.pages)), index, size)

    def _blocks(self, files: Mapped, index: np.ndarray, size: int) -> Iterator[np.ndarray]:
        rows, buffer = files.rows(), np.empty((min(size, _GATHERED), self.rows), dtype=self.dtype)
        for begin, end in _runs(index, size, len(buffer)):
            part = index[begin:end]
            heads = files.heads(part)
            if part[-1] - part[0] == part.size - 1 and (np.diff(part) == 1).all():
                yield rows[part[0] : part[-1] + 1]
            else:
                for at, slot in enumerate(part):
                    buffer[at] = rows[slot]
                yield buffer[: part.size]
            self._need_same(files, part, heads)

    def slots(self) -> list[int]:
        """The committed slots, ascending. Their data are checked when they are read, not here."""
        if not self._commits.exists():
            return []
        layout = self._layout
        content = self._commits.read_bytes()
        begins = range(0, len(content), layout.record_stride)
        records = (content[begin : begin + layout.record_size] for begin in begins)
        return [slot for slot, record in enumerate(records) if layout.sums(slot, record) is not None]

    def rebuild(self, pairs: Iterable[tuple[int, np.ndarray]]) -> int:
        """Write every (slot, vector) anew, over whatever is there; how many there were."""
        count = 0
        for slot, vector in pairs:
            self.append(slot, vector)
            count += 1
        return count

    def _row(self, vector: np.ndarray) -> np.ndarray:
        given = np.asarray(vector)
        if given.shape != (self.rows,):
            raise MatrixError(
                "wrong_shape", f"A vector of shape {given.shape} does not fit {self.rows:,} rows."
            )
        if not np.isfinite(given).all():
            raise MatrixError("not_finite", "A vector of the matrix must be finite.")
        row = np.ascontiguousarray(given, dtype=self.dtype)
        if self.dtype.kind != "f" and not np.array_equal(row, given):
            raise MatrixError("not_exact", f"These numbers cannot be kept as {self.dtype.name}.")
        return row

    def _sums(self, commits: int | None, slot: int) -> np.ndarray | None:
        """The page sums of a slot; None without a whole record."""
        layout = self._layout
        place = _checked(slot) * layout.record_stride
        return None if commits is None else layout.sums(slot, os.pread(commits, layout.record_size, place))

    def _fill(self, data: int | None, row: np.ndarray, slot: int, sums: np.ndarray) -> bool:
        """Read a slot into `row`; whether it matches its sums."""
        view, layout = row.data.cast("B"), self._layout
        origin = slot * layout.stride
        if data is None or os.preadv(data, [view], origin) != layout.size:
            return False
        found = layout.found(view, np.array([slot]), slice(0, layout.pages), origin)
        return bool((found[0] == sums).all())

    def _checked_files(self, index: np.ndarray, pages: slice) -> Mapped:
        files = mapped(self.path, self._layout)
        if files is None:
            committed = set(self.slots())
            missing = [slot for slot in index.tolist() if slot not in committed]
            raise MatrixMiss(missing, [slot for slot in index.tolist() if slot in committed])
        missing, corrupt = files.check(index, pages)
        if missing or corrupt:
            raise MatrixMiss(missing, corrupt)
        return files

    def _need_same(self, files: Mapped, index: np.ndarray, heads: np.ndarray) -> None:
        """Raise MatrixMiss for slots that were committed anew while their numbers were taken."""
        changed = (files.heads(index) != heads).any(axis=1)
        if changed.any():
            raise MatrixMiss(index[changed].tolist(), [])


def _runs(index: np.ndarray, size: int, gathered: int) -> Iterator[tuple[int, int]]:
    """Cut (N,) slots where they cease to follow each other, but gather the short runs."""
    breaks = [0, *(np.flatnonzero(np.diff(index) != 1) + 1).tolist(), index.size]
    begin = 0
    for first, last in pairwise(breaks):
        if last - first < gathered:
            continue
        yield from _cut(begin, first, gathered)
        yield from _cut(first, last, size)
        begin = last
    yield from _cut(begin, index.size, gathered)


def _cut(begin: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    for at in range(begin, end, size):
        yield at, min(at + size, end)


def _index(slots: Sequence[int]) -> np.ndarray:
    index = np.asarray(slots, dtype=np.int64)
    for slot in (index.min(initial=0), index.max(initial=0)):
        _checked(int(slot))
    return index


def _checked(slot: int) -> int:
    if not 0 <= slot <= MAX_SLOT:
        raise MatrixError("bad_slot", f"Slot {slot} is not between 0 and {MAX_SLOT:,}.")
    return slot


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """Open a file for reading; None when it is not there."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _made(path: Path) -> Iterator[int]:
    """Open a file for reading and writing; it is made where it is not there."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _write(handle: int, content: bytes | memoryview, offset: int) -> None:
    left = memoryview(content)
    while left:
        written = os.pwrite(handle, left, offset)
        left, offset = left[written:], offset + written
