"""Log loss, gain, consistency and the scores of a split."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss as sklearn_log_loss

from tournaments.numerics import losses
from tournaments.numerics.bootstrap import era_draws
from tournaments.numerics.errors import NumericsError

FILES = st.lists(st.tuples(st.floats(0.0, 1.0), st.integers(0, 1)), min_size=1, max_size=60)


def columns(file: list[tuple[float, int]]) -> tuple[list[float], list[int]]:
    return [p for p, _ in file], [y for _, y in file]


@pytest.mark.parametrize(
    ("p", "y", "expected"),
    [
        ([0.5], [1], math.log(2)),
        ([0.8, 0.6], [1, 0], -(math.log(0.8) + math.log(0.4)) / 2),
        ([1.0], [0], -math.log(1e-6)),
        ([0.0], [1], -math.log(1e-6)),
        ([1.0], [1], -math.log(1 - 1e-6)),
    ],
)
def test_log_loss_of_tables_worked_by_hand(p: list[float], y: list[int], expected: float) -> None:
    # 1 - (1 - 1e-6) keeps ten digits of 1e-6, as it does in scikit-learn.
    assert losses.log_loss(p, y) == pytest.approx(expected, abs=1e-10)


@given(FILES)
def test_log_loss_equals_scikit_learn_on_the_clipped_values(file: list[tuple[float, int]]) -> None:
    p, y = columns(file)
    theirs = sklearn_log_loss(y, np.clip(p, 1e-6, 1 - 1e-6), labels=[0, 1])
    assert losses.log_loss(p, y) == pytest.approx(theirs, abs=1e-12)


def test_log_loss_equals_scikit_learn_on_a_file_of_the_usual_size() -> None:
    rng = np.random.default_rng(3)
    p, y = rng.beta(20, 20, 36_072), rng.integers(0, 2, 36_072)
    assert abs(losses.log_loss(p, y) - sklearn_log_loss(y, p)) <= 1e-12


@given(FILES, st.randoms(use_true_random=False))
def test_log_loss_does_not_depend_on_the_order_of_rows(file: list[tuple[float, int]], random: Any) -> None:
    shuffled = random.sample(file, len(file))
    assert losses.log_loss(*columns(shuffled)) == pytest.approx(losses.log_loss(*columns(file)), abs=1e-12)


def test_era_log_loss_is_the_log_loss_of_each_era() -> None:
    p, y = [0.9, 0.2, 0.4, 0.7, 0.6], [1, 0, 1, 1, 0]
    by_hand = [losses.log_loss(p[:2], y[:2]), losses.log_loss(p[2:3], y[2:3]), losses.log_loss(p[3:], y[3:])]
    assert losses.era_log_loss(p, y, [0, 2, 3, 5]) == pytest.approx(by_hand, abs=1e-15)


def test_a_wider_clip_bounds_the_loss() -> None:
    assert losses.log_loss([1.0], [0], eps=0.1) == pytest.approx(-math.log(0.1))


def test_consistency_counts_eras_below_ln_2() -> None:
    assert losses.consistency([0.69, 0.70, 0.693, 0.6931471]) == 0.75


@given(st.integers(1, 400))
def test_a_coin_is_never_consistent(rows: int) -> None:
    # The mean of equal losses may round to just below ln 2.
    era_losses = losses.era_log_loss([0.5] * rows, [1] * rows, [0, rows])
    assert losses.consistency(era_losses) == 0.0


def test_score_split_gathers_the_scores_of_a_split() -> None:
    p, y, starts = [0.8, 0.6, 0.7, 0.7], [1, 0, 1, 1], [0, 2, 4]
    first, second = (-(math.log(0.8) + math.log(0.4)) / 2, -math.log(0.7))
    score = losses.score_split(p, y, starts, era_draws(1, 2, 1000))
    assert score.era_losses == pytest.approx([first, second])
    assert score.era_rows.tolist() == [2, 2]
    assert score.log_loss == pytest.approx((first + second) / 2)
    assert score.units == round(score.log_loss * 1e9)
    assert score.gain == pytest.approx(math.log(2) - score.log_loss)
    assert score.era_mean == pytest.approx((first + second) / 2)
    assert score.era_sd == pytest.approx((first - second) / 2)
    assert score.era_worst == pytest.approx(first)
    assert score.consistency == 1.0
    assert score.gain_low == pytest.approx(math.log(2) - first, abs=1e-9)
    assert score.gain_high == pytest.approx(math.log(2) - second, abs=1e-9)
    assert score.undefined == {}


def test_a_split_of_one_era_has_no_interval_and_says_why() -> None:
    score = losses.score_split([0.8, 0.6], [1, 0], [0, 2], era_draws(1, 1, 10))
    assert (score.gain_low, score.gain_high, score.era_sd) == (None, None, None)
    assert score.undefined == dict.fromkeys(("gain_low", "gain_high", "era_sd"), "too_few_eras")


@pytest.mark.parametrize(
    ("p", "y", "starts", "code"),
    [
        ([0.5, math.nan], [0, 1], [0, 2], "not_finite"),
        ([0.5, math.inf], [0, 1], [0, 2], "not_finite"),
        ([0.5, 1.1], [0, 1], [0, 2], "not_a_probability"),
        ([0.5, -1e-9], [0, 1], [0, 2], "not_a_probability"),
        (np.array([0.5, 0.5], dtype=np.float32), [0, 1], [0, 2], "single_precision"),
        ([[0.5, 0.5]], [0, 1], [0, 2], "bad_shape"),
        ([], [], [0, 0], "empty"),
        ([0.5, 0.5], [0, -1], [0, 2], "not_a_label"),
        ([0.5, 0.5], [0, math.nan], [0, 2], "not_a_label"),
        ([0.5, 0.5], [0, 0.5], [0, 2], "not_a_label"),
        ([0.5, 0.5], [0], [0, 2], "bad_shape"),
        ([0.5, 0.5], [0, 1], [0, 1], "bad_starts"),
        ([0.5, 0.5], [0, 1], [0, 1, 1, 2], "bad_starts"),
        ([0.5, 0.5], [0, 1], [1, 2], "bad_starts"),
        ([0.5, 0.5], [0, 1], [0.0, 2.0], "bad_starts"),
    ],
)
def test_bad_input_is_refused_with_a_code(p: Any, y: Any, starts: Any, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        losses.era_log_loss(p, y, starts)
    assert caught.value.code == code


def test_a_refusal_names_the_row() -> None:
    with pytest.raises(NumericsError) as caught:
        losses.log_loss([0.5, 0.5, 0.5], [0, 1, 2])
    assert caught.value.place == {"row": 2}
    with pytest.raises(NumericsError) as caught:
        losses.clip([0.5, math.nan])
    assert caught.value.place["at"] == [1]


@pytest.mark.parametrize("eps", [0.0, 0.5, -1e-6, math.nan, 1e-16])
def test_a_clip_bound_outside_its_range_is_refused(eps: float) -> None:
    with pytest.raises(NumericsError) as caught:
        losses.clip([0.5], eps)
    assert caught.value.code == "bad_epsilon"
