"""MMC and CWMM: parity with numerai-tools and scipy, and small tables by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numerai_tools.scoring import correlation_contribution, gaussian, tie_kept_rank
from scipy.stats import pearsonr

from tournaments.numerics.bootstrap import era_draws
from tournaments.numerics.contribution import cwmm, era_gaussians, mean_intervals, mmc_eras
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.ranks import gaussian_ranks


def peer(p: Any, meta: Any, y: Any) -> list[float]:
    """numerai-tools on one era."""
    index = [f"r{i:06d}" for i in range(len(y))]
    frame = pd.DataFrame(np.transpose(p), index=index, columns=[f"s{i}" for i in range(len(p))])
    found = correlation_contribution(frame, pd.Series(meta, index=index), pd.Series(y, index=index))
    return [float(value) for value in found]


@st.composite
def eras(draw: Any) -> tuple[Any, Any, Any, Any]:
    """(p, meta, y, starts): random or tied predictions of one to five eras of two rows and more."""
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    sizes = draw(st.lists(st.integers(2, 60), min_size=1, max_size=5))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    values = random.uniform(0.01, 0.99, size=(draw(st.integers(1, 5)) + 1, starts[-1]))
    values = np.round(values, draw(st.sampled_from([1, 2, 15])))
    return values[:-1], values[-1], random.integers(0, 2, starts[-1]).astype(float), starts


@given(eras())
def test_mmc_is_numerai_tools_called_on_each_era(case: tuple[Any, Any, Any, Any]) -> None:
    p, meta, y, starts = case
    g = era_gaussians(np.vstack([p, meta]), starts)
    found = mmc_eras(g[:-1], g[-1], y, starts)
    for era, (first, last) in enumerate(pairwise(starts)):
        if np.ptp(meta[first:last]) == 0:
            continue  # numerai-tools divides by zero here
        theirs = peer(p[:, first:last], meta[first:last], y[first:last])
        assert found[:, era] == pytest.approx(theirs, abs=1e-9)


def test_a_large_era_agrees_as_well() -> None:
    random = np.random.default_rng(3)
    p, y = random.uniform(size=(4, 20_000)), random.integers(0, 2, 20_000)
    g = era_gaussians(p, [0, 20_000])
    assert mmc_eras(g[:3], g[3], y, [0, 20_000])[:, 0] == pytest.approx(peer(p[:3], p[3], y), abs=1e-9)


@given(eras())
def test_gaussians_are_numerai_tools_ranks_of_each_era(case: tuple[Any, Any, Any, Any]) -> None:
    p, _, _, starts = case
    found = era_gaussians(p, starts)
    for first, last in pairwise(starts):
        theirs = gaussian(tie_kept_rank(pd.DataFrame(p[:, first:last].T))).to_numpy().T
        assert found[:, first:last] == pytest.approx(theirs, abs=1e-12)


def test_what_the_crowd_says_already_adds_nothing() -> None:
    random = np.random.default_rng(4)
    meta, y = random.uniform(size=90), random.integers(0, 2, 90)
    g = era_gaussians([meta, 0.1 + 0.2 * meta, 1 - meta, np.full(90, 0.4)], [0, 40, 90])
    assert mmc_eras(g, g[0], y, [0, 40, 90]) == pytest.approx(np.zeros((4, 2)), abs=1e-15)


def test_where_the_crowd_is_silent_everything_said_is_new() -> None:
    g = era_gaussians([[0.1, 0.2, 0.7, 0.9]], [0, 4])
    # Phi^-1 of 1/8, 3/8, 5/8, 7/8: the two ones stand highest, 4 (1.15035 + 0.31864) 2/2 ÷ 4.
    assert mmc_eras(g, np.zeros(4), [0, 0, 1, 1], [0, 4])[0] == pytest.approx([1.468989], abs=1e-6)


def test_an_era_of_one_class_adds_nothing() -> None:
    g = era_gaussians([[0.1, 0.2, 0.7], [0.2, 0.1, 0.7]], [0, 3])
    assert mmc_eras(g[:1], g[1], [1, 1, 1], [0, 3]).tolist() == [[0.0]]


def test_an_interval_is_that_of_the_mean_over_drawn_eras() -> None:
    values, draws = np.array([[0.01, -0.02, 0.05], [0.0, 0.0, 0.0]]), era_draws(seed=5, eras=3)
    means = draws @ values[0] / 3
    (low, high), nothing = mean_intervals(values, draws)
    assert (low, high) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=1e-12)
    assert nothing == (0.0, 0.0)


def test_an_interval_needs_two_eras() -> None:
    with pytest.raises(NumericsError) as caught:
        list(mean_intervals([[0.1]], era_draws(seed=1, eras=1)))
    assert caught.value.code == "too_few_eras"


def test_cwmm_is_scipys_pearson_of_the_power() -> None:
    random = np.random.default_rng(6)
    starts = np.array([0, 30, 100])
    p = np.round(random.uniform(size=(4, 100)), 2)
    g = np.stack([gaussian_ranks(row, starts) for row in p])
    theirs = [pearsonr(np.sign(row) * np.abs(row) ** 1.5, g[3]).statistic for row in g]
    assert cwmm(g, g[3]) == pytest.approx(theirs, abs=1e-12)


def test_a_constant_has_no_correlation_with_the_crowd() -> None:
    g = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, -1.0]])
    assert cwmm(g, g[1]) == [None, pytest.approx(1.0)]
    assert cwmm(g, g[0]) == [None, None]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused_even_where_the_target_is_zero(bad: float) -> None:
    with pytest.raises(NumericsError) as caught:
        mmc_eras([[0.0, bad, 1.0]], [1.0, 0.0, -1.0], [1, 1, 1], [0, 3])
    assert caught.value.code == "not_finite"


def test_single_precision_is_refused() -> None:
    with pytest.raises(NumericsError) as caught:
        mmc_eras(np.zeros((2, 3), dtype=np.float32), np.zeros(3), [0, 1, 0], [0, 3])
    assert caught.value.code == "single_precision"


@pytest.mark.parametrize("formula", [lambda g, m: cwmm(g, m), lambda g, m: mmc_eras(g, m, [0, 1], [0, 2])])
def test_rows_must_match_the_meta_models(formula: Any) -> None:
    with pytest.raises(NumericsError) as caught:
        formula(np.zeros((2, 3)), np.zeros(2))
    assert caught.value.code == "bad_shape"
