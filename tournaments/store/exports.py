"""A blend as a file to hand on: id, era, split and probability of every row, the same bytes each time."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tournaments.store.rows import RowIndex
from tournaments.store.vectors import VectorError

COLUMNS = ("id", "era", "split", "probability")
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
FORMATS = tuple(CONTENT_TYPES)


def encode(rows: RowIndex, vector: np.ndarray, kind: str) -> bytes:
    """The rows in canonical order with a vector (M,) beside them, as `csv` or `parquet`.

    Every float64 reads back as itself from either. The same numbers give the same bytes; of Parquet as long
    as they are written by the same version of pyarrow, which `writer` names.
    Raises VectorError: wrong_length.

    >>> rows = RowIndex.build(["b", "a"], ["era1", "era1"], ["live", "live"])
    >>> encode(rows, np.array([0.25, 0.5]), "csv").decode().split()
    ['id,era,split,probability', 'a,era1,live,0.25', 'b,era1,live,0.5']
    """
    if len(vector) != len(rows):
        raise VectorError("wrong_length", f"There are {len(vector):,} numbers for {len(rows):,} rows.")
    return _ENCODE[kind](rows, np.asarray(vector, dtype=np.float64))


def writer(kind: str) -> str:
    """What wrote the bytes of a kind, where that decides them; "" where any version writes the same."""
    return f"pyarrow {pa.__version__}" if kind == "parquet" else ""


def _csv(rows: RowIndex, vector: np.ndarray) -> bytes:
    text = io.StringIO(newline="")
    lines: Any = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    values = (rows.ids.to_pylist(), rows.eras.tolist(), rows.splits.tolist(), vector.tolist())
    lines.writerows(zip(*values, strict=True))
    return text.getvalue().encode()


def _parquet(rows: RowIndex, vector: np.ndarray) -> bytes:
    columns = (rows.ids, pa.array(rows.eras), pa.array(rows.splits), pa.array(vector))
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table(dict(zip(COLUMNS, columns, strict=True))),
        sink,
        compression="zstd",
        use_dictionary=["era", "split"],
        write_page_checksum=True,
    )
    return bytes(sink.getvalue())


_ENCODE: dict[str, Callable[[RowIndex, np.ndarray], bytes]] = {"csv": _csv, "parquet": _parquet}
