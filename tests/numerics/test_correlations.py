"""Pearson correlations split by split."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import pearsonr

from tournaments.numerics.correlations import constant_splits, correlation_table, split_correlations
from tournaments.numerics.errors import NumericsError

SPLITS = [0, 40, 100]
RNG = np.random.default_rng(7)
CROWD = RNG.normal(size=(6, 100)) + RNG.normal(size=100)


def test_correlations_equal_scipys_pearsonr_on_each_split() -> None:
    found = split_correlations(CROWD[0], CROWD[1:], SPLITS)
    for index, other in enumerate(CROWD[1:]):
        for split, rows in enumerate((slice(0, 40), slice(40, 100))):
            assert found[index, split] == pytest.approx(
                pearsonr(CROWD[0][rows], other[rows]).statistic, abs=1e-12
            )


def test_the_table_holds_the_same_bits_as_the_single_pairs() -> None:
    table = correlation_table(CROWD, SPLITS)
    for index in range(6):
        single = split_correlations(CROWD[index], CROWD, SPLITS).T
        others = np.arange(6) != index
        assert (table[:, index, others] == single[:, others]).all()
    assert (table == table.transpose(0, 2, 1)).all()


def test_a_constant_has_correlation_zero_and_is_told_apart() -> None:
    lazy = CROWD[0].copy()
    lazy[:40] = 0.1  # not a number whose mean is exact
    assert split_correlations(CROWD[1], [lazy], SPLITS)[0, 0] == 0.0
    assert split_correlations(lazy, [lazy], SPLITS)[0] == pytest.approx([0.0, 1.0])
    assert constant_splits([lazy, CROWD[1]], SPLITS).tolist() == [[True, False], [False, False]]
    assert correlation_table([lazy], SPLITS)[:, 0, 0].tolist() == [0.0, 1.0]


def test_no_others_have_no_correlations() -> None:
    assert split_correlations(CROWD[0], [], SPLITS).shape == (0, 2)


def test_correlations_stay_within_one() -> None:
    found = split_correlations(CROWD[0], [CROWD[0], -3 * CROWD[0]], SPLITS)
    assert np.abs(found).max() <= 1.0
    assert found == pytest.approx(np.array([[1.0, 1.0], [-1.0, -1.0]]))


@pytest.mark.parametrize(
    ("g", "others", "code"),
    [
        (CROWD[0], CROWD[1:].astype(np.float32), "single_precision"),
        (CROWD[0], CROWD[1:, :50], "bad_shape"),
        (np.where(np.arange(100) == 3, math.nan, CROWD[0]), CROWD[1:], "not_finite"),
        (CROWD[0, :50], CROWD[1:, :50], "bad_starts"),
    ],
)
def test_bad_input_is_refused_with_a_code(g: Any, others: Any, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        split_correlations(g, others, SPLITS)
    assert caught.value.code == code
