"""The compiled loops against their plain forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import solve_triangular

from tournaments.numerics import kernels
from tournaments.numerics.distributions import CELLS, cumulative_counts, smallest_distance
from tournaments.numerics.losses import batch_losses, whole_losses

EPS = 1e-6
SIZES = st.lists(st.integers(1, 300), min_size=1, max_size=6)
VALUES = st.lists(st.integers(0, 12).map(lambda k: k / 12), min_size=1, max_size=25)


def plain_era_losses(p: np.ndarray, ones: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """One logarithm a row."""
    clipped = np.clip(p, EPS, 1 - EPS)
    rows = -np.log(np.where(ones, clipped, 1 - clipped))
    return np.add.reduceat(rows, starts[:-1], axis=1) / np.diff(starts)


def plain_gap(a: np.ndarray, b: np.ndarray) -> int:
    points = np.concatenate([a, b])
    below_a = np.searchsorted(a, points, side="right") * b.size
    below_b = np.searchsorted(b, points, side="right") * a.size
    return int(np.abs(below_a - below_b).max())


@given(SIZES, st.integers(0, 1_000))
def test_losses_of_eras_of_any_size_are_those_of_one_logarithm_a_row(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    p = rng.choice([0.0, 1e-9, 0.3, 0.5, 0.9, 1.0], (3, starts[-1]), p=[0.1, 0.1, 0.3, 0.2, 0.2, 0.1])
    ones = rng.integers(0, 2, starts[-1]) == 1
    found, plain = batch_losses(p, ones, starts, EPS), plain_era_losses(p, ones, starts)
    np.testing.assert_allclose(found, plain, rtol=1e-13, atol=1e-14)
    whole = plain_era_losses(p, ones, np.array([0, starts[-1]]))[:, 0]
    np.testing.assert_allclose(whole_losses(found, starts), whole, rtol=1e-13, atol=1e-14)


def test_a_submission_gets_the_same_bits_alone_and_in_a_batch() -> None:
    rng = np.random.default_rng(1)
    p, ones = rng.uniform(size=(20, 5_000)), rng.integers(0, 2, 5_000) == 1
    starts = np.array([0, 131, 1_000, 5_000])
    together = batch_losses(p, ones, starts)
    for row, losses in zip(p, together, strict=True):
        assert batch_losses(row[None, :], ones, starts)[0].tolist() == losses.tolist()


def test_the_worst_that_can_be_said_of_every_row_is_still_a_number() -> None:
    starts = np.array([0, 1_000])
    for eps in (1e-9, 1e-6, 0.01):
        found = batch_losses(np.zeros((1, 1_000)), np.ones(1_000, dtype=bool), starts, eps)
        assert found[0, 0] == pytest.approx(-np.log(eps), rel=1e-9)


@given(VALUES, VALUES)
def test_the_largest_gap_is_that_of_all_points(a: list[float], b: list[float]) -> None:
    first, second = np.sort(a), np.sort(b)
    assert kernels.largest_gap(first, second) == plain_gap(first, second)


def plain_cell(p: float) -> int:
    """64 cells to an octave of the distance from one half, 16 octaves, on either side."""
    mantissa, exponent = np.frexp(abs(p - 0.5))
    octave = int(exponent) - 1 + 17  # 2^-17 is the lowest
    place = 0 if p == 0.5 or octave < 0 else min(octave * 64 + int((2 * mantissa - 1) * 64), 1_023)
    return 1_023 - place if p < 0.5 else 1_024 + place


@given(st.lists(st.floats(0, 1), min_size=1, max_size=100))
def test_values_are_counted_in_cells_that_never_fall_where_they_rise(values: list[float]) -> None:
    cells = [plain_cell(one) for one in sorted(values)]
    assert cells == sorted(cells)
    plain = np.cumsum(np.bincount(cells, minlength=CELLS))
    assert cumulative_counts(values).tolist() == plain.tolist()


@given(st.integers(0, 1_000))
def test_counts_bound_the_gap_and_find_the_smallest_distance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    files = (0.5 + rng.choice([0.001, 0.02, 0.2], (9, 1)) * rng.normal(size=(9, 60))).clip(0, 1).round(3)
    table = np.array([cumulative_counts(one) for one in files])
    others = np.array([5, 1, 2, 7, 3])
    gaps = [plain_gap(np.sort(files[0]), np.sort(files[other])) for other in others]
    bounds = kernels.count_gaps(table[0], table, others)
    assert (bounds * 60 <= gaps).all()
    found, whose = smallest_distance(np.sort(files[0]), table[0], files, table, others)
    assert (found, whose) == (min(gaps) / 3_600, others[int(np.argmin(gaps))])


def test_a_lower_triangle_is_solved() -> None:
    rng = np.random.default_rng(2)
    lower = np.tril(rng.normal(size=(30, 30))) + 5 * np.eye(30)
    right = rng.normal(size=30)
    for rank in (0, 1, 8, 30):
        plain = solve_triangular(lower[:rank, :rank], right[:rank], lower=True) if rank else np.empty(0)
        np.testing.assert_allclose(kernels.solve_lower(lower, right, rank), plain, atol=1e-14)
    assert kernels.dot(right, right) == pytest.approx(float(right @ right), abs=1e-13)
