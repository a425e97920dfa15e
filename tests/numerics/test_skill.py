"""Brier and AUC, whole, per era and over draws of eras: by hand, and against scikit-learn and scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import mannwhitneyu
from sklearn.metrics import brier_score_loss, roc_auc_score

from tests.numerics.files import EPS, ERAS, FILES, columns, eras_of
from tournaments.numerics import auc, bootstrap, skill
from tournaments.numerics.errors import NumericsError

DRAWS = np.array([[2, 0], [1, 1], [0, 2]])


def plain_pairs(p: np.ndarray, y: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The table of pairs by comparing each with each: the reference of the compiled loop."""
    era_of = np.repeat(np.arange(starts.size - 1), np.diff(starts))
    twice = 2 * (p[:, None] > p[None, :]) + (p[:, None] == p[None, :])
    twice = np.where((y == 1)[:, None] & (y == 0)[None, :], twice, 0)
    eras = np.eye(starts.size - 1, dtype=int)[era_of]
    return eras.T @ twice @ eras


def test_brier_is_worked_by_hand() -> None:
    assert skill.brier([0.8, 0.6, 0.5], [1, 0, 1]) == pytest.approx((0.04 + 0.36 + 0.25) / 3, abs=1e-15)


@given(FILES)
def test_brier_is_scikit_learns_on_the_clipped_values(file: Any) -> None:
    p, y = columns(file)
    theirs = brier_score_loss(y, np.clip(p, EPS, 1 - EPS), pos_label=1)
    assert abs(skill.brier(p, y) - theirs) <= 1e-12


@pytest.mark.parametrize(
    ("p", "y", "expected"),
    [
        ([0.2, 0.4, 0.6, 0.8], [0, 0, 1, 1], 1.0),
        ([0.2, 0.4, 0.6, 0.8], [1, 1, 0, 0], 0.0),
        ([0.2, 0.4, 0.4, 0.9], [0, 1, 0, 1], 3.5 / 4),
        ([0.5, 0.5, 0.5], [0, 1, 1], 0.5),
        ([0.5, 0.6], [1, 1], None),
        ([0.5, 0.6], [0, 0], None),
    ],
)
def test_auc_of_tables_worked_by_hand(p: list[float], y: list[int], expected: float | None) -> None:
    assert auc.auc(p, y) == expected


@given(FILES)
def test_auc_is_scikit_learns_and_undefined_where_there_is_one_class(file: Any) -> None:
    p, y = columns(file)
    ours = auc.auc(p, y)
    if y.min() == y.max():
        assert ours is None
    else:
        assert abs(ours - roc_auc_score(y, p)) <= 1e-12


def test_auc_is_the_share_of_mann_and_whitney_on_a_file_of_the_usual_size() -> None:
    random = np.random.default_rng(4)
    y = random.integers(0, 2, 36_072)
    p = np.round(random.beta(20, 20, y.size) + 0.01 * y, 3).clip(0, 1)
    ours = auc.auc(p, y)
    assert abs(ours - roc_auc_score(y, p)) <= 1e-12
    assert abs(ours - mannwhitneyu(p[y == 1], p[y == 0]).statistic / (y.sum() * (1 - y).sum())) <= 1e-12


@given(ERAS)
def test_the_table_of_pairs_is_the_plain_one(file: Any) -> None:
    p, y, starts = eras_of(file)
    pairs, ones, zeros = auc.pair_table(p, y, starts)
    np.testing.assert_array_equal(pairs, plain_pairs(p, y, starts))
    np.testing.assert_array_equal(ones, np.add.reduceat(y, starts[:-1]))
    np.testing.assert_array_equal(ones + zeros, np.diff(starts))


@given(ERAS)
def test_each_draw_of_eras_has_the_auc_of_the_rows_it_repeats(file: Any) -> None:
    p, y, starts = eras_of(file)
    table = auc.pair_table(p, y, starts)
    draws = bootstrap.era_draws(3, starts.size - 1, draws=5)
    for draw in draws:
        rows = np.repeat(np.arange(p.size), np.repeat(draw, np.diff(starts)))
        both = y[rows].min() != y[rows].max()
        if starts.size > 2:
            ends = auc.auc_interval(*table, draw[None, :])
            expected = roc_auc_score(y[rows], p[rows]) if both else None
            assert (
                ends is None if expected is None else ends == pytest.approx((expected, expected), abs=1e-12)
            )


def test_the_skill_of_two_eras_is_worked_by_hand() -> None:
    # Era 1: the one is above the zero. Era 2: it is below. Between them: 0.8 > 0.6 and 0.4 < 0.5.
    found = skill.score_skill([0.8, 0.5, 0.4, 0.6], [1, 0, 1, 0], [0, 2, 4], DRAWS)
    briers = [(0.04 + 0.25) / 2, (0.36 + 0.36) / 2]
    assert found.era_brier == pytest.approx(briers)
    assert found.brier == pytest.approx(sum(briers) / 2)
    assert found.era_auc == [1.0, 0.0]
    assert found.auc == 0.5
    assert found.era_corr == pytest.approx([1.0, -1.0])
    assert (found.corr, found.sharpe) == pytest.approx((0.0, 0.0))
    assert found.drawdown == pytest.approx(1.0)
    # Draws give 1, 1/2, 0: their 2.5 % point is a twentieth of the way from the least to the middle one.
    assert (found.auc_low, found.auc_high) == pytest.approx((0.025, 0.975))
    middle = sum(briers) / 2
    assert found.brier_low == pytest.approx(briers[0] + 0.05 * (middle - briers[0]), abs=1e-9)
    assert found.brier_high == pytest.approx(briers[1] - 0.05 * (briers[1] - middle), abs=1e-9)
    assert (found.corr_low, found.corr_high) == pytest.approx((-0.95, 0.95))
    # Only the draw of both eras has a spread.
    assert (found.sharpe_low, found.sharpe_high) == pytest.approx((0.0, 0.0))
    assert found.undefined == {}


def test_one_era_has_figures_and_no_intervals() -> None:
    found = skill.score_skill([0.8, 0.6, 0.7], [1, 0, 1], [0, 3], [[1]])
    assert (found.auc, found.drawdown) == (1.0, 0.0)
    ends = [f"{name}_{end}" for name in ("brier", "auc", "corr", "sharpe") for end in ("low", "high")]
    names = [*ends, "sharpe"]
    assert found.undefined == dict.fromkeys(names, "too_few_eras")
    assert [getattr(found, name) for name in names] == [None] * 9


def test_labels_of_one_class_leave_brier_alone() -> None:
    found = skill.score_skill([0.8, 0.6, 0.7], [1, 1, 1], [0, 1, 3], DRAWS)
    assert found.brier_low is not None
    assert found.era_auc == found.era_corr == [None, None]
    assert set(found.undefined.values()) == {"one_class"}
    assert {name for name in found.undefined if getattr(found, name) is None} == set(found.undefined) - {
        "era_auc",
        "era_corr",
    }


@given(ERAS)
def test_what_is_undefined_has_a_reason_and_nothing_else_has(file: Any) -> None:
    p, y, starts = eras_of(file)
    found = skill.score_skill(p, y, starts, bootstrap.era_draws(1, starts.size - 1, draws=50))
    missing = {
        name
        for name, value in vars(found).items()
        if value is None or (isinstance(value, list) and None in value)
    }
    assert missing == set(found.undefined)
    numbers = [value for value in vars(found).values() if isinstance(value, float)]
    assert np.isfinite(numbers).all()


@pytest.mark.parametrize(
    ("p", "y", "starts", "draws", "code"),
    [
        ([0.5, np.nan], [0, 1], [0, 1, 2], DRAWS, "not_finite"),
        ([0.5, 1.5], [0, 1], [0, 1, 2], DRAWS, "not_a_probability"),
        ([0.5, 0.6], [0, 2], [0, 1, 2], DRAWS, "not_a_label"),
        ([0.5, 0.6], [0, 1], [0, 1, 1], DRAWS, "bad_starts"),
        ([0.5, 0.6], [0, 1], [0, 1, 2], DRAWS[:, :1], "bad_shape"),
        (np.array([0.5, 0.6], dtype=np.float32), [0, 1], [0, 1, 2], DRAWS, "single_precision"),
    ],
)
def test_bad_input_is_refused_with_a_code(p: Any, y: Any, starts: Any, draws: Any, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        skill.score_skill(p, y, starts, draws)
    assert caught.value.code == code
    if code != "bad_shape":
        with pytest.raises(NumericsError):
            auc.pair_table(p, y, starts)


def test_an_interval_of_the_auc_needs_two_eras() -> None:
    with pytest.raises(NumericsError) as caught:
        auc.auc_interval(*auc.pair_table([0.5, 0.6], [0, 1], [0, 2]), [[1]])
    assert caught.value.code == "too_few_eras"
