"""Calibration bins, logistic recalibration and the spread of p, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression

from tournaments.numerics.calibration import calibrate, spread, wilson
from tournaments.numerics.errors import NumericsError

FILES = st.lists(st.tuples(st.integers(1, 99), st.integers(0, 1)), min_size=2, max_size=60)


def sample(rows: int, seed: int, slope: float = 0.7, scale: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """Untied probabilities, and labels for which `slope` is the right correction."""
    random = np.random.default_rng(seed)
    z = scale * random.normal(size=rows)
    return expit(z), (random.random(rows) < expit(slope * z + 0.1)).astype(int)


# 999, 1003 and 36,071 share no factor with 10: no bin edge falls exactly on a row.
@pytest.mark.parametrize("rows", [20, 1_000, 1_004, 36_072])
def test_the_bins_are_scikit_learns_on_untied_values(rows: int) -> None:
    p, y = sample(rows, seed=rows)
    rate, mean_p = calibration_curve(y, p, n_bins=10, strategy="quantile")
    found = calibrate(p, y)
    np.testing.assert_allclose(found.mean_p, mean_p, rtol=1e-12)
    np.testing.assert_allclose(found.rate, rate, rtol=1e-12)
    assert found.rows.sum() == rows
    assert found.rows.max() - found.rows.min() <= 1


@pytest.mark.parametrize("scale", [0.01, 0.4, 3.0])
def test_slope_and_intercept_are_those_of_an_unpenalised_logistic_regression(scale: float) -> None:
    p, y = sample(4_000, seed=5, scale=scale)
    peer = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1_000).fit(logit(p)[:, None], y)
    found = calibrate(p, y)
    assert found.slope == pytest.approx(peer.coef_[0, 0], rel=1e-5)
    assert found.intercept == pytest.approx(peer.intercept_[0], rel=1e-5)


def test_well_calibrated_probabilities_have_slope_one_and_intercept_zero() -> None:
    p = np.repeat([0.2, 0.4, 0.6, 0.8], 100)
    y = np.concatenate([np.arange(100) < 100 * q for q in (0.2, 0.4, 0.6, 0.8)]).astype(int)
    found = calibrate(p, y)
    assert found.slope == pytest.approx(1.0, abs=1e-12)
    assert found.intercept == pytest.approx(0.0, abs=1e-12)
    assert found.rate == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert found.rows.tolist() == [100] * 4


def test_equal_values_share_a_bin_and_the_order_of_rows_changes_nothing() -> None:
    p = np.array([0.5] * 7 + [0.2, 0.9, 0.9])
    y = np.array([1, 0, 1, 0, 1, 0, 1, 0, 1, 1])
    first = calibrate(p, y, bins=5)
    assert len(first.rows) == 3
    order = np.random.default_rng(1).permutation(10)
    second = calibrate(p[order], y[order], bins=5)
    for name in ("mean_p", "rate", "rows"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


@pytest.mark.parametrize(
    ("p", "y", "reason"),
    [
        ([0.2, 0.4, 0.6], [1, 1, 1], "one_class"),
        ([0.5, 0.5, 0.5], [0, 1, 1], "constant"),
        ([0.2, 0.4, 0.6, 0.8], [0, 0, 1, 1], "separable"),
        ([0.2, 0.4, 0.4, 0.8], [1, 1, 0, 0], "separable"),
        ([0.7], [1], "one_class"),
    ],
)
def test_where_the_likelihood_has_no_peak_the_reason_stands_instead(p, y, reason) -> None:
    found = calibrate(p, y)
    assert (found.slope, found.intercept) == (None, None)
    assert found.undefined == {"slope": reason, "intercept": reason}
    assert found.rows.sum() == len(p)


@given(FILES)
def test_at_the_peak_the_likelihood_is_flat(file: list[tuple[int, int]]) -> None:
    p, y = (np.array(column) for column in zip(*file, strict=True))
    found = calibrate(p / 100, y)
    assume(found.slope is not None)
    off = y - expit(found.intercept + found.slope * logit(p / 100))
    assert np.mean(off) == pytest.approx(0.0, abs=1e-8)
    assert np.mean(off * logit(p / 100)) == pytest.approx(0.0, abs=1e-7)


def test_the_interval_of_a_rate_is_wilsons() -> None:
    # Of 10 in 20: (r + z²/2n ± z √(r(1−r)/n + z²/4n²)) / (1 + z²/n), z = 1.96.
    low, high = wilson([0.5], [20])
    assert (low[0], high[0]) == pytest.approx((0.2993, 0.7007), abs=5e-5)


@pytest.mark.parametrize(
    ("p", "expected"),
    [([0.0, 0.04, 0.05, 0.15, 0.35, 0.99, 1.0], {0: 2, 1: 1, 3: 1, 7: 1, 19: 2}), ([0.5, 0.5], {10: 2})],
)
def test_a_value_on_an_edge_belongs_to_the_cell_above_it(p: list[float], expected: dict[int, int]) -> None:
    counts = spread(p)
    assert {cell: int(n) for cell, n in enumerate(counts) if n} == expected
    assert len(counts) == 20


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: calibrate([0.2, float("nan")], [0, 1]), "not_finite"),
        (lambda: calibrate([0.2, 1.2], [0, 1]), "not_a_probability"),
        (lambda: calibrate([0.2, 0.4], [0, 2]), "not_a_label"),
        (lambda: calibrate([0.2, 0.4], [0, 1], bins=0), "bad_count"),
        (lambda: spread([]), "empty"),
        (lambda: spread([0.5], cells=0), "bad_count"),
    ],
)
def test_what_cannot_be_counted_is_refused_by_its_code(call, code) -> None:
    with pytest.raises(NumericsError) as refused:
        call()
    assert refused.value.code == code
