"""The prediction matrix of a round: one row-file of float32, a slot a submission, in the round's row order.

It is a cache of the stored uploads, in two files. `<path>` has the slots, each rounded up to 4 KiB.
`<path>.commits` has a record a slot, written after the data, with a CRC-32 of both. A torn, lost or changed
write therefore reads as absent, whatever the disk did, and is repaired from the uploads. Nothing is synced.
Writers of different slots need no lock.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

PAGE = 4096
MAX_SLOT = (1 << 24) - 1
_RECORD = struct.Struct("<4sQII")  # magic, rows, CRC-32 of slot and data, CRC-32 of the fields before
_RECORD_STRIDE = 32  # a power of two: no record crosses a page
_MAGIC = b"CBM1"


class MatrixError(Exception):
    """A vector or slot does not fit. `code` is `wrong_shape`, `not_finite` or `bad_slot`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class MatrixMiss(Exception):
    """Slots that cannot be read: `missing` were never committed, `corrupt` do not match their checksum."""

    code = "matrix_miss"

    def __init__(self, missing: list[int], corrupt: list[int]) -> None:
        super().__init__(
            f"The prediction matrix lacks the slots {sorted(missing + corrupt)}. Rebuild it from the uploads."
        )
        self.missing, self.corrupt = missing, corrupt
        self.slots = sorted(missing + corrupt)


class Matrix:
    """The matrix at `path`, of vectors with `rows` numbers. The first append makes its files."""

    def __init__(self, path: str | Path, rows: int) -> None:
        self.path, self.rows = Path(path), rows
        self._commits = Path(f"{path}.commits")
        self._stride = -(-4 * rows // PAGE) * PAGE

    def append(self, slot: int, vector: np.ndarray) -> None:
        """Write a vector (M,) into a slot, kept as float32; a slot can be written again.

        Raises MatrixError: wrong_shape, not_finite, bad_slot.
        """
        row = np.ascontiguousarray(vector, dtype="<f4")
        if row.shape != (self.rows,):
            raise MatrixError(
                "wrong_shape", f"A vector of shape {row.shape} does not fit {self.rows:,} rows."
            )
        if not np.isfinite(row).all():
            raise MatrixError("not_finite", "A vector of the matrix must be finite.")
        content = row.data.cast("B")
        fields = _RECORD.pack(_MAGIC, self.rows, _crc(_checked(slot), content), 0)[:-4]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _write(self.path, content, slot * self._stride)
        _write(
            self._commits, memoryview(fields + struct.pack("<I", zlib.crc32(fields))), slot * _RECORD_STRIDE
        )

    def read(self, slots: Sequence[int]) -> np.ndarray:
        """The vectors (N, M) float32 of these slots, in this order. Raises MatrixMiss with all that fail."""
        committed = self._records(slots)
        missing = [slot for slot in slots if slot not in committed]
        known = [slot for slot in slots if slot in committed]
        out = np.empty((len(known), self.rows), dtype="<f4")
        corrupt = self._fill(out, known, committed)
        if missing or corrupt:
            raise MatrixMiss(missing, corrupt)
        return out

    def slots(self) -> list[int]:
        """The committed slots, ascending. Their data are verified by `read`, not here."""
        if not self._commits.exists():
            return []
        content = np.fromfile(self._commits, dtype=np.uint8)
        padded = np.pad(content, (0, -len(content) % _RECORD_STRIDE)).reshape(-1, _RECORD_STRIDE)
        written = np.flatnonzero(padded[:, 0] == _MAGIC[0]).tolist()
        return [slot for slot in written if self._data_crc(padded[slot].tobytes()) is not None]

    def rebuild(self, pairs: Iterable[tuple[int, np.ndarray]]) -> int:
        """Write every (slot, vector) anew, over whatever is there; how many there were."""
        count = 0
        for slot, vector in pairs:
            self.append(slot, vector)
            count += 1
        return count

    def _records(self, slots: Sequence[int]) -> dict[int, int]:
        """The data's CRC-32 of those slots whose commit record is whole and of these rows."""
        if not self._commits.exists():
            return {}
        found = {}
        with self._commits.open("rb", buffering=0) as file:
            for slot in slots:
                record = os.pread(file.fileno(), _RECORD.size, _checked(slot) * _RECORD_STRIDE)
                crc = self._data_crc(record)
                if crc is not None:
                    found[slot] = crc
        return found

    def _data_crc(self, record: bytes) -> int | None:
        if len(record) < _RECORD.size:
            return None
        magic, rows, crc, own = _RECORD.unpack_from(record)
        whole = own == zlib.crc32(record[: _RECORD.size - 4])
        return crc if whole and (magic, rows) == (_MAGIC, self.rows) else None

    def _fill(self, out: np.ndarray, slots: Sequence[int], committed: dict[int, int]) -> list[int]:
        """Read the slots into out; those whose data do not match their checksum."""
        if not self.path.exists():
            return list(slots)
        corrupt = []
        with self.path.open("rb", buffering=0) as file:
            for row, slot in zip(out, slots, strict=True):
                view = memoryview(row).cast("B")
                got = os.preadv(file.fileno(), [view], slot * self._stride)
                if got != len(view) or _crc(slot, view) != committed[slot]:
                    corrupt.append(slot)
        return corrupt


def _checked(slot: int) -> int:
    if not 0 <= slot <= MAX_SLOT:
        raise MatrixError("bad_slot", f"Slot {slot} is not between 0 and {MAX_SLOT:,}.")
    return slot


def _crc(slot: int, content: memoryview) -> int:
    # With the slot in it, data of one slot never pass for those of another.
    return zlib.crc32(content, zlib.crc32(slot.to_bytes(8, "little")))


def _write(path: Path, content: memoryview, offset: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        while content:
            written = os.pwrite(handle, content, offset)
            content, offset = content[written:], offset + written
    finally:
        os.close(handle)
