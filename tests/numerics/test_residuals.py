"""The residual of each submission given the others, from one factor that grows."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numerai_tools.scoring import neutralize
from scipy.stats import pearsonr
from threadpoolctl import threadpool_limits

from tournaments.numerics.likeness import exact_products, screen, ticks
from tournaments.numerics.originality import round_originality
from tournaments.numerics.residuals import residual, share_of

ROWS = 400
BOUNDS = [0, ROWS]


def by_least_squares(g: np.ndarray, others: np.ndarray) -> float:
    """The definition: regress with an intercept; copies among the others count as others."""
    if len(others) == 0:
        return 1.0
    design = np.vstack([np.ones(g.size), others]).T
    left = g - design @ np.linalg.lstsq(design, g, rcond=1e-9)[0]
    return float((left @ left / (g.size - len(others))) / (((g - g.mean()) ** 2).sum() / (g.size - 1)))


def residuals_of(g: np.ndarray, owners: list[int]) -> list[float | None]:
    p = np.tile(np.linspace(0.2, 0.8, ROWS), (len(g), 1))
    return [one.residual for one in round_originality(g, p, owners, np.arange(len(g)), BOUNDS)]


def crowd(seed: int, size: int) -> np.ndarray:
    """Noise, copies with and without noise, and mixes, in random order."""
    rng = np.random.default_rng(seed)
    rows = [rng.normal(size=ROWS)]
    while len(rows) < size:
        kind, one, other = rng.integers(0, 5), rows[rng.integers(len(rows))], rows[rng.integers(len(rows))]
        noise = rng.normal(size=ROWS)
        rows.append([noise, 2 * one + 1, one + 0.1 * noise, one + 0.5 * other, one + noise][kind])
    return np.array(rows)


@given(st.integers(0, 10_000), st.lists(st.integers(0, 3), min_size=2, max_size=14))
@settings(max_examples=150)
def test_residuals_are_those_of_least_squares_whoever_owns_what(seed: int, owners: list[int]) -> None:
    g = crowd(seed, len(owners))
    who = np.array(owners)
    for index, share in enumerate(residuals_of(g, owners)):
        others = g[:index][who[:index] != who[index]]
        plain = by_least_squares(g[index], others)
        # A mix of others that is told from none only by rounding has no residual, in either way.
        assert share == pytest.approx(plain, abs=5e-6)


def test_ones_own_earlier_file_explains_nothing_but_a_copy_of_it_by_another_does() -> None:
    rng = np.random.default_rng(5)
    a, b, other = rng.normal(size=(3, ROWS))
    again = a + 0.3 * b
    # Participant 1 sends a and again; 2 sends what is its own; 3 sends a copy of a.
    assert residuals_of(np.array([a, other, again]), [1, 2, 1])[2] == pytest.approx(
        by_least_squares(again, np.array([other])), abs=2e-6
    )
    copied = residuals_of(np.array([a, other, a, again]), [1, 2, 3, 1])
    assert copied[2] == 0.0
    assert copied[3] == pytest.approx(by_least_squares(again, np.array([other, a])), abs=2e-6)


def test_from_too_many_others_on_there_is_none() -> None:
    g = np.random.default_rng(6).normal(size=(43, ROWS))
    found = residuals_of(g, list(range(43)))
    assert [share is None for share in found] == [False] * 41 + [True] * 2


def test_with_many_of_ones_own_the_others_may_still_be_few_enough() -> None:
    g = np.random.default_rng(7).normal(size=(46, ROWS))
    found = residuals_of(g, [*range(40), 99, 99, 99, 99, 99, 99])
    assert None not in found
    assert found[-1] == pytest.approx(by_least_squares(g[-1], g[:40]), abs=2e-6)


@given(st.integers(0, 10_000), st.integers(2, 9))
@settings(max_examples=30)
def test_what_is_left_of_variance_is_what_numerai_tools_neutralizes(seed: int, size: int) -> None:
    g = crowd(seed, size)
    frame = pd.DataFrame(g.T)
    rest = neutralize(frame[[size - 1]], frame[list(range(size - 1))])[size - 1]
    left = float(rest @ rest / (ROWS * g[-1].var()))
    expected = left * (ROWS - 1) / (ROWS - (size - 1))
    assert residual(g[-1], g[:-1]) == pytest.approx(expected, abs=5e-6)


def test_ticks_give_the_correlations_of_scipy() -> None:
    g = np.random.default_rng(8).normal(size=(6, 1_000)) + 1.0
    bounds = np.array([0, 300, 1_000])
    rows = np.array([ticks(one, bounds) for one in g])
    exact = exact_products(rows, rows, bounds)
    screened = screen(rows, rows, bounds)
    for i, j in combinations(range(6), 2):
        theirs = [pearsonr(g[i, a:b], g[j, a:b]).statistic for a, b in pairwise(bounds)]
        assert exact[:, i, j] == pytest.approx(theirs, abs=2e-7)
        assert screened[i, j] == pytest.approx(max(map(abs, theirs)), abs=1e-6)


def test_exact_products_do_not_depend_on_the_order_of_rows_or_on_threads() -> None:
    rng = np.random.default_rng(9)
    rows = np.array([ticks(one, [0, 20_000]) for one in rng.normal(size=(40, 20_000))])
    bounds = np.array([0, 20_000])
    whole = exact_products(rows, rows, bounds)
    shuffled = rows[:, rng.permutation(20_000)]
    with threadpool_limits(2):
        assert np.array_equal(exact_products(shuffled, shuffled, bounds), whole)
    for i in (0, 17, 39):
        assert np.array_equal(exact_products(rows[i : i + 1], rows, bounds)[0, 0], whole[0, i])


def test_the_share_counts_degrees_of_freedom() -> None:
    assert share_of(0.5, 0, 100) == 1.0
    assert share_of(0.5, 10, 100) == 0.55
    assert share_of(0.5, 11, 100) is None
