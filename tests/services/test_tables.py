"""How rows are divided, columns known by their names, and the faults of a table told."""

import io

import numpy as np
import pandas as pd
import pytest

from tournaments.services.datasets import reading, tables
from tournaments.services.datasets.dividing import Division, divide
from tournaments.services.datasets.reading import Table
from tournaments.services.datasets.tables import Columns
from tournaments.services.errors import Invalid


def table_of(text):
    frame = pd.read_csv(io.StringIO(text.replace(" ", "")), dtype=str, keep_default_na=False)
    return Table("t.csv", frame, "Line", True)


def test_eras_are_divided_in_their_order_and_stay_whole():
    eras = np.array([f"era{n}" for n in range(1, 11) for _ in range(3)], dtype=object)
    splits = divide(np.ones(30, dtype=bool), eras, Division(0.4, 0.2, 0.2), seed=1)
    assert splits.tolist() == ["training"] * 12 + ["validation"] * 6 + ["test"] * 6 + ["live"] * 6


def test_eras_with_an_unknown_label_are_live():
    eras = np.array([f"era{n}" for n in range(1, 7) for _ in range(2)], dtype=object)
    labelled = np.ones(12, dtype=bool)
    labelled[1] = False
    splits = divide(labelled, eras, Division(0.0, 0.4, 0.6), seed=1)
    assert splits.tolist() == ["live"] * 2 + ["validation"] * 4 + ["test"] * 6


def test_rows_without_eras_are_drawn_by_the_seed():
    labelled = np.arange(100) < 50
    one = divide(labelled, None, Division(0.0, 0.2, 0.4), seed=1)
    assert {split: int((one == split).sum()) for split in ("validation", "test", "live")} == {
        "validation": 10,
        "test": 20,
        "live": 70,
    }
    assert (one[50:] == "live").all()
    assert (one == divide(labelled, None, Division(0.0, 0.2, 0.4), seed=1)).all()
    assert not (one == divide(labelled, None, Division(0.0, 0.2, 0.4), seed=2)).all()


@pytest.mark.parametrize("shares", [(0.5, 0.5, 0.5), (-0.1, 0.2, 0.2), (float("nan"), 0.2, 0.2)])
def test_shares_that_cannot_be_are_refused(shares):
    with pytest.raises(Invalid) as error:
        Division(*shares)
    assert error.value.code == "bad_shares"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("id,era,data_type,f,target", ("id", "era", "data_type", "target")),
        ("Flight_ID,Date,Wind,Label", ("Flight_ID", "Date", "", "Label")),
        ("t_id,x", ("t_id", "", "", "")),
        ("x,z", ("", "", "", "")),
    ],
)
def test_columns_are_known_by_their_names(names, expected):
    columns = tables.recognise(names.split(","))
    assert (columns.id, columns.era, columns.split, columns.target) == expected


def test_every_fault_of_a_table_is_told_with_its_line():
    table = table_of("id,data_type,target\na,live,1\na,train,0\n,live,2\nb,live,yes\na,live,\n")
    faults = {
        fault.code: fault for fault in tables.faults_of(table, Columns("id", "", "data_type", "target"))
    }
    assert set(faults) == {"bad_id", "duplicate_id", "bad_split", "not_a_label"}
    assert (faults["duplicate_id"].count, [row["row"] for row in faults["duplicate_id"].rows]) == (2, [3, 6])
    assert "is already in line 2" in faults["duplicate_id"].message
    assert [row["row"] for row in faults["not_a_label"].rows] == [4, 5]
    assert "Line 3: “train” is no split" in faults["bad_split"].message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"id,x\na,1,2\n", "not_a_table"),
        (b"id,x\na,1\nb\nc\n", "not_a_table"),
        (b"id,x\n\xff\xfe,1\n", "bad_encoding"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_fix(tmp_path, content, code):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(reading.TableRefused) as error:
        reading.read(path)
    assert [fault["code"] for fault in error.value.faults] == [code]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_other_separators_are_read(tmp_path, mark):
    path = tmp_path / "t.csv"
    path.write_bytes("\ufeff".encode() + f"id{mark}x\n007{mark}1\n".encode())
    table = reading.read(path)
    assert table.frame.to_dict("records") == [{"id": "007", "x": "1"}]
    assert table.plain is (mark == ",")
