"""Label files and stored labels."""

from __future__ import annotations

import gzip
import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tournaments.store import labels
from tournaments.store.formats import FileRejected
from tournaments.store.rows import RowIndex
from tournaments.store.vectors import VectorError


def read(content: bytes, rows: RowIndex, **options: Any) -> list[int]:
    found: list[int] = labels.parse_labels(io.BytesIO(content), "labels.csv", rows, **options).tolist()
    return found


def parquet(**columns: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def test_labels_may_be_partial_blank_unordered_and_written_as_decimals(rows: RowIndex) -> None:
    content = b"id,target\nf,1\na,0.0\nc,\nd,NaN\nb,1.0\n"
    assert read(content, rows) == [0, 1, -1, -1, -1, 1]
    assert read(gzip.compress(content), rows) == [0, 1, -1, -1, -1, 1]


def test_further_columns_are_ignored_and_the_id_may_be_called_otherwise(rows: RowIndex) -> None:
    assert read(b"era,t_id,target\n1,e,1\n", rows, id_column="t_id") == [-1, -1, -1, -1, 1, -1]


@pytest.mark.parametrize(
    "target", [[1.0, None, 0.0], [1, None, 0], [True, None, False], [1.0, float("nan"), 0.0]]
)
def test_parquet_labels(rows: RowIndex, target: list[Any]) -> None:
    assert read(parquet(id=["b", "a", "f"], target=target), rows) == [-1, 1, -1, -1, -1, 0]


def test_extra_ids_are_a_fault_unless_allowed(rows: RowIndex) -> None:
    with pytest.raises(FileRejected) as error:
        read(b"id,target\na,1\nx,2\n", rows)
    assert [fault.code for fault in error.value.faults] == ["unknown_id", "not_a_label"]
    assert read(b"id,target\na,1\nx,2\n", rows, allow_extra_ids=True)[0] == 1


def test_all_kinds_of_fault_are_named_at_once(rows: RowIndex) -> None:
    with pytest.raises(FileRejected) as error:
        read(b"id,target\na,0.5\nb,1\nb,1\nx,0\nc,yes\nd,1,1\n", rows)
    found = {fault.code: [row["row"] for row in fault.rows] for fault in error.value.faults}
    assert found == {"not_a_table": [7], "unknown_id": [5], "duplicate_id": [4], "not_a_label": [2, 6]}


@pytest.mark.parametrize("header", [b"id,probability", b"target", b"id,target,target", b"id,Target"])
def test_a_header_without_id_and_target_is_refused(rows: RowIndex, header: bytes) -> None:
    with pytest.raises(FileRejected) as error:
        read(header + b"\na,1\n", rows)
    assert [fault.code for fault in error.value.faults] == ["bad_header"]


def test_stored_labels_read_back_and_damage_is_noticed() -> None:
    vector = np.array([0, 1, -1, 1], dtype=np.int8)
    content = labels.encode(vector)
    assert labels.decode(content, 4).tolist() == [0, 1, -1, 1]
    assert labels.decode(content, 4).dtype == np.int8
    with pytest.raises(VectorError) as error:
        labels.decode(content[:-1] + b"\0", 4)
    assert error.value.code == "corrupt"
