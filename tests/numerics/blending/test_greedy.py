"""Greedy selection: its picks are those of scoring every mix at every step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit
from sklearn.metrics import log_loss

from tests.numerics.blending.pools import KINDS, crowd, likelihoods
from tournaments.numerics.blending import greedy, screening
from tournaments.numerics.blending.greedy import greedy_weights, picks
from tournaments.numerics.blending.voices import PROBABILITIES, Voices
from tournaments.numerics.blending.weighing import Facts, evidence_of


def plain_picks(q, steps, who=None):
    """Score every mix at every step; the first of those that are as good to 1e-13 nats."""
    everyone = np.arange(len(q)) if who is None else who
    summed, found = np.zeros(q.shape[1]), []
    for _ in range(steps):
        scores = np.log(summed + q[everyone]).mean(axis=1)
        found.append(int(everyone[np.argmax(scores >= scores.max() - greedy.TIE)]))
        summed += q[found[-1]]
    return found


@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 400), st.sampled_from(KINDS))
def test_the_picks_are_those_of_brute_force(seed, voices, rows, kind) -> None:
    p, y = crowd(seed, voices, rows, kind)
    assert picks(p, y, steps=30).tolist() == plain_picks(likelihoods(p, y), 30)


def test_a_hundred_steps_among_many_voices_are_no_other_case() -> None:
    p, y = crowd(2, 150, 2_500)
    assert picks(p, y).tolist() == plain_picks(likelihoods(p, y), 100)


def test_the_picks_are_those_of_scikit_learns_log_loss() -> None:
    p, y = crowd(4, 8, 150)
    clipped, total, expected = np.clip(p, 1e-6, 1 - 1e-6), np.zeros(150), []
    for step in range(1, 13):
        expected.append(int(np.argmin([log_loss(y, (total + one) / step) for one in clipped])))
        total += clipped[expected[-1]]
    assert picks(p, y, steps=12).tolist() == expected


def test_first_picks_are_worked_by_hand() -> None:
    # Likelihoods (.9, .9, .1) and (.1, .1, .9). The first: .081 > .009. The second: 1.8² x .2 = .648 or
    # 1.0³ = 1. The third, of sums (1.9, 1.9, 1.1) = 3.971 or (1.1, 1.1, 1.9) = 2.299.
    assert picks([[0.9, 0.9, 0.1], [0.1, 0.1, 0.9]], [1, 1, 1], steps=3).tolist() == [0, 1, 0]


def test_of_equals_the_first_is_picked() -> None:
    assert picks([[0.4, 0.6], [0.6, 0.6], [0.6, 0.6]], [1, 1], steps=5).tolist() == [1] * 5


@given(
    st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 300), st.integers(1, 60), st.sampled_from(KINDS)
)
def test_a_bound_is_never_below_what_it_bounds(seed, voices, rows, steps, kind) -> None:
    p, y = crowd(seed, voices, rows, kind)
    q = likelihoods(p, y)
    summed = q[np.random.default_rng(seed).integers(0, voices, steps)].sum(axis=0)
    single = screening.in_single_precision(np.clip(p, 1e-6, 1 - 1e-6), np.where(y, 0.0, 1.0))
    found = screening.bounds(single, np.arange(voices), summed, steps)
    exact = np.log1p((steps * q / summed - 1) / (steps + 1)).mean(axis=1)
    assert (found >= exact).all()


def test_a_bound_is_near_enough_to_leave_out_nearly_all() -> None:
    p, y = crowd(9, 200, 2_000)
    q = likelihoods(p, y)
    single = screening.in_single_precision(p, np.where(y, 0.0, 1.0))
    summed = q[plain_picks(q, 10)].sum(axis=0)
    gains = np.log1p((10 * q / summed - 1) / 11).mean(axis=1)
    found = screening.bounds(single, np.arange(200), summed, 10)
    assert np.count_nonzero(found >= gains.max()) <= 10


def test_weights_are_shares_of_the_picks_of_all_bags() -> None:
    p, y = crowd(6, 30, 400)
    found, q = greedy_weights(p, y, seed=5, steps=20), likelihoods(p, y)
    ranked = np.argsort(-np.log(q).mean(axis=1), kind="stable")
    random, expected = np.random.default_rng(5), np.zeros(30)
    for _ in range(greedy.BAGS // 2):
        for half in np.array_split(random.permutation(30), 2):
            expected += np.bincount(plain_picks(q, 20, ranked[np.sort(half)]), minlength=30)
    assert found.weights == pytest.approx(expected / expected.sum())
    assert found.settings == {"bags": 8.0, "steps": 20.0}


def test_few_voices_are_one_bag() -> None:
    p, y = crowd(8, greedy.BAGS - 1, 300)
    expected = np.bincount(plain_picks(likelihoods(p, y), 100), minlength=greedy.BAGS - 1) / 100
    assert greedy_weights(p, y, seed=1).weights == pytest.approx(expected)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(2, 25), st.sampled_from(("honest", "wild", "copies")))
def test_neither_the_order_of_rows_nor_of_voices_matters(seed, voices, kind) -> None:
    p, y = crowd(seed, voices, 200, kind)
    random = np.random.default_rng(seed)
    order, rows = random.permutation(voices), random.permutation(200)
    there = greedy_weights(p, y, seed=3, steps=15).weights
    back = greedy_weights(p[order][:, rows], y[rows], seed=3, steps=15).weights
    assert back == pytest.approx(there[order], abs=1e-12)


def test_identical_voices_weigh_the_same() -> None:
    p, y = crowd(3, 5, 300)
    found = greedy_weights(p[[0, 1, 1, 2, 3, 4, 1]], y, seed=1).weights
    assert found[1] == found[2] == found[6]
    assert found.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("voices", [1, 2, 9])
def test_voices_that_all_say_the_same_weigh_the_same(voices) -> None:
    found = greedy_weights(np.full((voices, 6), 0.3), [1, 0, 1, 1, 0, 0], seed=1).weights
    assert found == pytest.approx([1 / voices] * voices)


def test_the_blend_is_fitted_on_the_evidence_and_drawn_by_the_rounds_seed() -> None:
    p, y = crowd(11, 12, 200)
    past = Voices(logit(p), logit(p))
    evidence = evidence_of(past, y, [0, 100, 200], np.ones((12, 2), dtype=bool))
    found = greedy.fit(past, Facts(seed=4), evidence)
    assert found.weights == pytest.approx(greedy_weights(p, y, seed=4).weights)
    assert (greedy.MIXES, found.slope, found.gap, found.certified) == (PROBABILITIES, 1.0, None, True)
    assert greedy.fit(past, Facts(), None).weights == pytest.approx([1 / 12] * 12)
