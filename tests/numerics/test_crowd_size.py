"""The curve of the crowd's size, against blends of subsets made one by one, and against leaving one out."""

import itertools

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import spearmanr

from tournaments.numerics import crowd_size
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.losses import log_loss
from tournaments.numerics.players import Mixture
from tournaments.numerics.units import LN2

STARTS = np.array([0, 30, 70, 120])
WEIGHTS = np.array([0.4, 0.3, 0.2, 0.1, 0.0])


@pytest.fixture
def labels():
    return np.random.default_rng(5).integers(0, 2, 120)


@pytest.fixture
def logits(labels):
    """Five voices that know a little, the last without weight."""
    noise = np.random.default_rng(6).normal(size=(5, 120))
    return 0.3 * noise + 0.1 * (2 * labels - 1)


def mixture(voices, mixes="logits", weights=WEIGHTS, slope=1.7):
    return Mixture(voices, weights, slope, np.empty(0), mixes)


def test_sizes_are_fibonaccis_numbers_and_all():
    assert crowd_size.ladder(30) == [1, 2, 3, 5, 8, 13, 21, 30]
    assert crowd_size.ladder(34) == [1, 2, 3, 5, 8, 13, 21, 34]
    assert [crowd_size.ladder(n) for n in (1, 2, 3, 4)] == [[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]


def test_few_subsets_are_all_taken_and_many_are_drawn_from_the_seed():
    assert len(crowd_size.subsets(10, 2, seed=1)) == 45
    drawn = crowd_size.subsets(20, 5, seed=1)
    assert drawn.shape == (50, 5)
    assert all(len(set(row)) == 5 and set(row) <= set(range(20)) for row in drawn)
    assert np.array_equal(drawn, crowd_size.subsets(20, 5, seed=1))
    assert not np.array_equal(drawn, crowd_size.subsets(20, 5, seed=2))
    for size, seed, code in ((0, 1, "bad_count"), (21, 1, "bad_count"), (5, -1, "bad_seed")):
        with pytest.raises(NumericsError, match=code):
            crowd_size.subsets(20, size, seed=seed)


def test_a_restricted_blend_keeps_the_total_weight_and_the_slope(logits):
    places = np.array([[0, 1], [1, 3], [3, 4]])
    found = crowd_size.restricted(mixture(logits), places)
    for row, (i, j) in zip(found, places, strict=True):
        shares = WEIGHTS[[i, j]] / WEIGHTS[[i, j]].sum()
        assert row == pytest.approx(expit(1.7 * (shares @ logits[[i, j]])), abs=1e-14)


def test_a_restricted_pool_is_renormalised(logits):
    p = expit(logits)
    found = crowd_size.restricted(mixture(p, "probabilities"), np.array([[0, 2, 3]]))
    assert found[0] == pytest.approx((0.4 * p[0] + 0.2 * p[2] + 0.1 * p[3]) / 0.7, abs=1e-14)


def test_those_without_weight_are_a_coin(logits, labels):
    assert (crowd_size.restricted(mixture(logits), np.array([[4]])) == 0.5).all()
    one = crowd_size.curve(mixture(logits), labels, STARTS, seed=1)[0]
    alone = [1.7 * row for row in logits[:4]]
    gains = [LN2 - log_loss(expit(z), labels) for z in alone] + [0.0]
    assert one.gain == pytest.approx(np.mean(gains), abs=1e-12)
    assert (one.gain_low, one.gain_high) == pytest.approx(np.quantile(gains, [0.1, 0.9]), abs=1e-12)
    # It takes no side and has no order, and is left out of both.
    assert one.hit_rate == pytest.approx(np.mean([(z > 0) == labels for z in alone]), abs=1e-12)


def test_all_but_one_is_what_leaving_one_out_says(logits, labels):
    four = mixture(logits[:4], weights=WEIGHTS[:4])
    loo = four.loo(labels)
    whole, left = (
        crowd_size.curve(four, labels, STARTS, seed=1)[-1],
        list(itertools.combinations(range(4), 3)),
    )
    p = crowd_size.restricted(four, np.array(left))
    for row, kept in zip(p, left, strict=True):
        (out,) = set(range(4)) - set(kept)
        assert whole.gain - (LN2 - log_loss(row, labels)) == pytest.approx(loo[out], abs=1e-12)


def test_the_whole_crowd_is_the_meta_model(logits, labels):
    last = crowd_size.curve(mixture(logits), labels, STARTS, seed=1)[-1]
    p = expit(1.7 * (WEIGHTS @ logits))
    eras = [spearmanr(p[a:b], labels[a:b]).statistic for a, b in itertools.pairwise(STARTS)]
    assert (last.participants, last.subsets) == (5, 1)
    assert last.gain == last.gain_low == last.gain_high == pytest.approx(LN2 - log_loss(p, labels), abs=1e-12)
    assert last.hit_rate == pytest.approx(np.mean((p > 0.5) == labels))
    assert last.ic == pytest.approx(np.mean(eras), abs=1e-12)


def test_a_crowd_of_equals_gains_with_its_size():
    random = np.random.default_rng(2)
    y = random.integers(0, 2, 3_000)
    voices = 0.1 * (2 * y - 1) + 0.4 * random.normal(size=(24, 3_000))
    found = crowd_size.curve(
        mixture(voices, weights=np.full(24, 1 / 24), slope=1.0), y, np.arange(0, 3_001, 500), seed=3
    )
    for name in ("gain", "ic", "hit_rate"):
        figures = [getattr(one, name) for one in found]
        assert figures == sorted(figures)
    widths = [one.gain_high - one.gain_low for one in found]
    assert widths[0] > widths[-2] > widths[-1] == 0.0


def test_one_class_has_no_order(logits):
    found = crowd_size.curve(mixture(logits), np.ones(120, dtype=int), STARTS, seed=1)
    assert all((one.ic, one.ic_low, one.ic_high) == (None, None, None) for one in found)
    assert all(one.hit_rate is not None for one in found)
