"""One uploaded file to one vector a forecaster, in the round's canonical row order; or all its faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO

import numpy as np

from tournaments.store.formats import checks, csvfile, parquet
from tournaments.store.formats.columns import Columns, choose
from tournaments.store.formats.compression import load
from tournaments.store.formats.faults import Fault, FileRejected
from tournaments.store.formats.sheet import Sheet
from tournaments.store.rows import RowIndex

MAX_BYTES = 200 << 20
_SLACK = 1000  # rows above twice the round's, so that a small round still gets its faults by line


@dataclass(frozen=True)
class ParseOptions:
    """What a round accepts.

    id_column: another name for the id column. value_columns: the forecasters that a file may name.
    max_bytes: the most bytes of a file as it came, and inflated.
    """

    id_column: str | None = None
    allow_extra_ids: bool = False
    allow_constant: bool = False
    max_bytes: int = MAX_BYTES
    value_columns: frozenset[str] | None = None


@dataclass(frozen=True)
class Parsed:
    """columns: forecaster's name or `probability` → (M,) float64 in canonical order."""

    columns: dict[str, np.ndarray]
    warnings: list[Fault] = field(default_factory=list)


def parse(file: IO[bytes], filename: str, rows: RowIndex, options: ParseOptions | None = None) -> Parsed:
    """Read, validate and align a file of predictions (FORMULAS section 1).

    file: open for reading bytes, read from where it stands. filename: for the messages only.
    rows: the round's M rows. Raises FileRejected with every kind of fault.
    """
    options = options or ParseOptions()
    content, kind = load(file, filename, options.max_bytes)
    limit = row_limit(rows, options.allow_extra_ids)
    if kind == "parquet":
        reader = parquet.open_table(content, options.max_bytes, limit)
        chosen = _columns(reader.schema_arrow.names, options)
        sheet = parquet.read_sheet(content, reader, chosen.id, chosen.values, options.max_bytes)
        quick: Sheet | None = sheet if not chosen.faults else None
        return _quick(quick, rows, options) or _thorough(sheet, chosen.faults, rows, options)
    header = csvfile.read_header(content)
    chosen = _columns(header.names, options)
    if csvfile.crowded(content, limit):
        csvfile.refuse_too_many(content, limit)
    quick = None if chosen.faults else csvfile.read_quick(content, header, chosen.id, chosen.values)
    parsed = _quick(quick, rows, options)
    if parsed is None:
        del quick
        csvfile.refuse_too_many(content, limit)
        sheet = csvfile.read_sheet(content, header, chosen.id, chosen.values)
        parsed = _thorough(sheet, chosen.faults, rows, options)
    return parsed


def row_limit(rows: RowIndex, allow_extra_ids: bool) -> int:
    """The most rows that are looked at one by one."""
    return (10 if allow_extra_ids else 2) * len(rows) + _SLACK


def _columns(names: list[str], options: ParseOptions) -> Columns:
    return choose(names, options.id_column, options.value_columns)


def _quick(sheet: Sheet | None, rows: RowIndex, options: ParseOptions) -> Parsed | None:
    if sheet is None or (len(sheet.ids) != len(rows) and not options.allow_extra_ids):
        return None
    at = rows.find(sheet.ids)
    vectors = checks.align(at, sheet, rows, options.allow_constant)
    return None if vectors is None else Parsed(vectors, checks.extra_ids(at))


def _thorough(sheet: Sheet, faults: list[Fault], rows: RowIndex, options: ParseOptions) -> Parsed:
    """The faults of a file, all at once; or its vectors, where it was only written unusually."""
    at = rows.find(sheet.ids)
    extra = options.allow_extra_ids
    found = [
        *faults,
        *sheet.faults,
        *checks.id_faults(at, sheet, rows, allow_extra=extra, allow_missing=False),
        *checks.value_faults(at, sheet, rows, allow_extra=extra, allow_constant=options.allow_constant),
    ]
    if found:
        raise FileRejected(found)
    columns = {name: checks.scatter(at, numbers, len(rows)) for name, numbers in sheet.numbers.items()}
    return Parsed(columns, checks.extra_ids(at))
