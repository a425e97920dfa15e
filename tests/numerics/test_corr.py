"""CORR against numerai-tools, scipy and by hand; what is made of it over eras."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numerai_tools.scoring import numerai_corr
from scipy.stats import pearsonr, rankdata

from tests.numerics.files import ANY, ERAS, EXTREME, FILES, TIED, columns, eras_of
from tournaments.numerics import corr
from tournaments.numerics.bootstrap import era_draws
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.ranks import doubled_ranks


def tables(values: st.SearchStrategy[float]) -> st.SearchStrategy[list[list[float]]]:
    """One to four submissions of the same number of rows."""
    rows = st.integers(1, 40)
    return rows.flatmap(lambda m: st.lists(st.lists(values, min_size=m, max_size=m), min_size=1, max_size=4))


BATCHES = st.one_of(tables(ANY), tables(TIED), tables(EXTREME))


def theirs(p: np.ndarray, y: np.ndarray) -> float:
    """numerai-tools' CORR of one era."""
    found = numerai_corr(pd.DataFrame({"p": p}), pd.Series(y, name="y", dtype=float))
    return float(found["p"])


def plain_kept(p: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ranks and moments as NumPy says them: the reference of the compiled loops."""
    ranks = np.stack([doubled_ranks(row, starts) for row in p])
    weights = np.concatenate(
        [corr.tail_weights(int(b - a))[ranks[:, a:b]] for a, b in pairwise(starts)], axis=1
    )
    sums = [np.add.reduceat(each, starts[:-1], axis=1) for each in (weights, weights * weights)]
    return ranks, np.stack(sums, axis=2)


def test_corr_of_an_era_is_worked_by_hand() -> None:
    # Ranks 1..4 of 4: g = Phi^-1(1/8, 3/8, 5/8, 7/8) = -1.15035, -0.31864, 0.31864, 1.15035, and with the
    # power 1.5: -1.23381, -0.17987, 0.17987, 1.23381. The ones have the 2nd and the 4th.
    v = np.array([-1.23381, -0.17987, 0.17987, 1.23381])
    expected = (v[1] + v[3]) / np.sqrt((v @ v) * 4 * 0.25)
    assert one_era([0.1, 0.2, 0.3, 0.4], [0, 1, 0, 1]) == pytest.approx(expected, abs=1e-5)
    assert one_era([0.4, 0.3, 0.2, 0.1], [0, 1, 0, 1]) == pytest.approx(-expected, abs=1e-5)


def one_era(p: Any, y: Any) -> float:
    starts = [0, len(p)]
    return float(corr.corr_table(corr.keep_ranks([p], starts), y)[0, 0])


@settings(max_examples=30)
@given(FILES)
def test_corr_of_an_era_is_numerai_tools_and_nan_where_that_is(file: Any) -> None:
    p, y = columns(file)
    # The peer takes no single row.
    ours, peer = one_era(p, y), theirs(p, y) if p.size > 1 else np.nan
    assert np.isnan(ours) == np.isnan(peer) == (p.min() == p.max() or y.min() == y.max())
    assert np.isnan(ours) or abs(ours - peer) <= 1e-9


@given(FILES)
def test_corr_is_scipys_pearson_of_what_it_says_it_correlates(file: Any) -> None:
    p, y = columns(file)
    if p.min() == p.max() or y.min() == y.max():
        return
    np.testing.assert_array_equal(corr.keep_ranks([p], [0, p.size]).ranks[0], 2 * rankdata(p))
    v = corr.tail_weights(p.size)[(2 * rankdata(p)).astype(int)]
    t = y - y.mean()
    assert abs(one_era(p, y) - pearsonr(v, np.sign(t) * np.abs(t) ** 1.5).statistic) <= 1e-12


def test_corr_is_numerai_tools_on_an_era_of_the_usual_size() -> None:
    random = np.random.default_rng(6)
    y = random.integers(0, 2, 5_000)
    p = np.stack([random.beta(20, 20, y.size) + 0.02 * y, np.round(random.beta(20, 20, y.size), 2)]).clip(
        0, 1
    )
    peer = numerai_corr(pd.DataFrame(p.T), pd.Series(y, name="y", dtype=float))
    ours = corr.corr_table(corr.keep_ranks(p, [0, y.size]), y)[:, 0]
    assert np.abs(ours - peer.to_numpy()).max() <= 1e-9


@given(BATCHES, st.integers(1, 4))
def test_the_compiled_ranks_are_the_plain_ones(file: Any, eras: int) -> None:
    p = np.array(file)
    starts = np.unique(np.linspace(0, p.shape[1], eras + 1).astype(int))
    kept = corr.keep_ranks(p, starts)
    ranks, moments = plain_kept(p, starts)
    np.testing.assert_array_equal(kept.ranks, ranks)
    np.testing.assert_allclose(kept.moments, moments, rtol=1e-12, atol=1e-12)


@given(BATCHES)
def test_orders_are_argsorts(file: Any) -> None:
    p = np.array(file)
    order = corr.orders(p).astype(int)
    np.testing.assert_array_equal(np.sort(order, axis=1), np.broadcast_to(np.arange(p.shape[1]), p.shape))
    np.testing.assert_array_equal(np.take_along_axis(p, order, 1), np.sort(p, axis=1))


def test_values_that_differ_in_their_last_bits_alone_are_told_apart() -> None:
    p = 0.3 + np.arange(1_000)[::-1] * 2.0**-54
    assert np.unique(p).size == 1_000
    np.testing.assert_array_equal(corr.orders(p[None, :])[0], np.arange(1_000)[::-1])
    np.testing.assert_array_equal(corr.orders(np.array([[-0.0, 0.0, 1.0, -0.0]]))[0], [0, 1, 3, 2])


@given(ERAS)
def test_a_batch_gives_each_what_it_has_alone(file: Any) -> None:
    p, y, starts = eras_of(file)
    batch = np.stack([p, 1 - p, np.sqrt(p)])
    whole = corr.corr_table(corr.keep_ranks(batch, starts), y)
    alone = [corr.corr_table(corr.keep_ranks(row[None, :], starts), y)[0] for row in batch]
    np.testing.assert_array_equal(whole, np.stack(alone))


FOUR = ([0, 4, 8, 12, 16], np.array([0, 0, 1, 1] * 4))
UP, DOWN, MIXED = [0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.1, 0.4, 0.2, 0.3]
STEP = 0.801716  # CORR of UP in an era of labels 0, 0, 1, 1


@pytest.mark.parametrize(
    ("eras", "expected"),
    [
        ([UP, UP, UP, UP], 0.0),
        ([DOWN, UP, UP, UP], STEP),
        ([UP, DOWN, DOWN, UP], 2 * STEP),
        ([UP, DOWN, UP, DOWN], STEP),
        ([DOWN, DOWN, DOWN, DOWN], 4 * STEP),
    ],
)
def test_the_drawdown_is_the_largest_fall_of_the_running_sum(eras: Any, expected: float) -> None:
    found = corr.corr_scores(np.concatenate(eras), FOUR[1], FOUR[0], era_draws(1, 4, 50))
    assert found.drawdown == pytest.approx(expected, abs=1e-5)


def test_mean_sharpe_and_their_intervals_are_numpys_over_the_draws() -> None:
    random = np.random.default_rng(8)
    starts, draws = np.arange(0, 421, 20), era_draws(2, 21, 500)
    y = random.integers(0, 2, 420)
    p = (random.uniform(0.3, 0.6, 420) + 0.1 * y).clip(0, 1)
    found = corr.corr_scores(p, y, starts, draws)
    eras = np.array(found.eras)
    assert found.corr == pytest.approx(eras.mean())
    assert found.sharpe == pytest.approx(eras.mean() / eras.std())
    drawn = [np.repeat(eras, draw) for draw in draws]
    ends = np.percentile([one.mean() for one in drawn], [2.5, 97.5])
    assert (found.corr_low, found.corr_high) == pytest.approx(tuple(ends), abs=1e-12)
    ends = np.percentile([one.mean() / one.std() for one in drawn], [2.5, 97.5])
    assert (found.sharpe_low, found.sharpe_high) == pytest.approx(tuple(ends), abs=1e-9)


def test_an_era_without_corr_is_left_out_and_says_why() -> None:
    y = np.array([0, 1, 0, 1, 1, 1, 0, 1])
    p = np.array([0.1, 0.2, 0.5, 0.5, 0.3, 0.4, 0.4, 0.3])
    found = corr.corr_scores(p, y, [0, 2, 4, 6, 8], era_draws(1, 4, 50))
    assert found.eras == pytest.approx([1.0, None, None, -1.0])
    assert found.corr == pytest.approx(0.0)
    assert found.undefined == {"era_corr": "constant"}
    by_labels = corr.corr_scores(p, np.array([0, 1, 1, 1, 1, 1, 0, 1]), [0, 2, 4, 6, 8], era_draws(1, 4, 50))
    assert by_labels.undefined == {"era_corr": "one_class"}


def test_one_defined_era_has_no_interval_and_none_has_nothing() -> None:
    draws = era_draws(1, 2, 50)
    one = corr.corr_scores([0.1, 0.2, 0.5, 0.5], [0, 1, 0, 1], [0, 2, 4], draws)
    assert (one.corr, one.drawdown, one.sharpe, one.corr_low) == (1.0, 0.0, None, None)
    assert one.undefined["sharpe"] == one.undefined["corr_low"] == "too_few_eras"
    none = corr.corr_scores([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1], [0, 2, 4], draws)
    assert (none.corr, none.drawdown, none.eras) == (None, None, [None, None])
    assert set(none.undefined.values()) == {"constant"}


def test_eras_that_are_all_alike_have_no_sharpe() -> None:
    found = corr.corr_scores([*UP, *UP], [0, 0, 1, 1] * 2, [0, 4, 8], era_draws(1, 2, 50))
    assert found.corr == found.corr_low == found.corr_high
    assert found.undefined == dict.fromkeys(("sharpe", "sharpe_low", "sharpe_high"), "no_spread")


@pytest.mark.parametrize(
    ("p", "starts", "code"),
    [
        ([[0.1, np.nan]], [0, 2], "not_finite"),
        ([[0.1, 1.1]], [0, 2], "not_a_probability"),
        ([0.1, 0.2], [0, 2], "bad_shape"),
        ([[0.1, 0.2]], [0, 3], "bad_starts"),
    ],
)
def test_bad_input_is_refused_with_a_code(p: Any, starts: Any, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        corr.keep_ranks(p, starts)
    assert caught.value.code == code
