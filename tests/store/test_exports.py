"""Files of a blend: what they hold reads back as itself, and the same numbers give the same bytes."""

import csv
import io

import numpy as np
import pyarrow.parquet as pq
import pytest

from tournaments.store import exports
from tournaments.store.rows import RowIndex
from tournaments.store.vectors import VectorError

ROWS = RowIndex.build(["b,1", "a", 'c"'], ["era2", "era1", "era1"], ["live", "test", "live"])
P = np.array([0.1 + 0.2, np.nextafter(0.5, 1), 1e-6])


def read(kind: str, content: bytes) -> list[dict[str, object]]:
    if kind == "parquet":
        found: list[dict[str, object]] = pq.read_table(io.BytesIO(content)).to_pylist()
        return found
    rows = csv.DictReader(io.StringIO(content.decode()))
    return [{**row, "probability": float(row["probability"])} for row in rows]


@pytest.mark.parametrize("kind", exports.FORMATS)
def test_every_row_is_there_in_canonical_order_to_the_last_bit(kind: str) -> None:
    rows = read(kind, exports.encode(ROWS, P, kind))
    assert [row["id"] for row in rows] == ["a", 'c"', "b,1"]
    assert [row["era"] for row in rows] == ["era1", "era1", "era2"]
    assert [row["split"] for row in rows] == ["test", "live", "live"]
    assert [row["probability"] for row in rows] == P.tolist()


@pytest.mark.parametrize("kind", exports.FORMATS)
def test_the_same_numbers_are_the_same_bytes_and_others_are_not(kind: str) -> None:
    whole = exports.encode(ROWS, P, kind)
    again = RowIndex.from_bytes(ROWS.to_bytes())
    assert exports.encode(again, P.copy(), kind) == whole
    assert exports.encode(ROWS, np.nextafter(P, 1), kind) != whole


@pytest.mark.parametrize("kind", exports.FORMATS)
def test_numbers_of_other_rows_are_refused(kind: str) -> None:
    with pytest.raises(VectorError, match="2 numbers for 3 rows"):
        exports.encode(ROWS, P[:2], kind)


def test_only_the_form_that_depends_on_it_names_its_writer() -> None:
    assert exports.writer("csv") == ""
    assert exports.writer("parquet").startswith("pyarrow ")
