"""How a slot of a row-file is laid out, and the record that commits it.

A slot is whole pages of 4 KiB. Its record is a head and a CRC-32 of each page, so that a part of a slot can
be trusted without reading the rest. The head says what the slot holds (kind of number, how many, which slot)
and has a CRC-32 of all of that and of the page sums: a slot is committed when this one number is right.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

PAGE = 4096
MAX_SLOT = (1 << 24) - 1
_HEAD = struct.Struct("<4s4sQII")  # magic, kind of number, rows, slot, CRC-32 of all this and the page sums
HEAD_WORDS = _HEAD.size // 8
SUMS_AT = _HEAD.size
_MAGIC = b"CBM2"
_ALIGN = 64
_SUM = 4


@dataclass(frozen=True)
class Layout:
    """Slots of `rows` numbers of the NumPy kind `code` (such as `<f4`), each of `itemsize` bytes."""

    rows: int
    code: str
    itemsize: int

    @cached_property
    def size(self) -> int:
        """How many bytes a slot holds."""
        return self.rows * self.itemsize

    @cached_property
    def pages(self) -> int:
        """How many pages a slot takes; the last one may be partly filled."""
        return -(-self.size // PAGE)

    @cached_property
    def stride(self) -> int:
        """How far a slot is from the next."""
        return self.pages * PAGE

    @cached_property
    def record_size(self) -> int:
        """How many bytes a commit record has."""
        return SUMS_AT + self.pages * _SUM

    @cached_property
    def record_stride(self) -> int:
        """How far a commit record is from the next."""
        return -(-self.record_size // _ALIGN) * _ALIGN

    def record(self, slot: int, content: memoryview) -> bytes:
        """Return the record that commits these bytes of a slot."""
        sums = self.found(content, np.array([slot]), slice(0, self.pages), slot * self.stride).tobytes()
        return self._head(slot, sums) + sums

    def sums(self, slot: int, record: bytes) -> np.ndarray | None:
        """Return a slot's page sums; None when the record is not whole, or of other rows or another slot."""
        if len(record) != self.record_size or record[:SUMS_AT] != self._head(slot, record[SUMS_AT:]):
            return None
        return np.frombuffer(record, "<u4", offset=SUMS_AT)

    def found(self, content: memoryview, slots: np.ndarray, pages: slice, origin: int = 0) -> np.ndarray:
        """Return the CRC-32 (N, K) of these pages of slots (N,) in the bytes of a file from `origin` on."""
        numbers = np.arange(pages.start, pages.stop)
        begins = (slots * self.stride)[:, None] - origin + numbers * PAGE
        ends = begins - numbers * PAGE + np.minimum((numbers + 1) * PAGE, self.size)
        # Each starts from its place, so that data of one page never pass for those of another.
        starts = (slots[:, None] * 65_537 + numbers) & 0xFFFF_FFFF
        places = zip(begins.ravel().tolist(), ends.ravel().tolist(), starts.ravel().tolist(), strict=True)
        sums = [zlib.crc32(content[begin:end], start) for begin, end, start in places]
        return np.array(sums, dtype="<u4").reshape(begins.shape)

    def _head(self, slot: int, sums: bytes) -> bytes:
        fields = _HEAD.pack(_MAGIC, self.code.encode(), self.rows, slot, 0)[:-_SUM]
        return fields + struct.pack("<I", zlib.crc32(sums, zlib.crc32(fields)))
