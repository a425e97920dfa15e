"""Files that are accepted, however they are written, and come out in canonical row order."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.store.files import GOOD, VALUES, gzipped, parquet, table, zipped
from tournaments.store.formats import FileRejected, Parsed, ParseOptions, parse
from tournaments.store.rows import RowIndex

IDS = ["f", "b", "a", "d", "c", "e"]
SHUFFLED = [0.6, 0.2, 0.1, 0.4, 0.3, 0.5]


def read(content: bytes, rows: RowIndex, **options: Any) -> Parsed:
    return parse(io.BytesIO(content), "mine.csv", rows, ParseOptions(**options))


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        GOOD.replace(b"probability", b"prediction"),
        GOOD.removesuffix(b"\n"),
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + GOOD,
        b"\n\r\n" + GOOD + b"\n\n",
        GOOD.replace(b"id,probability", b" id , probability"),
        GOOD.replace(b"id,probability", b'"id","probability"'),
        GOOD.replace(b",0", b", 0").replace(b"\n", b" \n"),
        GOOD.replace(b"f,0.6", b'"f","0.6"'),
        GOOD.replace(b"0.6", b"6e-1")
        .replace(b"0.5", b"5.0E-01")
        .replace(b"0.4", b".4")
        .replace(b"0.3", b"+0.3"),
        b"probability,id\n" + b"\n".join(b",".join(line.split(b",")[::-1]) for line in GOOD.split()[1:]),
        gzipped(GOOD),
        gzipped(GOOD[:30]) + gzipped(GOOD[30:]),
        zipped(("predictions.csv", GOOD)),
        zipped(("folder/", b""), ("folder/x.csv", GOOD), ("__MACOSX/folder/._x.csv", b"\0\5\x16")),
        zipped(("predictions.csv", GOOD), method=0),
        parquet(id=IDS, probability=SHUFFLED),
        gzipped(parquet(id=IDS, probability=SHUFFLED)),
        parquet(id=pa.array(IDS, pa.large_string()), probability=SHUFFLED),
        parquet(id=pa.array(IDS, pa.binary()), probability=SHUFFLED),
        parquet(id=pa.array(IDS, pa.string_view()), probability=SHUFFLED),
        parquet(id=pa.array(IDS, pa.binary(1)), probability=SHUFFLED),
        parquet(id=pa.array(IDS).dictionary_encode(), probability=SHUFFLED),
        parquet(id=pa.chunked_array([IDS[:2], IDS[2:]]), prediction=SHUFFLED),
    ],
)
def test_all_these_are_one_and_the_same_file(content: bytes, rows: RowIndex) -> None:
    parsed = read(content, rows)
    assert {name: vector.tolist() for name, vector in parsed.columns.items()} == {"probability": VALUES}
    assert parsed.columns["probability"].dtype == np.float64
    assert parsed.warnings == []


def test_float32_values_become_the_float64_of_the_same_number(rows: RowIndex) -> None:
    values = np.array(SHUFFLED, dtype=np.float32)
    parsed = read(parquet(id=IDS, probability=values), rows)
    assert parsed.columns["probability"].tolist() == [float(np.float32(value)) for value in VALUES]


def test_whole_numbers_as_ids_compare_by_their_decimal_text(rows: RowIndex) -> None:
    numbered = RowIndex.build(["7", "10", "-3"], None, ["live"] * 3)
    expected = {"10": 0.25, "7": 0.5, "-3": 0.75}
    for content in (
        table("7,0.5", "10,0.25", "-3,0.75", header="t_id,probability"),
        parquet(t_id=[7, 10, -3], probability=[0.5, 0.25, 0.75]),
    ):
        vector = read(content, numbered, id_column="t_id").columns["probability"]
        assert dict(zip(numbered.ids.to_pylist(), vector.tolist(), strict=True)) == expected


def test_the_ends_of_the_range_are_in_it_and_every_bit_is_kept() -> None:
    rows = RowIndex.build(["a", "b", "c", "d"], None, ["live"] * 4)
    values = [0.0, 1.0, 0.1 + 0.2, 5e-324]
    lines = [f"{id_},{value!r}" for id_, value in zip("abcd", values, strict=True)]
    assert read(table(*lines), rows).columns["probability"].tolist() == values


def test_one_file_may_have_a_column_for_each_of_several_forecasters(rows: RowIndex) -> None:
    lines = [f"{id_},{value},{1 - value}" for id_, value in zip(IDS, SHUFFLED, strict=True)]
    names = frozenset({"fox", "hen", "owl"})
    for content in (
        table(*lines, header="id,hen,fox"),
        parquet(id=IDS, hen=SHUFFLED, fox=[1 - value for value in SHUFFLED]),
    ):
        columns = read(content, rows, value_columns=names).columns
        assert list(columns) == ["hen", "fox"]
        assert columns["hen"].tolist() == VALUES
        assert columns["fox"].tolist() == [1 - value for value in VALUES]
    assert list(read(GOOD, rows, value_columns=names).columns) == ["probability"]
    assert list(read(GOOD.replace(b"probability", b"owl"), rows, value_columns=names).columns) == ["owl"]


@pytest.mark.parametrize("extra", [b"x,0.9\ny,0.8\n", b"x,oops\ny,7\n"])
def test_extra_ids_are_left_out_where_they_are_allowed(extra: bytes, rows: RowIndex) -> None:
    parsed = read(GOOD + extra, rows, allow_extra_ids=True)
    assert parsed.columns["probability"].tolist() == VALUES
    assert [(warning.code, warning.count) for warning in parsed.warnings] == [("extra_ids", 2)]


def test_a_constant_is_accepted_where_it_is_allowed(rows: RowIndex) -> None:
    content = table(*(f"{id_},0.5" for id_ in IDS))
    assert read(content, rows, allow_constant=True).columns["probability"].tolist() == [0.5] * 6


def test_a_split_of_one_row_is_not_a_constant() -> None:
    rows = RowIndex.build(["a", "b", "c"], None, ["test", "live", "live"])
    assert read(table("a,0.5", "b,0.4", "c,0.6"), rows).columns["probability"].tolist() == [0.5, 0.4, 0.6]


def test_a_million_rows_in_any_order_are_accepted_and_a_single_fault_among_them_is_found() -> None:
    count = 1_000_000
    rng = np.random.default_rng(11)
    ids = rng.permutation(np.arange(10**9, 10**9 + count)).tolist()
    values = (rng.integers(1, 10**6, count) / 10**6).tolist()
    lines = [f"n{id_},{value}" for id_, value in zip(ids, values, strict=True)]
    rows = RowIndex.build([f"n{id_}" for id_ in sorted(ids)], None, ["live"] * count)
    content = table(*lines)
    vector = read(content, rows).columns["probability"]
    order = np.argsort(ids)
    assert np.array_equal(vector, np.array(values)[order])
    content = content.replace(f"n{ids[777_777]},".encode(), b"n1,")
    with pytest.raises(FileRejected, match=r"Line 777,779: id n1 is not in this round") as error:
        read(content, rows)
    missing, unknown = error.value.faults
    assert (missing.code, missing.count, missing.rows[0]["id"]) == ("missing_id", 1, f"n{ids[777_777]}")
    assert (unknown.code, unknown.count, unknown.rows[0]["row"]) == ("unknown_id", 1, 777_779)
