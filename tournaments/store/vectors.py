"""Vectors aligned to a round's rows, as bytes: a header with a CRC-32, then the numbers, little-endian."""

from __future__ import annotations

import csv
import io
import struct
import zlib
from typing import Any

import numpy as np

from tournaments.store.rows import RowIndex

_HEADER = struct.Struct("<4s4sQI")  # magic, type of the numbers, how many, CRC-32 of type, count and numbers
_MAGIC = b"CBV1"


class VectorError(Exception):
    """Stored numbers cannot be used. `code` is `corrupt` or `wrong_length`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def encode(vector: np.ndarray, dtype: str = "<f8") -> bytes:
    """A vector (M,) as bytes. The same numbers give the same bytes. dtype: `<f8` or `|i1`.

    >>> decode(encode(np.array([0.25, 0.5])), 2).tolist()
    [0.25, 0.5]
    """
    content = np.ascontiguousarray(vector, dtype=dtype).tobytes()
    return _HEADER.pack(_MAGIC, dtype.encode(), len(vector), _crc(content, dtype, len(vector))) + content


def decode(content: bytes, rows: int, dtype: str = "<f8") -> np.ndarray:
    """The vector (rows,) that `encode` wrote.

    Raises VectorError: corrupt (a bit is not as it was written), wrong_length (it belongs to other rows).
    """
    if len(content) < _HEADER.size:
        raise VectorError("corrupt", "The stored numbers are damaged: they are cut off.")
    magic, kind, count, crc = _HEADER.unpack_from(content)
    numbers = content[_HEADER.size :]
    if (magic, kind.rstrip(b"\0")) != (_MAGIC, dtype.encode()) or crc != _crc(numbers, dtype, count):
        raise VectorError("corrupt", "The stored numbers are damaged: their checksum does not match.")
    if count != rows:
        raise VectorError("wrong_length", f"The stored numbers are for {count:,} rows, not for {rows:,}.")
    return np.frombuffer(numbers, dtype=dtype).copy()


def csv_bytes(rows: RowIndex, vector: np.ndarray, id_column: str = "id") -> bytes:
    """`id,probability` in canonical row order; every float64 reads back as itself. vector: (M,)."""
    if len(vector) != len(rows):
        raise VectorError("wrong_length", f"There are {len(vector):,} numbers for {len(rows):,} rows.")
    text = io.StringIO(newline="")
    writer: Any = csv.writer(text, lineterminator="\n")
    writer.writerow((id_column, "probability"))
    writer.writerows(zip(rows.ids.to_pylist(), np.asarray(vector, dtype=np.float64).tolist(), strict=True))
    return text.getvalue().encode()


def _crc(content: bytes, dtype: str, count: int) -> int:
    return zlib.crc32(content, zlib.crc32(f"{dtype}:{count}".encode()))
