"""What predictions are worth: Kelly's identity, SciPy's Spearman, hand-checked figures, what is undefined."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from tournaments.numerics import bootstrap, information, kelly
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.losses import log_loss, score_split
from tournaments.numerics.worth import grinold_ratio, hit_rate, worth

EIGHT = [0.8, 0.6, 0.3, 0.4, 0.5, 0.9, 0.2, 0.7]
LABELS = [1, 0, 0, 1, 1, 1, 0, 0]
STARTS = [0, 4, 8]


@pytest.fixture
def drawn():
    """A split of 6 eras: p with ties, labels that follow them a little, boundaries, draws."""
    random = np.random.default_rng(3)
    starts = np.cumsum([0, 20, 35, 5, 40, 60, 40])
    p = np.round(random.uniform(0.3, 0.7, starts[-1]), 2)
    y = (random.uniform(size=p.size) < p).astype(int)
    return p, y, starts, bootstrap.era_draws(9, 6, 400)


def growth_by_hand(p, y, cost, fraction):
    """The definition, row by row."""
    edge = np.abs(2 * p - 1)
    stake = fraction * np.maximum(0, (edge - cost) / (1 - cost**2))
    return np.log(1 + stake * (np.where((p > 0.5) == (y == 1), 1, -1) - cost))


def test_without_costs_the_whole_kelly_growth_is_the_gain(drawn):
    p, y, starts, draws = drawn
    score = score_split(p, y, starts, draws)
    found = kelly.growth(p, y, starts, draws)
    assert found.row == pytest.approx(math.log(2) - log_loss(p, y), abs=1e-14)
    assert (found.row_low, found.row_high) == pytest.approx((score.gain_low, score.gain_high), abs=1e-11)
    assert found.eras == pytest.approx((math.log(2) - score.era_losses) * score.era_rows, abs=1e-12)


@pytest.mark.parametrize(("cost", "fraction"), list(itertools.product((0.0, 0.03, 0.2), (1.0, 0.5, 0.1))))
def test_growth_is_its_definition_row_by_row(drawn, cost, fraction):
    p, y, starts, draws = drawn
    rows = growth_by_hand(p, y, cost, fraction)
    found = kelly.growth(p, y, starts, draws, cost, fraction)
    sums = np.add.reduceat(rows, starts[:-1])
    assert found.row == pytest.approx(rows.mean(), abs=1e-14)
    assert found.era == pytest.approx(sums.mean(), abs=1e-13)
    assert found.eras == pytest.approx(sums, abs=1e-13)
    assert found.bets == np.count_nonzero(np.abs(2 * p - 1) > cost)
    assert found.breadth == found.bets / 6
    assert found.row_low <= found.row <= found.row_high


def test_the_stake_is_the_best_there_is():
    q, cost = 0.7, 0.1
    (best,) = kelly.stakes([q], cost)

    def expected(stake):
        return q * math.log(1 + stake * (1 - cost)) + (1 - q) * math.log(1 - stake * (1 + cost))

    assert best == pytest.approx((0.4 - 0.1) / (1 - 0.01), abs=1e-15)
    assert all(expected(best) > expected(best + step) for step in (-0.01, 0.01))


def test_bets_of_an_era_that_are_settled_at_once_share_the_capital():
    found = kelly.growth([0.8, 0.4, 0.5], [1, 1, 0], [0, 3], [[1]], cost=0.1)
    # Stakes 0.5/0.99 and 0.1/0.99; the first wins 0.9 of it, the second loses 1.1; half of the capital each.
    gained = (0.5 / 0.99 * 0.9 - 0.1 / 0.99 * 1.1) / 2
    assert found.at_once == pytest.approx(math.log(1 + gained), abs=1e-15)
    assert (found.bets, found.breadth) == (2, 2.0)


def test_no_stake_ruins_whoever_bets(drawn):
    p = np.array([0.0, 1.0, 1.0])
    for cost in (0.0, 0.5, 0.99):
        found = kelly.growth(p, [1, 0, 1], [0, 3], [[1]], cost)
        assert math.isfinite(found.row)


def test_where_no_edge_is_above_the_cost_nothing_is_bet_and_nothing_grows():
    found = kelly.growth([0.6, 0.4], [1, 1], [0, 2], [[1]], cost=0.3)
    assert (found.bets, found.row, found.at_once, found.stake) == (0, 0.0, 0.0, None)
    assert found.undefined["stake"] == "no_bets"


@pytest.mark.parametrize(
    ("cost", "fraction", "code"),
    [(-0.1, 1, "bad_cost"), (1.0, 1, "bad_cost"), (math.nan, 1, "bad_cost"), (0, 0, "bad_fraction"),
     (0, 1.01, "bad_fraction"), (0, math.nan, "bad_fraction")],
)  # fmt: skip
def test_costs_and_fractions_out_of_range_are_refused(cost, fraction, code):
    with pytest.raises(NumericsError, match=code):
        kelly.stakes([0.6], cost, fraction)


def test_half_of_the_growth_is_found_between_two_costs():
    assert kelly.half_cost([0.0, 0.1, 0.2], [1.0, 0.9, 0.3]) == pytest.approx(0.1 + 0.1 * 0.4 / 0.6)
    assert kelly.half_cost([0.0, 0.1], [1.0, 0.9]) is None
    assert kelly.half_cost([0.0, 0.1], [-1.0, -2.0]) is None


def test_coefficients_are_scipys_spearman_with_ties(drawn):
    p, y, starts, draws = drawn
    found = information.information(p, y, starts, draws)
    theirs = [spearmanr(p[a:b], y[a:b]).statistic for a, b in itertools.pairwise(starts)]
    assert found.eras == pytest.approx(theirs, abs=1e-12)
    assert found.ic == pytest.approx(np.mean(theirs), abs=1e-12)
    assert found.sd == pytest.approx(np.std(theirs, ddof=1), abs=1e-12)
    assert found.t == pytest.approx(np.mean(theirs) / (np.std(theirs, ddof=1) / math.sqrt(6)), abs=1e-10)
    assert found.realised == pytest.approx(found.t / math.sqrt(6), abs=1e-12)
    assert found.acts_like == pytest.approx(1 / found.sd**2)
    assert found.low < found.ic < found.high


def test_coefficients_of_many_are_those_of_each(drawn):
    p, y, starts, _ = drawn
    together = information.era_spearman(np.stack([p, 1 - p, p**2]), y, starts)
    alone = information.era_spearman(p[None], y, starts)[0]
    assert np.array_equal(together[0], alone)
    assert together[1] == pytest.approx(-alone, abs=1e-15)
    assert np.array_equal(together[2], alone)


def test_independent_rows_without_skill_vary_as_their_number_says():
    random = np.random.default_rng(1)
    starts = np.arange(0, 100_001, 100)
    p, y = random.uniform(size=100_000), random.integers(0, 2, 100_000)
    found = information.information(p, y, starts, bootstrap.era_draws(1, 1_000, 10))
    assert found.acts_like == pytest.approx(99, rel=0.15)


def test_eras_of_one_class_or_without_an_order_have_no_coefficient():
    p, y = [0.1, 0.2, 0.5, 0.5, 0.3, 0.4], [1, 1, 0, 1, 0, 1]
    found = information.information(p, y, [0, 2, 4, 6], bootstrap.era_draws(1, 3, 50))
    assert (found.eras, found.ic, found.sd, found.t) == ([None, None, 1.0], 1.0, None, None)
    assert found.undefined["eras"] == "constant"
    assert found.undefined["sd"] == found.undefined["t"] == found.undefined["low"] == "too_few_eras"
    none = information.information([0.1, 0.2], [1, 1], [0, 1, 2], [[1, 1]])
    assert none.ic is None
    assert {none.undefined[name] for name in ("ic", "sd", "t", "realised", "eras")} == {"one_class"}


def test_eras_that_are_all_alike_have_no_ratio():
    found = information.information([0.1, 0.2] * 3, [0, 1] * 3, [0, 2, 4, 6], bootstrap.era_draws(1, 3, 50))
    assert (found.ic, found.t, found.realised) == (1.0, None, None)
    assert found.undefined["t"] == "no_spread"


def test_the_hit_rate_leaves_out_exact_halves_and_draws_without_sides():
    found = hit_rate(EIGHT, LABELS, STARTS, bootstrap.era_draws(4, 2, 500))
    # Right: 0.8, 0.3 of four; 0.9, 0.2 of three; 0.5 takes no side.
    assert (found.sides, found.rate) == (7, 4 / 7)
    assert (found.low, found.high) == pytest.approx((0.5, 2 / 3))
    halves = hit_rate([0.5, 0.5, 0.6], [1, 0, 1], [0, 2, 3], bootstrap.era_draws(4, 2, 500))
    assert (halves.sides, halves.rate, halves.low, halves.high) == (1, 1.0, 1.0, 1.0)
    none = hit_rate([0.5, 0.5], [1, 0], [0, 2], [[1]])
    assert (none.rate, none.undefined["rate"]) == (None, "no_side")
    one = hit_rate([0.6, 0.7], [1, 0], [0, 2], [[1]])
    assert (one.rate, one.low, one.undefined) == (0.5, None, dict.fromkeys(("low", "high"), "too_few_eras"))


def test_a_ratio_of_sums_is_drawn_era_by_era(drawn):
    _, _, starts, draws = drawn
    sums, rows = np.arange(6.0) - 2, np.diff(starts)
    low, high = bootstrap.ratio_intervals(sums[None], rows, draws)[0]
    assert (low, high) == pytest.approx(
        np.percentile((draws @ sums) / (draws @ rows), [2.5, 97.5]), abs=1e-12
    )
    with pytest.raises(NumericsError, match="empty"):
        bootstrap.ratio_intervals([[0.0, 0.0]], [0, 0], [[1, 1]])
    with pytest.raises(NumericsError, match="too_few_eras"):
        bootstrap.ratio_intervals([[0.0]], [1], [[1]])


def test_grinolds_ratio_needs_a_coefficient_and_a_bet():
    assert grinold_ratio(0.05, 100.0) == pytest.approx(0.5)
    assert grinold_ratio(None, 100.0) is None
    assert grinold_ratio(0.05, 0.0) is None


def test_the_report_is_its_parts(drawn):
    p, y, starts, draws = drawn
    found = worth(p, y, starts, draws, cost=0.02, fraction=0.25)
    score = score_split(p, y, starts, draws)
    assert (found.gain, found.gain_low, found.gain_high) == (score.gain, score.gain_low, score.gain_high)
    assert found.bits == pytest.approx(
        [one / math.log(2) for one in (score.gain, score.gain_low, score.gain_high)]
    )
    assert (found.rows, found.eras) == (200, 6)
    assert found.part.row == kelly.growth(p, y, starts, draws, 0.02, 0.25).row
    assert found.grinold == pytest.approx(found.information.ic * math.sqrt(found.whole.breadth))


def test_with_one_era_the_figures_stand_without_intervals():
    found = worth([0.8, 0.4, 0.3], [1, 0, 1], [0, 3], [[1]], cost=0.9)
    assert (found.gain_low, found.information.t, found.whole.row_low) == (None, None, None)
    assert found.undefined == dict.fromkeys(("gain_low", "gain_high"), "too_few_eras") | {
        "grinold": "no_bets"
    }
    assert found.bits[1:] == (None, None)
