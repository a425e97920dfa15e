"""A row-file in this process's memory map, and what was found whole in it.

Checking sums costs five times what a scan costs, so a page is checked the first time it is asked for and then
trusted: while its commit record stays the same, for TRUST_SECONDS at most, and not when the data were written
to without a commit. A bit that flips on the disk is thus found before a number of its page is used first, and
again within minutes; until then the page stands in this machine's memory, like any other number.
"""

from __future__ import annotations

import mmap
import os
import time
from functools import lru_cache
from pathlib import Path

import numpy as np

from tournaments.store.commits import HEAD_WORDS, SUMS_AT, Layout

TRUST_SECONDS = 300.0
FILES_MAPPED = 8


class Mapped:
    """The two files of a matrix, mapped for reading as far as they reach."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.layout = layout
        self._data, self._commits = _Map(path), _Map(Path(f"{path}.commits"))
        self._heads = np.zeros((0, HEAD_WORDS), dtype="<u8")
        self._whole = np.zeros((0, layout.pages), dtype=bool)
        self._since, self._times = time.monotonic(), (0, 0)

    def rows(self) -> np.ndarray:
        """Return the slots (S, M) that the file has, read-only and unchecked, without copying."""
        layout = self.layout
        return self._data.table(layout.size, layout.stride, layout.rows, layout.code)

    def check(self, slots: np.ndarray, pages: slice) -> tuple[list[int], list[int]]:
        """Return which of these slots (N,) are not committed, and which have a page whose sum is wrong."""
        self._refresh(int(slots.max(initial=-1)) + 1)
        heads = self.heads(slots)
        known = (heads == self._heads[slots]).all(axis=1) & heads.any(axis=1)
        for at in np.flatnonzero(~known):
            known[at] = self._enter(int(slots[at]))
        trusted = self._whole[slots, pages].all(axis=1) & (slots < len(self.rows()))
        unsure = slots[known & ~trusted]
        agree = self._agree(unsure, pages)
        self._whole[unsure[agree], pages] = True
        return slots[~known].tolist(), unsure[~agree].tolist()

    def heads(self, slots: np.ndarray) -> np.ndarray:
        """Return the heads (N, 3) of the commit records as they are now; zeros where the file has none."""
        layout = self.layout
        heads = self._commits.table(layout.record_size, layout.record_stride, HEAD_WORDS, "<u8")
        found = np.zeros((slots.size, HEAD_WORDS), dtype="<u8")
        there = slots < len(heads)
        found[there] = heads[slots[there]]
        return found

    def _refresh(self, slots: int) -> None:
        """Follow the files as they grew, and forget what is no longer to be trusted."""
        grown = slots - len(self._heads)
        if grown > 0:
            self._heads = np.pad(self._heads, ((0, grown), (0, 0)))
            self._whole = np.pad(self._whole, ((0, grown), (0, 0)))
        times, now = (self._data.follow(), self._commits.follow()), time.monotonic()
        uncommitted = times[0] != self._times[0] and times[1] == self._times[1]
        if uncommitted or now - self._since > TRUST_SECONDS:
            self._whole[:], self._since = False, now
        self._times = times

    def _enter(self, slot: int) -> bool:
        """Take note of a slot's commit record, if it is whole."""
        begin = slot * self.layout.record_stride
        record = bytes(self._commits.content[begin : begin + self.layout.record_size])
        if self.layout.sums(slot, record) is None:
            return False
        self._heads[slot] = np.frombuffer(record, dtype="<u8", count=HEAD_WORDS)
        self._whole[slot] = False
        return True

    def _agree(self, slots: np.ndarray, pages: slice) -> np.ndarray:
        """Return whether these pages of each slot (N,) match the sums in its record."""
        layout, content = self.layout, self._data.content
        sums = self._commits.table(layout.record_size, layout.record_stride, layout.pages, "<u4", SUMS_AT)
        there = slots < len(self.rows())
        agree: np.ndarray = (layout.found(content, slots, pages) == sums[slots, pages]).all(axis=1) & there
        return agree


class _Map:
    """One file, mapped for reading; it may grow, and stays open so that its number is not given away."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.content = memoryview(b"")

    def follow(self) -> int:
        """Map what the file has become; returns when it was last written to."""
        # A page behind the end of a file that was cut off must never be touched: the process would die.
        status = os.fstat(self._file.fileno())
        if status.st_size != len(self.content):
            new = (
                mmap.mmap(self._file.fileno(), status.st_size, prot=mmap.PROT_READ) if status.st_size else b""
            )
            self.content = memoryview(new)
        return status.st_mtime_ns

    def table(self, size: int, stride: int, columns: int, code: str, offset: int = 0) -> np.ndarray:
        """Return a view (as many rows as are there whole, columns) into records of `size` bytes."""
        count = max(0, (len(self.content) - size) // stride + 1)
        if not count:
            return np.zeros((0, columns), dtype=code)
        dtype = np.dtype(code)
        strides = (stride, dtype.itemsize)
        return np.ndarray((count, columns), dtype, self.content, offset, strides)


def mapped(path: Path, layout: Layout) -> Mapped | None:
    """Return the files of a matrix as this process has them mapped; None when there are none."""
    try:
        found = [os.stat(path), os.stat(f"{path}.commits")]
    except FileNotFoundError:
        return None
    return _mapped(path, layout, tuple((one.st_dev, one.st_ino) for one in found))


@lru_cache(maxsize=FILES_MAPPED)
def _mapped(path: Path, layout: Layout, _files: tuple[tuple[int, int], ...]) -> Mapped:
    return Mapped(path, layout)


def forget() -> None:
    """Let go of all files, and of what was found whole in them."""
    _mapped.cache_clear()
