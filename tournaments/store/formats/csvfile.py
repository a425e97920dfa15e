"""CSV: a quick reading for files that are as they should be, and a thorough one that finds the faults."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from tournaments.store.formats.faults import SHOWN, Fault, FaultRow, FileRejected, place, reject, times
from tournaments.store.formats.sheet import Sheet, flat, numbers_of

_BOM = b"\xef\xbb\xbf"
_LONGEST_HEADER = 1 << 16  # bytes
_MOST_COLUMNS = 1000
_BLOCK = 1 << 20  # what Arrow reads at a time: waking threads for one block takes longer than they save
_SHORT_ROW = 24  # bytes; shorter rows on average make it worth counting them before they are parsed


@dataclass(frozen=True)
class Header:
    """Column names, the line they stand in, and where the rows begin in the bytes."""

    names: list[str]
    line: int
    body: int


def read_header(content: bytes) -> Header:
    """The first line that is not blank. Raises FileRejected: bad_header, bad_encoding."""
    start, number = len(_BOM) if content.startswith(_BOM) else 0, 1
    while True:
        window = content[start : start + _LONGEST_HEADER]
        stop = min((at for mark in (b"\n", b"\r") if (at := window.find(mark)) >= 0), default=len(window))
        after = start + stop + (2 if window[stop : stop + 2] == b"\r\n" else 1)
        if window[:stop].strip():
            break
        start, number = after, number + 1
    if stop == _LONGEST_HEADER:
        raise reject(
            "bad_header", f"The first line is longer than {_LONGEST_HEADER:,} bytes, so it is no header."
        )
    try:
        names = next(csv.reader([window[:stop].decode("utf-8")], strict=True))
    except UnicodeDecodeError as problem:
        shown = window[:stop].decode("utf-8", "replace")
        message = f"The header (line {number}) is not UTF-8. Save the file as UTF-8."
        raise reject("bad_encoding", message, [place(number, value=shown)]) from problem
    except csv.Error as problem:
        raise reject("bad_header", f"The header (line {number}) cannot be read: {problem}.") from problem
    if len(names) > _MOST_COLUMNS:
        raise reject(
            "bad_header", f"The header names {len(names):,} columns; {_MOST_COLUMNS:,} are the most."
        )
    return Header(names, number, min(after, len(content)))


def refuse_too_many(content: bytes, limit: int) -> None:
    """Raise FileRejected too_many_rows, before parsing, where there are more lines than the limit."""
    lines = max(content.count(b"\n"), content.count(b"\r")) - 1
    if lines > limit:
        raise too_many(lines, limit)


def too_many(rows: int, limit: int) -> FileRejected:
    """The rejection of a file that has far more rows than the round."""
    message = f"The file has {rows:,} rows, above the limit of {limit:,}. Send the rows of this round only."
    return reject("too_many_rows", message, count=rows)


def crowded(content: bytes, limit: int) -> bool:
    """Whether so many rows could be in these bytes that it is worth counting them before anything else."""
    return len(content) > _SHORT_ROW * limit


def read_quick(content: bytes, header: Header, id_at: int, values: Mapping[str, int]) -> Sheet | None:
    """The rows, or None where anything needs a closer look. Its cells and lines are left out."""
    types = {f"c{id_at}": pa.binary()} | {f"c{at}": pa.float64() for at in values.values()}
    convert = pcsv.ConvertOptions(column_types=types, include_columns=list(types))
    try:
        naming = _naming(header, use_threads=len(content) > _BLOCK)
        table = pcsv.read_csv(_body(content, header), naming, convert_options=convert)
    except pa.ArrowInvalid:
        return None
    if any(table[f"c{at}"].null_count for at in values.values()):
        return None
    numbers = {name: flat(table[f"c{at}"]).to_numpy(zero_copy_only=False) for name, at in values.items()}
    return Sheet(flat(table[f"c{id_at}"]), {}, numbers, np.empty(0, dtype=np.int64))


def read_sheet(content: bytes, header: Header, id_at: int, values: Mapping[str, int]) -> Sheet:
    """All rows that have as many fields as the header, with what they say; the others are faults.

    Raises FileRejected: empty, not_a_table.
    """
    body = content[header.body :]
    if not body.strip():
        message = (
            f"The file has a header (line {header.line}) and no rows. Send one row for each id of the round."
        )
        raise reject("empty", message)
    faults = []
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        faults.append(_bad_encoding(body, header))
        body = body.decode("utf-8", "replace").encode()
    table, ragged = _parse(body, header, [id_at, *values.values()])
    starts, numbers = _lines(body, header.line + 1)
    kept = np.ones(len(starts), dtype=bool)
    kept[np.array([number for number, _ in ragged if number <= len(kept)], dtype=np.int64) - 1] = False
    if kept.sum() != table.num_rows:
        raise _broken_quote(body, header)
    if ragged:
        faults.append(_ragged(ragged, numbers, len(header.names)))
    if not table.num_rows:
        raise reject("not_a_table", faults[-1].message, faults[-1].rows, faults[-1].count)
    cells = {name: pc.cast(flat(table[f"c{at}"]), pa.string()) for name, at in values.items()}
    read = {name: numbers_of(texts) for name, texts in cells.items()}
    return Sheet(flat(table[f"c{id_at}"]), cells, read, numbers[kept], faults)


def _body(content: bytes, header: Header) -> pa.BufferReader:
    return pa.BufferReader(pa.py_buffer(content).slice(header.body))


def _naming(header: Header, use_threads: bool) -> pcsv.ReadOptions:
    names = [f"c{at}" for at in range(len(header.names))]
    return pcsv.ReadOptions(column_names=names, use_threads=use_threads)


def _parse(
    body: bytes, header: Header, wanted: list[int]
) -> tuple[pa.Table, list[tuple[int, pcsv.InvalidRow]]]:
    """The table as bytes, and the (number among the lines that are not blank, row) of ragged ones."""
    ragged: list[tuple[int, pcsv.InvalidRow]] = []

    def skip(row: pcsv.InvalidRow) -> str:
        # Only the first are shown: the text of the others would be the file once more.
        ragged.append((row.number, row if len(ragged) < SHOWN else None))
        return "skip"

    names = [f"c{at}" for at in wanted]
    convert = pcsv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary()), include_columns=names)
    options = pcsv.ParseOptions(invalid_row_handler=skip)
    try:
        table = pcsv.read_csv(pa.BufferReader(body), _naming(header, False), options, convert)
    except pa.ArrowInvalid as problem:
        message = f"The file cannot be read as CSV ({str(problem)[:200]}). Send fields with commas between."
        raise reject("not_a_table", message) from problem
    return table, ragged


def _lines(body: bytes, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the lines that are not empty start, and their numbers. Lines end with LF, CRLF or CR."""
    content = np.frombuffer(body, dtype=np.uint8)
    ends = np.flatnonzero((content == 10) | (content == 13))
    starts = np.concatenate([[0], ends + 1])
    stops = np.append(ends, len(content))
    second = (content[ends] == 10) & (ends > 0) & (content[ends - 1] == 13)
    numbers = first + np.concatenate([[0], np.cumsum(~second)])
    filled = stops > starts
    return starts[filled], numbers[filled]


def _bad_encoding(body: bytes, header: Header) -> Fault:
    starts, numbers = _lines(body, header.line + 1)
    high = np.flatnonzero(np.frombuffer(body, dtype=np.uint8) >= 128)
    stops = np.append(starts[1:], len(body))
    count = 0
    rows: list[FaultRow] = []
    for at in np.unique(np.searchsorted(starts, high, side="right") - 1).tolist():
        line = body[starts[at] : stops[at]]
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            count += 1
            if len(rows) < SHOWN:
                rows.append(place(int(numbers[at]), value=line.decode("utf-8", "replace").strip()))
    where = f"Line {rows[0]['row']:,}: the text" if rows else "The text"
    message = f"{where} is not UTF-8 ({times(count, 'line')} in all). Save the file as UTF-8."
    return Fault("bad_encoding", message, count, rows)


def _ragged(ragged: list[tuple[int, pcsv.InvalidRow]], numbers: np.ndarray, expected: int) -> Fault:
    first = ragged[0][1]
    rows = [place(int(numbers[number - 1]), value=row.text) for number, row in ragged[:SHOWN]]
    message = (
        f"Line {rows[0]['row']:,}: {times(first.actual_columns, 'field')} where the header has {expected} "
        f"({times(len(ragged), 'line')} in all). Check the commas; decimals are written with a point."
    )
    return Fault("not_a_table", message, len(ragged), rows)


def _broken_quote(body: bytes, header: Header) -> FileRejected:
    """A quoted field that runs over a line end; Python's csv tells where."""
    reader = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
    before = 0
    with suppress(csv.Error):  # a field beyond Python's limit is the one that is sought
        for _ in reader:
            if reader.line_num > before + 1:
                break
            before = reader.line_num
    row = header.line + before + 1
    message = (
        f"Line {row:,}: a quoted field runs over the end of the line. Close the quotes in the same line."
    )
    return reject("not_a_table", message, [place(row)])
