"""Labels: 0, 1, or −1 where unknown, aligned to a round's rows."""

from __future__ import annotations

from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tournaments.store import vectors
from tournaments.store.formats import MAX_BYTES, checks, csvfile, parquet
from tournaments.store.formats.compression import load
from tournaments.store.formats.faults import Fault, FileRejected, reject, times
from tournaments.store.formats.sheet import Sheet
from tournaments.store.rows import RowIndex

UNKNOWN = -1
TARGET = "target"
_BLANKS = ("", "nan", "na", "n/a", "null", "none")
_DTYPE = "|i1"
_MOST_ROWS = 10_000_000


def encode(labels: np.ndarray) -> bytes:
    """Labels (M,) as bytes with a checksum.

    >>> decode(encode(np.array([0, 1, -1])), 3).tolist()
    [0, 1, -1]
    """
    return vectors.encode(labels, _DTYPE)


def decode(content: bytes, rows: int) -> np.ndarray:
    """The labels (rows,) int8 that `encode` wrote. Raises vectors.VectorError: corrupt, wrong_length."""
    return vectors.decode(content, rows, _DTYPE)


def parse_labels(
    file: IO[bytes],
    filename: str,
    rows: RowIndex,
    id_column: str | None = None,
    allow_extra_ids: bool = False,
    max_bytes: int = MAX_BYTES,
) -> np.ndarray:
    """Read a file with the columns id and target into (M,) int8: 0, 1, −1 where the file says nothing.

    Same formats as predictions. Ids may be missing (labels of one split only), targets may be blank, and
    further columns are ignored. Raises FileRejected: as predictions, and not_a_label.
    """
    content, kind = load(file, filename, max_bytes)
    if kind == "parquet":
        reader = parquet.open_table(content, max_bytes, _MOST_ROWS)
        id_at, target_at = _columns(reader.schema_arrow.names, id_column)
        sheet = parquet.read_sheet(content, reader, id_at, {TARGET: target_at}, max_bytes)
    else:
        csvfile.refuse_too_many(content, _MOST_ROWS)
        header = csvfile.read_header(content)
        id_at, target_at = _columns(header.names, id_column)
        sheet = csvfile.read_sheet(content, header, id_at, {TARGET: target_at})
    at = rows.find(sheet.ids)
    labels, strange = _labels(sheet)
    if allow_extra_ids:
        strange = strange[at[strange] >= 0]
    found = [
        *sheet.faults,
        *checks.id_faults(at, sheet, rows, allow_extra=allow_extra_ids, allow_missing=True),
    ]
    if len(strange):
        found.append(_not_labels(strange, sheet))
    if found:
        raise FileRejected(found)
    vector = np.full(len(rows), UNKNOWN, dtype=np.int8)
    vector[at[at >= 0]] = labels[at >= 0]
    return vector


def _columns(names: list[str], id_column: str | None) -> tuple[int, int]:
    stripped = [name.strip() for name in names]
    ids = [at for at, name in enumerate(stripped) if name in ("id", id_column)]
    targets = [at for at, name in enumerate(stripped) if name == TARGET]
    if len(ids) == 1 and len(targets) == 1:
        return ids[0], targets[0]
    shown = ",".join(stripped)[:80]
    message = f"The header is “{shown}”. It needs one column {id_column or 'id'} and one column {TARGET}."
    raise reject("bad_header", message)


def _labels(sheet: Sheet) -> tuple[np.ndarray, np.ndarray]:
    """The labels (n,) int8 of the file's rows, and the rows that are neither 0, 1 nor blank."""
    numbers, cells = sheet.numbers[TARGET], sheet.cells[TARGET]
    blank = np.isnan(numbers)
    if pa.types.is_string(cells.type):
        text = pc.utf8_lower(pc.utf8_trim_whitespace(cells))
        blank = pc.is_in(text, value_set=pa.array(_BLANKS)).to_numpy(zero_copy_only=False)
    labels = np.where(numbers == 1, 1, np.where(numbers == 0, 0, UNKNOWN)).astype(np.int8)
    return labels, np.flatnonzero((labels == UNKNOWN) & ~blank)


def _not_labels(strange: np.ndarray, sheet: Sheet) -> Fault:
    shown = [sheet.place(int(row), TARGET) for row in strange[:5]]
    message = (
        f"{sheet.unit} {shown[0]['row']:,}: “{shown[0]['value']}” is not a label "
        f"({times(len(strange), 'value')} in all). Write 0 or 1, or leave it blank where it is unknown."
    )
    return Fault("not_a_label", message, len(strange), shown)
