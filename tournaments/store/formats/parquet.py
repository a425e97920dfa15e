"""Parquet: sizes are read from the footer first, then from the pages of those columns that are used.

A footer is its sender's word. What Arrow would inflate, and how, is told by the pages themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tournaments.store.formats import pages
from tournaments.store.formats.compression import bomb, suspicious, too_large
from tournaments.store.formats.csvfile import too_many
from tournaments.store.formats.faults import FileRejected, reject
from tournaments.store.formats.sheet import Sheet, flat

_MOST_COLUMNS = 1000
_MULTIPLYING = "DELTA_BYTE_ARRAY"  # stores a long id once and a thousand like it in a few bytes each
_FIXED = "FIXED_LEN_BYTE_ARRAY"
_DAMAGED = (pa.ArrowException, OSError, ValueError)  # what Arrow raises for bytes that are no Parquet


def open_table(content: bytes, max_bytes: int, limit: int) -> pq.ParquetFile:
    """The file with its footer read.

    Raises FileRejected: not_a_table, too_many_rows, too_large, bomb, bad_header, empty.
    """
    try:
        reader = pq.ParquetFile(pa.BufferReader(content))
        metadata, names = reader.metadata, reader.schema_arrow.names
        groups = pages.groups_of(metadata)
    except _DAMAGED as problem:
        raise _damaged(problem) from problem
    rows = max(metadata.num_rows, sum(group.num_rows for group in groups))
    size = sum(group.total_byte_size for group in groups)
    if len(names) > _MOST_COLUMNS or len(set(names)) < len(names):
        raise reject(
            "bad_header", "The Parquet file has too many columns, or two of one name. Send id and values."
        )
    if rows > limit:
        raise too_many(rows, limit)
    if suspicious(size, len(content)):
        raise bomb(len(content))
    if size > max_bytes:
        raise too_large(max_bytes)
    if any(_MULTIPLYING in group.column(at).encodings for group in groups for at in range(group.num_columns)):
        raise _multiplying()
    if not rows:
        raise reject("empty", "The Parquet file has no rows. Send one row for each id of the round.")
    return reader


def read_sheet(
    content: bytes, reader: pq.ParquetFile, id_at: int, values: Mapping[str, int], max_bytes: int
) -> Sheet:
    """All rows. Lines are rows, counted from 1.

    Raises FileRejected: not_a_table, not_a_number, bad_header, too_large.
    """
    schema = reader.schema_arrow
    id_name, names = schema.names[id_at], {key: schema.names[at] for key, at in values.items()}
    id_type = schema.field(id_name).type
    if pa.types.is_nested(id_type):
        raise reject("bad_header", f"The id column has the type {str(id_type)[:80]}. Store ids as text.")
    for key, name in names.items():
        _require_numbers(schema.field(name).type, key, reader.metadata.num_rows)
    _refuse_growth(content, reader, {id_name, *names.values()}, max_bytes)
    if any(_is_text(reader, name) for name in names.values()):
        raise reject("not_a_number", "The Parquet file stores numbers as text. Store them as float64.")
    try:
        # Ids as a dictionary: one long id on every row stays one in memory.
        texts = [id_name] if _is_text(reader, id_name) else []
        lazy = pq.ParquetFile(pa.BufferReader(content), read_dictionary=texts)
        table = lazy.read(columns=[id_name, *names.values()])
        ids = _ids(flat(table[id_name]), max_bytes)
        cells = {key: flat(table[name]) for key, name in names.items()}
        numbers = {key: _numbers(column) for key, column in cells.items()}
    except _DAMAGED as problem:
        raise _damaged(problem) from problem
    return Sheet(ids, cells, numbers, np.arange(1, len(ids) + 1), unit="Row")


def _refuse_growth(content: bytes, reader: pq.ParquetFile, wanted: Collection[str], max_bytes: int) -> None:
    """Refuse columns that Arrow would make larger than the limit, whatever the footer says of them."""
    try:
        found = pages.look(content, reader.metadata, wanted)
    except ValueError as problem:
        raise _damaged(problem) from problem
    if pages.DELTA_BYTE_ARRAY in found.encodings:
        raise _multiplying()
    if suspicious(found.inflated, len(content)):
        raise bomb(len(content))
    stored = [reader.schema.column(at) for at in range(len(reader.schema))]
    # Where all texts have one length, a dictionary of one long text stands for as many as there are rows.
    widths = [one.length for one in stored if one.physical_type == _FIXED and pages.is_of(one.path, wanted)]
    rows = sum(group.num_rows for group in pages.groups_of(reader.metadata))
    if found.inflated > max_bytes or any(width * rows > max(max_bytes, 1 << 20) for width in widths):
        raise too_large(max_bytes)


def _multiplying() -> FileRejected:
    return reject("not_a_table", f"The Parquet file uses {_MULTIPLYING}. Write it without that encoding.")


def _damaged(problem: Exception) -> FileRejected:
    message = (
        f"The Parquet file is damaged or cut off ({str(problem)[:200]}). Write it again and send it whole."
    )
    return reject("not_a_table", message)


def _is_text(reader: pq.ParquetFile, name: str) -> bool:
    stored = [reader.schema.column(at) for at in range(len(reader.schema))]
    return any(column.path == name and column.physical_type == "BYTE_ARRAY" for column in stored)


def _require_numbers(kind: pa.DataType, column: str, rows: int) -> None:
    numeric = (
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_boolean,
        pa.types.is_null,
    )
    if not any(test(kind) for test in numeric):
        message = f"The column {column!r} has the type {str(kind)[:80]}. Store it as numbers (float64)."
        raise reject("not_a_number", message, count=rows)


def _ids(column: pa.Array, max_bytes: int) -> pa.Array:
    """Ids as bytes; whole numbers as decimal text, null as nothing."""
    if pa.types.is_dictionary(column.type):
        longest = pc.max(pc.binary_length(column.dictionary.cast(pa.large_binary()))).as_py() or 0
        if longest * len(column) > max(max_bytes, 1 << 20):
            raise too_large(max_bytes)
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):  # 12.0 is told from 12: large decimal numbers have lost digits
        column = pa.array(
            [None if value is None else repr(value) for value in column.to_pylist()], pa.string()
        )
    if pa.types.is_primitive(column.type) or pa.types.is_decimal(column.type):
        column = column.cast(pa.string())
    return pc.fill_null(column.cast(pa.binary()), b"")


def _numbers(column: pa.Array) -> np.ndarray:
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    numbers = pc.fill_null(column.cast(pa.float64(), safe=False), float("nan"))
    return np.asarray(numbers.to_numpy(zero_copy_only=False))
