"""The check of an operator's files, on small tables whose figures are counted by hand."""

import io

import numpy as np
import pandas as pd
import pytest

from tournaments.services.datasets import checking, features, measures, tables
from tournaments.services.datasets.checking import Material
from tournaments.services.datasets.reading import Table


def table_of(text):
    frame = pd.read_csv(io.StringIO(text.replace(" ", "")), dtype=str, keep_default_na=False)
    return Table("t.csv", frame, "Line", True)


def material(text, training=None):
    table = table_of(text)
    columns = tables.recognise(list(table.frame.columns))
    y = tables.labels_of(table.texts(columns.target)) if columns.target else np.full(len(table.frame), -1)
    splits = np.array(table.texts(columns.split)) if columns.split else np.repeat("live", len(table.frame))
    stay = np.ones(len(table.frame), dtype=bool)
    return Material(table, columns, stay, splits, y, training and table_of(training))


def found(text, training=None):
    return {one["code"]: one for one in checking.check(material(text, training))}


# Four eras of two rows; ids in no order.
CALM = """id,era,data_type,x,target
    q7,e1,validation,0.1,1
    c2,e1,validation,0.4,0
    k9,e2,validation,0.3,0
    a5,e2,validation,0.2,1
    z1,e3,test,0.5,1
    b8,e3,test,0.9,0
    m4,e4,live,0.6,
    d3,e4,live,0.7,
"""


def test_a_calm_file_is_counted():
    codes = found(CALM)
    assert codes["rows"]["figures"] == {"validation": 4, "test": 2, "live": 2}
    assert codes["balance_validation"]["figures"] == {"rows": 4, "known": 4, "ones": 2}
    assert "Of 2 labelled test rows, 1 are 1: 50.0%." in codes["balance_test"]["text"]
    assert codes["eras"]["figures"] == {"eras": 4, "smallest": 2, "median": 2, "largest": 2}
    assert codes["eras"]["level"] == "notice"  # two rows are few for an era
    assert {one["level"] for code, one in codes.items() if code != "eras"} <= {"good", "notice"}


def test_what_is_to_be_mended_comes_first():
    levels = [one["level"] for one in checking.check(material("id,x,target\n1,0,0\n2,0,1\n3,0,1\n"))]
    assert levels == sorted(levels, key=["warning", "notice", "good"].index)


def test_rows_without_eras_or_practice_are_noticed():
    codes = found("id,x\nb,1\na,2\n")
    assert {"one_era", "no_practice", "no_test", "no_training"} <= set(codes)
    assert codes["rows"]["text"] == "2 rows: 2 live. Every id occurs once."


@pytest.mark.parametrize(
    ("targets", "code", "level"),
    [
        ("1,1,1,1", "one_class_live", "warning"),
        ("0,0,0,0", "one_class_live", "warning"),
        ("0,1,1,0", "balance_live", "good"),
        ("0,1,,", "balance_live", "good"),
    ],
)
def test_the_balance_of_known_labels(targets, code, level):
    lines = [f"r{n},{y}" for n, y in enumerate(targets.split(","))]
    assert found("id,target\n" + "\n".join(lines))[code]["level"] == level


def test_one_in_twenty_is_uneven():
    lines = [f"r{n},{int(n == 7)}" for n in range(20)]
    assert found("id,target\n" + "\n".join(lines))["uneven_live"]["figures"]["ones"] == 1


def test_practice_rows_without_labels_are_told():
    text = "id,data_type,target\na,validation,1\nb,validation,\nc,test,\nd,live,\n"
    codes = found(text)
    assert (codes["unlabelled_validation"]["level"], codes["unlabelled_validation"]["figures"]["rows"]) == (
        "notice",
        1,
    )
    assert codes["unlabelled_test"]["level"] == "warning"


def test_an_era_in_two_splits_is_noticed():
    text = "id,era,data_type\na,e1,validation\nb,e1,live\nc,e2,live\nd,e3,live\n"
    assert found(text)["shared_eras"]["figures"] == {"eras": 1}


def numbered(order, eras=None, targets=None):
    rows = [
        f"r{n},{eras[at] if eras else 'e'},{targets[at] if targets else ''}" for at, n in enumerate(order)
    ]
    return "id,era,target\n" + "\n".join(rows)


def test_ids_that_count_the_rows_are_told_with_their_correlation():
    codes = found(numbered(range(1, 41)))
    assert codes["ids_in_file_order"]["figures"] == {"rho": 1.0}
    assert codes["ids_in_file_order"]["level"] == "warning"
    assert "+1.000" in codes["ids_in_file_order"]["text"]
    backwards = found(numbered(range(40, 0, -1)))["ids_in_file_order"]
    assert backwards["figures"] == {"rho": -1.0}
    assert "−1.000" in backwards["text"]


def test_words_in_alphabetical_order_are_no_counter():
    assert "ids_in_file_order" not in found("id,x\nant,1\nbee,2\ncow,3\ndog,4\n")


def test_ids_that_rise_with_the_eras_are_told():
    eras = [f"e{n // 10}" for n in range(40)]
    shuffled = np.random.default_rng(3).permutation(40).tolist()
    codes = found(numbered(shuffled, [eras[n] for n in shuffled]))
    # Four tied groups of ten: sqrt(1 − (10² − 1) / (40² − 1)).
    assert codes["ids_tell_era"]["figures"]["rho"] == pytest.approx((1 - 99 / 1599) ** 0.5, abs=1e-6)
    assert "ids_in_file_order" not in codes


def test_ids_that_tell_the_target_are_told():
    shuffled = np.random.default_rng(3).permutation(40).tolist()
    codes = found(numbered(shuffled, targets=[int(n >= 20) for n in shuffled]))
    # Two tied groups of twenty.
    assert codes["ids_tell_target"]["figures"]["rho"] == pytest.approx((1 - 399 / 1599) ** 0.5, abs=1e-6)


def test_a_file_sorted_by_its_target_is_told():
    ids = np.random.default_rng(3).permutation(40).tolist()
    codes = found(numbered(ids, targets=[int(at >= 20) for at in range(40)]))
    assert codes["file_order_tells_target"]["level"] == "warning"


def test_random_ids_tell_nothing():
    random = np.random.default_rng(5)
    ids = random.permutation(1000).tolist()
    codes = found(numbered(ids, targets=random.integers(0, 2, 1000).tolist()))
    assert codes["ids"]["level"] == "good"


LEAK = """id,copy,near,word,flat,gap,noise,target
    k3,1,0.9,yes,7,,1,1
    a9,0,0.2,no,7,4,2,0
    t1,1,0.8,yes,7,5,2,1
    c4,0,0.1,no,7,,1,0
"""


def test_features_that_give_the_target_away_are_named():
    leak = found(LEAK)["gives_target_away"]
    assert leak["figures"] == {"features": 3, "highest": 1.0}
    for name in ("copy", "near", "word"):
        assert f"{name} (1.000)" in leak["text"]
    assert "noise" not in leak["text"]


def test_constant_features_and_gaps_are_counted():
    codes = found(LEAK)
    assert codes["constant"]["text"] == "flat has one value in every row."
    assert codes["missing_values"]["figures"] == {"features": 1, "most": 2}
    assert codes["features"]["figures"] == {"features": 6, "words": 1}


def test_many_names_are_cut_short():
    assert features.named(list("abcdefg")) == "a, b, c, d, e and 2 more"


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([1, 2, 3, 4], 1.0),
        ([4, 3, 2, 1], 1.0),
        ([1, 3, 2, 4], 0.5),
        ([1, 1, 1, 1], 0.0),
        ([1, np.nan, np.nan, 4], 0.5),
    ],
)
def test_separation_counts_pairs(x, expected):
    assert measures.separation(np.array(x, dtype=float), np.array([0, 0, 1, 1])) == expected


def test_categories_that_occur_once_tell_nothing():
    y = np.array([0, 0, 1, 1])
    assert measures.telling(np.array([0, 1, 2, 3]), y) == 0
    assert measures.telling(np.array([0, 0, 1, 1]), y) == 1
    assert measures.telling(np.array([0, 0, 0, 0]), y) == 0


def test_numbers_in_ids_are_read_as_numbers():
    ranks, counted = measures.order_of(["r10", "r9", "r11"])
    assert (ranks.tolist(), counted) == ([2, 1, 3], True)
    assert measures.order_of(["a1", "b2"])[1] is False


def test_a_training_file_with_rows_of_the_round_is_told():
    codes = found("id,x,z\na,1,2\nb,2,2\nc,4,3\n", "id,x,target\na,1,1\nq,3,0\n")
    assert codes["training_overlap"]["figures"] == {"rows": 1}
    assert "lacks z" in codes["training_lacks"]["text"]
