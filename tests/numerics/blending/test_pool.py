"""The likeliest pool: against SciPy's SLSQP, tables worked by hand, and its own certificate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import logit

from tests.numerics.blending.pools import KINDS, crowd, likelihoods
from tournaments.numerics.blending import pool
from tournaments.numerics.blending.pool import simplex_weights
from tournaments.numerics.blending.voices import PROBABILITIES, Voices
from tournaments.numerics.blending.weighing import Facts, evidence_of
from tournaments.numerics.errors import NumericsError


def loss(weights, q):
    return float(-np.mean(np.log(weights @ q)))


def slsqp(q):
    start = np.full(len(q), 1 / len(q))
    return minimize(
        loss,
        start,
        args=(q,),
        jac=lambda w, q: -(q / (w @ q)).mean(axis=1),
        method="SLSQP",
        bounds=[(0, 1)] * len(q),
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(len(w))},
        options={"maxiter": 500, "ftol": 1e-14},
    )


@pytest.mark.parametrize("kind", ["honest", "wild", "copies", "more voices than rows"])
@pytest.mark.parametrize(("voices", "rows"), [(3, 50), (12, 200), (25, 120)])
def test_no_weights_that_slsqp_finds_are_likelier(kind, voices, rows) -> None:
    p, y = crowd(7, voices, rows, kind)
    found, q = simplex_weights(p, y), likelihoods(p, y)
    peer = slsqp(q)
    assert found.certified
    assert loss(found.weights, q) <= peer.fun + 1e-8
    assert loss(found.weights, q) >= peer.fun - 1e-5


@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(1, 300), st.sampled_from(KINDS))
def test_the_certificate_is_true(seed, voices, rows, kind) -> None:
    p, y = crowd(seed, voices, rows, kind)
    found, q = simplex_weights(p, y), likelihoods(p, y)
    assert found.weights.min() >= 0.0
    assert found.weights.sum() == pytest.approx(1.0, abs=1e-12)
    again = (q / (found.weights @ q)).mean(axis=1).max() - 1.0
    assert found.gap == pytest.approx(max(again, 0.0), abs=1e-10)
    assert found.certified
    assert found.gap <= pool.CERTIFIED
    # What the gap promises: nobody alone, and no mix of all, is likelier by more.
    rivals = [
        *np.eye(voices),
        np.full(voices, 1 / voices),
        np.random.default_rng(seed).dirichlet(np.ones(voices)),
    ]
    assert all(loss(found.weights, q) <= loss(rival, q) + found.gap + 1e-12 for rival in rivals)


def test_two_who_are_right_in_turn_are_worked_by_hand() -> None:
    # Likelihoods (a, a, b) and (b, b, a): 2 ln(b + (a - b) w) + ln(a - (a - b) w) is largest where
    # b + (a - b) w = 2/3 of a + b. With a = 0.9, b = 0.1: 0.1 + 0.8 w = 2/3, w = 17/24.
    found = simplex_weights([[0.9, 0.9, 0.1], [0.1, 0.1, 0.9]], [1, 1, 1])
    assert found.weights == pytest.approx([17 / 24, 7 / 24], abs=1e-6)


def test_labels_are_read_as_they_are() -> None:
    found = simplex_weights([[0.9, 0.1, 0.1], [0.1, 0.9, 0.9]], [1, 0, 1])
    assert found.weights == pytest.approx([17 / 24, 7 / 24], abs=1e-6)


def test_whoever_is_better_on_every_row_has_all_the_weight() -> None:
    found = simplex_weights([[0.6, 0.7], [0.8, 0.9], [0.5, 0.5]], [1, 1])
    assert found.weights.tolist() == [0.0, 1.0, 0.0]
    assert found.gap == 0.0


def test_one_voice_has_all_the_weight() -> None:
    found = simplex_weights([[0.2, 0.9]], [1, 1])
    assert (found.weights.tolist(), found.slope, found.certified) == ([1.0], 1.0, True)


@pytest.mark.parametrize("said", [0.0, 0.5, 1.0])
def test_voices_that_all_say_the_same_weigh_the_same(said) -> None:
    found = simplex_weights(np.full((7, 9), said), np.arange(9) % 2)
    assert found.weights == pytest.approx([1 / 7] * 7)
    assert found.certified


def test_identical_voices_share_what_one_of_them_would_have() -> None:
    p, y = crowd(3, 4, 300)
    alone = simplex_weights(p, y).weights
    again = simplex_weights(p[[0, 1, 1, 2, 3, 1]], y).weights
    assert again[[1, 2, 5]] == pytest.approx([alone[1] / 3] * 3, abs=1e-7)
    assert again[[0, 3, 4]] == pytest.approx(alone[[0, 2, 3]], abs=1e-7)


@given(st.integers(0, 10**6), st.integers(2, 25), st.sampled_from(("honest", "wild", "copies")))
def test_neither_the_order_of_rows_nor_of_voices_matters(seed, voices, kind) -> None:
    p, y = crowd(seed, voices, 400, kind)
    random = np.random.default_rng(seed)
    order, rows = random.permutation(voices), random.permutation(400)
    there, back = simplex_weights(p, y).weights, simplex_weights(p[order][:, rows], y[rows]).weights
    assert back == pytest.approx(there[order], abs=1e-6)


def test_likelihoods_at_the_clip_on_either_side_are_solved() -> None:
    y = np.arange(40) % 2
    sure = np.where(np.arange(40) < 30, y, 1 - y).astype(float)
    found = simplex_weights([sure, 1 - sure], y, eps=1e-9)
    assert found.weights == pytest.approx([0.75, 0.25], abs=1e-5)
    assert found.certified


def test_what_makes_no_progress_is_returned_without_a_certificate(monkeypatch) -> None:
    p, y = crowd(5, 20, 200)
    monkeypatch.setattr(pool, "_active", lambda q, weights, enough: weights)
    stuck = simplex_weights(p, y)
    assert not stuck.certified
    assert stuck.gap > pool.CERTIFIED
    assert stuck.weights.sum() == pytest.approx(1.0)


def test_steps_without_newton_gain_too(monkeypatch) -> None:
    p, y = crowd(5, 20, 200)
    far = loss(np.full(20, 1 / 20), likelihoods(p, y))

    def refuse(a, b):
        raise RuntimeError("too many steps")

    monkeypatch.setattr(pool, "nnls", refuse)
    monkeypatch.setattr(pool, "_PASSES", 4)
    slow = simplex_weights(p, y)
    assert loss(slow.weights, likelihoods(p, y)) < far
    assert slow.weights.sum() == pytest.approx(1.0)


def test_the_blend_is_fitted_on_the_evidence_alone() -> None:
    p, y = crowd(11, 6, 200)
    past = Voices(logit(p), logit(p))
    evidence = evidence_of(past, y, [0, 100, 200], np.ones((6, 2), dtype=bool))
    now = past.rows(slice(0, 3))
    found = pool.fit(now, Facts(), evidence)
    assert found.weights == pytest.approx(simplex_weights(p, y).weights, abs=1e-7)
    assert (pool.MIXES, found.slope, found.certified) == (PROBABILITIES, 1.0, True)
    assert pool.fit(now, Facts(), None).weights == pytest.approx([1 / 6] * 6)


@pytest.mark.parametrize(
    ("p", "y", "code"),
    [
        ([[0.5, 1.2]], [1, 0], "not_a_probability"),
        ([[0.5, np.nan]], [1, 0], "not_finite"),
        ([[0.5, 0.5]], [1, 2], "not_a_label"),
        ([[0.5, 0.5]], [1], "bad_shape"),
        (np.empty((0, 3)), [1, 0, 1], "empty"),
    ],
)
def test_bad_input_is_refused_with_a_code(p, y, code) -> None:
    with pytest.raises(NumericsError) as caught:
        simplex_weights(p, y)
    assert caught.value.code == code
