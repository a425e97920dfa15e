"""Files that are rejected: every kind of fault at once, with its code, count and first places."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pytest

from tests.store.files import GOOD, gzipped, parquet, table, zipped
from tournaments.store.formats import Fault, FileRejected, ParseOptions, parse
from tournaments.store.rows import RowIndex

IDS = ["a", "b", "c", "d", "e", "f"]
SIX = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


def faults(content: bytes, rows: RowIndex, **options: Any) -> list[Fault]:
    with pytest.raises(FileRejected) as error:
        parse(io.BytesIO(content), "mine.csv", rows, ParseOptions(**options))
    assert all(fault.message.endswith(".") and fault.count >= 1 for fault in error.value.faults)
    return error.value.faults


def with_line(line: str, at: int = 4) -> bytes:
    lines = GOOD.decode().splitlines()
    lines[at - 1] = line
    return "\n".join([*lines, ""]).encode()


NOTHING_IN_IT = [
    b"",
    b"\n \r\n",
    b"\xef\xbb\xbf",
    gzipped(b""),
    zipped(("x.csv", b"")),
    b"id,probability\n\n",
]
NO_TABLE = [
    b"%PDF-1.7\n1 0 obj",
    b"<!DOCTYPE html><html></html>",
    b'\n{"id": "a"}',
    b"\x89PNG\r\n\x1a\n",
    b"BZh91AY&SY",
    b"id,probability\na,0.1\0\n",
    gzipped(GOOD)[:-12],
    gzipped(GOOD)[:-8] + b"\1\2\3\4" + gzipped(GOOD)[-4:],
    gzipped(GOOD) + b"rubbish",
    gzipped(gzipped(GOOD)),
    zipped(("x.csv", GOOD))[:-30],
    zipped(("x.csv.gz", gzipped(GOOD))),
    zipped(("x.csv", GOOD), ("y.csv", GOOD)),
    zipped(*((f"{at}.csv", b"") for at in range(3000))),
    zipped(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")),
    zipped(("x.csv", GOOD), method=14),
    zipped(("folder/", b"")),
    parquet(id=IDS, probability=SIX)[:-10],
    parquet(id=IDS, probability=SIX)[:20] + b"PAR1",
    b"PAR1PAR1",
    b'id,probability\n"a\nb",0.1\n',
    b"id,probability\n" + b"a" * 3_000_000,
]
BAD_HEADER = [
    b"a,0.1\nb,0.2\n",
    b"id;probability\na;0,1\n",
    b"ID,Probability\na,0.1\n",
    b"id\na\n",
    b"probability\n0.1\n",
    b"id,probability,prediction\na,0.1,0.2\n",
    b"id,id,probability\na,a,0.1\n",
    b'"id,probability\na,0.1\n',
    b"x" * 100_000,
    ("id," + ",".join(f"c{at}" for at in range(2000)) + "\n").encode(),
    parquet(name=IDS, probability=SIX),
    parquet(id=[[1]] * 6, probability=SIX),
]
BAD_ENCODING = [
    GOOD.decode().encode("utf-16"),
    GOOD.decode().encode("utf-16-le"),
    GOOD.decode().encode("utf-16-be"),
    b"id,probabilit\xe9\na,0.1\n",
]


@pytest.mark.parametrize(
    ("code", "content"),
    [
        *(("empty", content) for content in NOTHING_IN_IT),
        *(("not_a_table", content) for content in NO_TABLE),
        *(("bad_header", content) for content in BAD_HEADER),
        *(("bad_encoding", content) for content in BAD_ENCODING),
        ("empty", parquet(id=pa.array([], pa.string()), probability=pa.array([], pa.float64()))),
        ("too_many_rows", b"id,probability\n" + b"a,0.5\n" * 2000),
        ("too_many_rows", b"id,probability\n" + b",\n" * 1_000_000),
        ("too_many_rows", b"id,probability\n" + b",\r" * 1_000_000),
        ("too_many_rows", parquet(id=["a"] * 2000, probability=[0.5] * 2000)),
        ("not_a_number", parquet(id=IDS, probability=[str(value) for value in SIX])),
        ("not_a_number", parquet(id=IDS, probability=[[value] for value in SIX])),
    ],
)
def test_what_cannot_be_read_has_one_fault(code: str, content: bytes, rows: RowIndex) -> None:
    assert [fault.code for fault in faults(content, rows)] == [code]


@pytest.mark.parametrize(
    ("content", "code", "row", "value"),
    [
        (with_line("a,"), "not_a_number", 4, ""),
        (with_line("a,nan"), "not_a_number", 4, "nan"),
        (with_line("a,inf"), "not_a_number", 4, "inf"),
        (with_line("a,-Infinity"), "not_a_number", 4, "-Infinity"),
        (with_line("a,0x1"), "not_a_number", 4, "0x1"),
        (with_line("a,half"), "not_a_number", 4, "half"),
        (with_line("a,50%"), "not_a_number", 4, "50%"),
        (with_line("a,NULL"), "not_a_number", 4, "NULL"),
        (with_line("a,1_0"), "not_a_number", 4, "1_0"),
        (with_line("a,1.0000001"), "out_of_range", 4, "1.0000001"),
        (with_line("a,-1e-300"), "out_of_range", 4, "-1e-300"),
        (with_line("a,1e400"), "not_a_number", 4, "1e400"),
        (b"\r\n" + with_line("a,2").replace(b"\n", b"\r\n\r\n"), "out_of_range", 8, "2"),
        (with_line("a,2").replace(b"\n", b"\r"), "out_of_range", 4, "2"),
        (parquet(id=IDS, probability=[0.1, 0.2, None, 0.4, 0.5, 0.6]), "not_a_number", 3, ""),
        (parquet(id=IDS, probability=[0.1, 0.2, float("nan"), 0.4, 0.5, 0.6]), "not_a_number", 3, "nan"),
        (parquet(id=IDS, probability=[0.1, 0.2, 3, 0.4, 0.5, 0.6]), "out_of_range", 3, "3.0"),
        (parquet(id=IDS, probability=[0.1, 0.2, float("inf"), 0.4, 0.5, 0.6]), "not_a_number", 3, "inf"),
    ],
)
def test_a_wrong_value_is_named_with_its_line_id_and_text(
    content: bytes, code: str, row: int, value: str, rows: RowIndex
) -> None:
    (fault,) = faults(content, rows)
    assert (fault.code, fault.count) == (code, 1)
    id_ = "c" if content.startswith(b"PAR1") else "a"
    assert fault.rows == [{"row": row, "id": id_, "value": value, "column": "probability"}]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (" a,0.1", "remove the spaces"),
        ("zz,0.1", "Remove the row"),
        (",0.1", "the id is empty"),
        ("A,0.1", "Remove the row"),
        ("a.0,0.1", "decimal numbers"),
        ("00a,0.1", "leading zeros"),
    ],
)
def test_an_unknown_id_is_named_with_what_to_do(line: str, hint: str, rows: RowIndex) -> None:
    missing, unknown = faults(with_line(line), rows)
    assert (missing.code, missing.count, missing.rows[0]["id"]) == ("missing_id", 1, "a")
    assert (unknown.code, unknown.count) == ("unknown_id", 1)
    assert unknown.rows == [{"row": 4, "id": line.split(",")[0], "value": None, "column": None}]
    assert hint in unknown.message


def test_ids_of_another_kind_are_unknown_and_told_so() -> None:
    rows = RowIndex.build(["007", "008"], None, ["live"] * 2)
    unknown = faults(table("7,0.1", "8,0.2"), rows)[1]
    assert "keep their leading zeros" in unknown.message
    rows = RowIndex.build(["7", "8"], None, ["live"] * 2)
    unknown = faults(parquet(id=[7.0, 8.5], probability=[0.1, 0.2]), rows)[1]
    assert [row["id"] for row in unknown.rows] == ["7.0", "8.5"]
    assert "decimal numbers" in unknown.message
    unknown = faults(parquet(id=[None, "8"], probability=[0.1, 0.2]), rows)[1]
    assert [(row["row"], row["id"]) for row in unknown.rows] == [(1, "")]


def test_a_file_of_another_round_is_told_so(rows: RowIndex) -> None:
    missing, unknown = faults(table(*(f"x{at},0.{at}" for at in range(1, 8))), rows)
    assert (missing.count, unknown.count, len(unknown.rows)) == (6, 7, 5)
    assert "last round's file" in unknown.message
    assert "2 of validation, 2 of test, 2 of live" in missing.message


def test_an_id_that_comes_twice_is_named_with_both_lines(rows: RowIndex) -> None:
    (fault,) = faults(GOOD + b"b,0.9\nb,0.8\n", rows)
    assert (fault.code, fault.count) == ("duplicate_id", 2)
    assert [row["row"] for row in fault.rows] == [8, 9]
    assert "Line 8: id b is already in line 3" in fault.message


def test_a_constant_names_its_splits(rows: RowIndex) -> None:
    (fault,) = faults(table("a,0.5", "b,0.5", "c,0.5", "d,0.4", "e,0.3", "f,0.3"), rows)
    assert (fault.code, fault.count) == ("constant", 2)
    assert "probability on validation, probability on live" in fault.message


def test_every_kind_of_fault_is_listed_at_once(rows: RowIndex) -> None:
    lines = ["a,0.5", "b,0.5", "c,x", "c,0.1", "zz,0.5", "d,7", "e,0.1,0.2", "q,,", "caf\xe9,0.5"]
    content = table(*lines, header="id,probability").decode().encode("latin-1")
    found = {fault.code: (fault.count, [row["row"] for row in fault.rows]) for fault in faults(content, rows)}
    assert found == {
        "bad_encoding": (1, [10]),
        "not_a_table": (2, [8, 9]),
        "missing_id": (2, [None, None]),
        "unknown_id": (2, [6, 10]),
        "duplicate_id": (1, [5]),
        "not_a_number": (1, [4]),
        "out_of_range": (1, [7]),
        "constant": (1, [None]),
    }


def test_an_unused_column_is_a_fault_beside_those_of_the_rows(rows: RowIndex) -> None:
    lines = [f"{id_},{value},era1" for id_, value in zip(IDS, [*SIX[:5], 9], strict=True)]
    header, value = faults(table(*lines, header="id,probability,era"), rows)
    assert (header.code, value.code, value.rows[0]["row"]) == ("bad_header", "out_of_range", 7)
    assert "'era'" in header.message
    (header,) = faults(table(*lines[:5], "f,0.6,era1", header="id,probability,era"), rows)
    assert header.code == "bad_header"


@pytest.mark.parametrize(
    "given",
    [
        pa.nulls(2),
        pa.nulls(2, pa.uuid()),
        pa.array([True, False]),
        pa.array([5, 6], pa.int32()).cast(pa.date32()),
        pa.array([5, 6], pa.timestamp("us")),
        pa.array([5.5, 6.5], pa.float32()),
        pa.array([5, 6]).cast(pa.decimal128(20, 1)),
    ],
    ids=lambda given: str(given.type),
)
def test_ids_of_a_strange_type_are_unknown_ids(given: pa.Array) -> None:
    rows = RowIndex.build(["5", "6"], None, ["live"] * 2)
    missing, unknown = faults(parquet(id=given, probability=[0.1, 0.2]), rows)
    assert (missing.code, unknown.code, unknown.count) == ("missing_id", "unknown_id", 2)
    assert unknown.message.startswith("Row 1: ")


@pytest.mark.parametrize("header", ["id,fox,probability", "id,fox,fox", "id,fox,cat"])
def test_a_column_that_is_no_forecaster_of_the_sender_is_refused(header: str, rows: RowIndex) -> None:
    lines = [f"{id_},{value},{value}" for id_, value in zip(IDS, SIX, strict=True)]
    (fault,) = faults(table(*lines, header=header), rows, value_columns=frozenset({"fox", "hen"}))
    assert fault.code == "bad_header"


def test_values_of_several_forecasters_are_named_with_their_column(rows: RowIndex) -> None:
    lines = [f"{id_},{value},{10 * value}" for id_, value in zip(IDS, SIX, strict=True)]
    (fault,) = faults(table(*lines, header="id,fox,hen"), rows, value_columns=frozenset({"fox", "hen"}))
    assert (fault.code, fault.count) == ("out_of_range", 5)
    assert {row["column"] for row in fault.rows} == {"hen"}


def test_ragged_lines_are_numbered_beyond_the_first_block(rows: RowIndex) -> None:
    many = RowIndex.build([f"n{at:06}" for at in range(100_000)], None, ["live"] * 100_000)
    lines = [f"n{at:06},0.{at:06}" for at in range(100_000)]
    lines[50_000] += ",1"
    lines[99_999] = "n099999"
    ragged, missing = faults(table(*lines), many)
    assert [row["row"] for row in ragged.rows] == [50_002, 100_001]
    assert [row["id"] for row in missing.rows] == ["n050000", "n099999"]
    assert (ragged.code, missing.code) == ("not_a_table", "missing_id")
    lines[70_000] = "n070000,2"
    assert faults(table(*lines), many)[2].rows[0]["row"] == 70_002


def test_an_endless_text_is_cut_where_it_is_shown(rows: RowIndex) -> None:
    fault = faults(with_line("x" * 5000 + ",0.1"), rows)[1]
    assert len(fault.rows[0]["id"] or "") == 80
    assert len(fault.message) < 300


def test_a_fault_is_plain_data(rows: RowIndex) -> None:
    data = faults(with_line("a,2"), rows)[0].as_dict()
    assert data["rows"] == [{"row": 4, "id": "a", "value": "2", "column": "probability"}]
    assert (data["code"], data["count"]) == ("out_of_range", 1)
