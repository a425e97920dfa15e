"""What a Parquet file's pages say of themselves. Its footer can say anything; Arrow inflates by the pages.

Each page has a header, a struct in Thrift's compact protocol, of which Arrow takes the inflated size and the
encoding. Source: parquet.thrift of apache/parquet-format, `PageHeader`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow.parquet as pq

DELTA_BYTE_ARRAY = 7
"""The encoding that stores a long text once and a thousand like it in a few bytes each."""
MOST = 100_000
"""Pages, or row groups, of a file: a table of as many rows as there are in a round has some hundred."""
_PADDING = 100  # bytes that Arrow may read beyond a chunk, for writers that counted them short
_STRUCT, _BINARY, _BYTE, _I16, _I32, _I64, _DOUBLE = 12, 8, 3, 4, 5, 6, 7
_NOTHING = (1, 2)  # true and false stand in the type itself
_WIDTH = {_BYTE: 1, _DOUBLE: 8}
_DEEPEST, _LAST_FIELD = 4, 32
_INFLATED, _COMPRESSED = 2, 3
_ENCODING_OF = {
    5: 2,
    7: 2,
    8: 4,
}  # the header of a data page, a dictionary, a data page of version 2 → its field


@dataclass
class Pages:
    """What the pages of some columns hold: their inflated bytes and the encodings that occur."""

    inflated: int = 0
    encodings: set[int] = field(default_factory=set)


def groups_of(metadata: pq.FileMetaData) -> list[pq.RowGroupMetaData]:
    """Return the row groups. Raises ValueError where there are too many."""
    if metadata.num_row_groups > MOST:
        raise ValueError(f"it has more than {MOST:,} row groups")
    return [metadata.row_group(at) for at in range(metadata.num_row_groups)]


def look(content: bytes, metadata: pq.FileMetaData, wanted: Collection[str]) -> Pages:
    """Read the headers of all pages of these columns. Raises ValueError where they are none, or too many."""
    found, seen = Pages(), 0
    for start, stop in _chunks(metadata, wanted):
        for header in _headers(content, start, stop):
            seen += 1
            if seen > MOST:
                raise ValueError(f"it has more than {MOST:,} pages")
            found.inflated += header[_INFLATED]
            found.encodings |= {header[one].get(at) for one, at in _ENCODING_OF.items() if one in header}
    return found


def is_of(path: str, wanted: Collection[str]) -> bool:
    """Say whether what is stored at a path belongs to one of these columns.

    >>> is_of("id", ["id"]), is_of("id.list.element", ["id"]), is_of("a.b", ["a.b"]), is_of("idle", ["id"])
    (True, True, True, False)
    """
    return path in wanted or path.partition(".")[0] in wanted


def _chunks(metadata: pq.FileMetaData, wanted: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where the chunks of these columns lie, as Arrow finds them."""
    for group in groups_of(metadata):
        for at in range(group.num_columns):
            chunk = group.column(at)
            if is_of(chunk.path_in_schema, wanted):
                data = chunk.data_page_offset
                start = min(data, chunk.dictionary_page_offset or data)
                yield start, start + chunk.total_compressed_size


def _headers(content: bytes, start: int, stop: int) -> Iterator[dict[int, Any]]:
    end = min(stop + _PADDING, len(content))
    if not 0 <= start <= stop <= len(content):
        raise ValueError("a column lies outside of the file")
    while start < end:
        within = start < stop
        try:
            header, start = _struct(content, start)
            start += header[_COMPRESSED]
            if min(header[_INFLATED], header[_COMPRESSED]) < 0 or start > end:
                raise ValueError("a page lies outside of its column")
        except (IndexError, KeyError, ValueError) as problem:
            if within:
                raise ValueError("the header of a page cannot be read") from problem
            return
        yield header


def _struct(content: bytes, at: int, depth: int = 0) -> tuple[dict[int, Any], int]:
    """Return a struct's whole numbers (i32) and structs by field, and where it ends.

    Of what Thrift allows, page headers use little: fields rise by less than 16, and there are no lists.
    """
    fields: dict[int, Any] = {}
    number = 0
    while head := content[at]:
        at, step, kind = at + 1, head >> 4, head & 15
        number += step
        if not step or number > _LAST_FIELD or depth > _DEEPEST:
            raise ValueError("no header of a page")
        if kind == _STRUCT:
            fields[number], at = _struct(content, at, depth + 1)
        elif kind in (_I16, _I32, _I64):
            value, at = _varint(content, at)
            if kind == _I32:
                fields[number] = _signed(value)
        else:
            at = _skip(content, at, kind)
    return fields, at + 1


def _skip(content: bytes, at: int, kind: int) -> int:
    if kind in _NOTHING:
        return at
    if kind == _BINARY:
        length, at = _varint(content, at)
        return at + length
    if kind not in _WIDTH:
        raise ValueError("no header of a page")
    return at + _WIDTH[kind]


def _signed(value: int) -> int:
    """Return an i32 from its zigzag form."""
    if value >= 1 << 32:
        raise ValueError("no header of a page")
    return (value >> 1) ^ -(value & 1)


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 64:
        byte = content[at]
        value, at, shift = value | (byte & 127) << shift, at + 1, shift + 7
        if byte < 128:
            return value, at
    raise ValueError("no header of a page")
