"""The canonical order of a round's rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tournaments.store.rows import RowIndex, RowsError


def test_rows_come_by_split_then_era_in_natural_order_then_id_as_bytes() -> None:
    ids = ["z", "Z", "b", "a", "ä", "c"]
    eras = ["era10", "era2", "era2", "era2", "era2", "era1"]
    splits = ["live", "live", "live", "validation", "live", "test"]
    rows = RowIndex.build(ids, eras, splits)
    assert rows.ids.to_pylist() == ["a", "c", "Z", "b", "ä", "z"]
    assert rows.splits.tolist() == ["validation", "test", "live", "live", "live", "live"]
    assert rows.eras.tolist() == ["era2", "era1", "era2", "era2", "era2", "era10"]
    assert rows.sizes == {"validation": 1, "test": 1, "live": 4}
    assert rows.split_starts.tolist() == [0, 1, 2, 6]
    assert rows.split_slice("live") == slice(2, 6)
    assert rows.starts("live").tolist() == [0, 3, 4]
    assert rows.starts().tolist() == [0, 1, 2, 5, 6]
    assert rows.era_names("live") == ["era2", "era10"]
    assert len(rows) == 6


def test_any_order_of_the_given_rows_gives_the_same_bytes_and_they_read_back() -> None:
    rng = np.random.default_rng(3)
    ids = np.array([f"n{i}" for i in range(500)])
    eras, splits = (
        np.array([f"era{i % 13}" for i in range(500)]),
        np.array(["test", "live"])[np.arange(500) % 2],
    )
    first = RowIndex.build(ids, eras, splits).to_bytes()
    for _ in range(3):
        order = rng.permutation(500)
        assert RowIndex.build(ids[order], eras[order], splits[order]).to_bytes() == first
    read = RowIndex.from_bytes(first)
    again = RowIndex.build(ids, eras, splits)
    assert read.blocks == again.blocks
    assert read.ids.equals(again.ids)
    assert read.split_names == ("test", "live")


def test_a_table_without_eras_is_one_era_a_split() -> None:
    rows = RowIndex.build(["a", "b", "c"], None, ["test", "live", "live"])
    assert rows.blocks == (("test", "all", 1), ("live", "all", 2))
    assert rows.starts("live").tolist() == [0, 2]


@pytest.mark.parametrize(
    "ids",
    [
        [10, 9, 100],
        np.array([10, 9, 100]),
        pd.Series(["10", "9", "100"]),
        pd.Series(["10", "9", "100"], dtype="category"),
        pa.chunked_array([["10"], ["9", "100"]]),
        [b"10", b"9", b"100"],
    ],
)
def test_ids_may_be_numbers_or_any_kind_of_text(ids: Any) -> None:
    assert RowIndex.build(ids, None, ["live"] * 3).ids.to_pylist() == ["10", "100", "9"]


@pytest.mark.parametrize(
    ("ids", "eras", "splits", "code", "row", "value"),
    [
        ([], [], [], "no_rows", None, None),
        (["a", "b", "a"], None, ["live", "live", "test"], "duplicate_id", 3, "a"),
        (["a", ""], None, ["live"] * 2, "bad_id", 2, ""),
        (["a", None], None, ["live"] * 2, "bad_id", 2, None),
        (["a", " b"], None, ["live"] * 2, "bad_id", 2, " b"),
        (["a", "b\nc"], None, ["live"] * 2, "bad_id", 2, "b\nc"),
        (["a", "b\0"], None, ["live"] * 2, "bad_id", 2, "b\0"),
        (["a", "x" * 257], None, ["live"] * 2, "bad_id", 2, "x" * 257),
        ([1.0, 2.0], None, ["live"] * 2, "bad_id", None, None),
        ([b"\xff"], None, ["live"], "bad_id", None, None),
        (["a", "b"], ["e", None], ["live"] * 2, "bad_era", 2, None),
        (["a", "b"], ["e", ""], ["live"] * 2, "bad_era", 2, ""),
        (["a", "b"], None, ["live", "Live"], "bad_split", 2, "Live"),
        (["a", "b"], None, ["live", None], "bad_split", 2, None),
        (["a", "b"], None, ["live"], "different_lengths", None, None),
    ],
)
def test_rows_that_cannot_be_used_are_named(
    ids: Any, eras: Any, splits: Any, code: str, row: int | None, value: str | None
) -> None:
    with pytest.raises(RowsError) as error:
        RowIndex.build(ids, eras, splits)
    assert (error.value.code, error.value.row, error.value.value) == (code, row, value)
    assert error.value.message.endswith(".")


def test_a_split_that_the_round_does_not_have_is_an_error(rows: RowIndex) -> None:
    with pytest.raises(RowsError) as error:
        RowIndex.build(["a"], None, ["live"]).split_slice("test")
    assert error.value.code == "no_split"


def test_damaged_rows_are_noticed(rows: RowIndex) -> None:
    content = bytearray(RowIndex.build([f"{i:08}" for i in range(2000)], None, ["live"] * 2000).to_bytes())
    content[200] ^= 1
    for damaged in (bytes(content), bytes(content[:300]), b""):
        with pytest.raises(RowsError) as error:
            RowIndex.from_bytes(damaged)
        assert error.value.code == "corrupt"
