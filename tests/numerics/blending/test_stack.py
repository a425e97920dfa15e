"""`stack` against SLSQP and scikit-learn, its proof made again by other means, and what could upset it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, xlogy
from sklearn.linear_model import LogisticRegression

from tournaments.numerics.blending import ridge, stack
from tournaments.numerics.blending.cone import project, shortfall
from tournaments.numerics.blending.voices import Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing


def losses(w: Any, z: Any, y: Any) -> Any:
    return np.logaddexp(0.0, np.where(y, -1.0, 1.0) * (np.asarray(w) @ z))


def evidence_of(z: Any, y: Any, eras: int) -> Evidence:
    z = np.asarray(z, dtype=float)
    starts = np.linspace(0, z.shape[1], eras + 1).astype(np.int64)
    return Evidence(Voices(z, z), np.asarray(y, bool), starts, np.ones((z.shape[0], eras), bool))


def crowd(seed: int, voices: int, rows: int, noise: float = 1.0, scale: float = 0.2) -> tuple[Any, Any]:
    """Voices (N, H) that each see three of eight causes, and labels."""
    random = np.random.default_rng(seed)
    causes = random.normal(size=(8, rows))
    y = random.random(rows) < expit(causes.sum(axis=0) * scale / 2)
    seen = np.stack([causes[random.choice(8, 3, replace=False)].sum(axis=0) for _ in range(voices)])
    heard = seen + noise * random.uniform(0.5, 3.0, (voices, 1)) * random.normal(size=(voices, rows))
    return scale * heard / heard.std(axis=1, keepdims=True), y


def fit(z: Any, y: Any, eras: int = 12, embargo: int = 1) -> Weighing:
    evidence = evidence_of(z, y, eras)
    return stack.fit(evidence.voices, Facts(embargo=embargo), evidence)


def posed(z: Any, y: Any, centre: float, cap: float) -> ridge.Problem:
    (gram,) = ridge.grams(z, [z.shape[1]])
    return ridge.Problem(z, np.asarray(y, bool), gram, np.full(len(z), centre), cap)


def solved(problem: ridge.Problem, strength: float) -> ridge.Solution:
    start = project(problem.centre, problem.cap)
    return ridge.solve(problem, strength, ridge.look(problem, start))


def value(w: Any, problem: ridge.Problem, strength: float) -> float:
    w = np.asarray(w)
    return float(losses(w, problem.z, problem.y).mean() + strength * ((w - problem.centre) ** 2).sum())


def slsqp(goal: Any, voices: int, cap: float) -> Any:
    limits = {"type": "ineq", "fun": lambda w: cap * w.sum() - w, "jac": lambda w: cap - np.eye(len(w))}
    start = np.full(voices, 0.1)
    options = {"ftol": 1e-15, "maxiter": 1000}
    bounds = [(0.0, None)] * voices
    return minimize(goal, start, method="SLSQP", bounds=bounds, constraints=[limits], options=options)


@pytest.mark.parametrize("cap", [1.0, 0.3, 0.2])
@pytest.mark.parametrize("strength", [1.0, 1e-2, 1e-4])
def test_weights_are_those_of_slsqp(cap: float, strength: float) -> None:
    z, y = crowd(1, 10, 400)
    problem = posed(z, y, 0.15, cap)
    ours = solved(problem, strength)
    theirs = slsqp(lambda w: value(w, problem, strength), 10, cap)
    assert value(ours.w, problem, strength) <= theirs.fun + 1e-10
    assert ours.w == pytest.approx(theirs.x, abs=2e-3 if strength < 1e-3 else 2e-4)
    assert ours.w.max() <= cap * ours.w.sum() + 1e-12


def test_weights_are_those_of_scikit_learn_where_no_bound_is_in_the_way() -> None:
    z, y = crowd(2, 4, 3_000)
    problem, strength = posed(z, y, 0.0, 1.0), 1e-3
    model = LogisticRegression(C=1 / (2 * strength * y.size), fit_intercept=False, tol=1e-12, max_iter=1000)
    theirs = model.fit(z.T, y).coef_[0]
    assert theirs.min() > 0.0
    assert solved(problem, strength).w == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("cap", [1.0, 0.25])
@pytest.mark.parametrize("strength", [1e-1, 1e-3])
def test_the_proof_holds_when_it_is_made_again(cap: float, strength: float) -> None:
    z, y = crowd(4, 8, 500)
    problem = posed(z, y, 0.1, cap)
    for w in (solved(problem, strength).w, np.full(8, 0.1), np.arange(1.0, 9.0) / 36):
        u = expit(w @ z) - y
        conjugate = xlogy(u + y, u + y) + xlogy(1 - u - y, 1 - u - y)
        slopes = z @ u / y.size
        inner = slsqp(lambda x: slopes @ x + strength * ((x - problem.centre) ** 2).sum(), 8, cap)  # noqa: B023
        gap = value(w, problem, strength) - (inner.fun - conjugate.mean())
        gradient = slopes + 2 * strength * (w - problem.centre)
        assert shortfall(gradient, w, strength, cap) == pytest.approx(gap, abs=1e-9)
    best = solved(problem, strength)
    assert best.certified
    assert best.gap <= 1e-12


def test_who_weighs_nothing_would_do_harm_and_all_others_pull_alike() -> None:
    z, y = crowd(5, 12, 600)
    problem, strength = posed(z, y, 0.1, 1.0), 1e-3
    w = solved(problem, strength).w
    gradient = z @ (expit(w @ z) - y) / y.size + 2 * strength * (w - problem.centre)
    assert 0 < np.sum(w == 0.0) < 12
    assert gradient[w > 0.0] == pytest.approx(0.0, abs=1e-7)
    assert gradient[w == 0.0].min() >= -1e-7


def test_one_voice_is_a_slope_drawn_to_that_of_calibrated() -> None:
    z, y = crowd(6, 1, 600)
    found = fit(z, y)
    strength, alpha = found.settings["lambda"], found.settings["alpha"]
    goal = minimize_scalar(lambda a: losses([a], z, y).mean() + strength * (a - alpha) ** 2)
    assert found.weights.tolist() == [1.0]
    assert found.slope == pytest.approx(goal.x, abs=1e-6)
    assert found.certified


def test_two_of_the_same_voice_share_what_one_would_weigh() -> None:
    z, y = crowd(6, 1, 600)
    found = fit(np.repeat(z, 2, axis=0), y)
    strength, alpha = found.settings["lambda"], found.settings["alpha"]
    goal = minimize_scalar(lambda a: losses([a], z, y).mean() + strength / 2 * (a - alpha) ** 2)
    assert found.weights == pytest.approx([0.5, 0.5], abs=1e-9)
    assert found.slope == pytest.approx(goal.x, abs=1e-6)


def test_no_voice_weighs_more_than_five_times_its_share() -> None:
    z, y = crowd(7, 12, 6_000, noise=0.1, scale=1.0)
    z[1:] = np.random.default_rng(70).normal(size=(11, 6_000))
    found = fit(z, y)
    assert found.weights.max() == pytest.approx(5 / 12)
    assert found.weights.argmax() == 0
    assert found.certified


def test_few_eras_are_all_but_calibrated() -> None:
    z, y = crowd(8, 6, 600)
    found = fit(z, y, eras=6)
    assert found.weights == pytest.approx(np.full(6, 1 / 6), abs=0.02)
    assert found.settings["lambda"] == 6**2 / (2 * 600 * 0.1**2)
    assert found.slope == pytest.approx(found.settings["alpha"], rel=0.02)


def test_without_evidence_all_weigh_the_same() -> None:
    voices = Voices(np.ones((3, 2)), np.ones((3, 2)))
    found = stack.fit(voices, Facts(), None)
    assert (found.weights.tolist(), found.slope) == ([1 / 3] * 3, 1.0)


@given(st.integers(1, 200), st.integers(1, 12))
def test_a_fold_is_judged_after_the_embargo_of_what_it_was_fitted_on(eras: int, embargo: int) -> None:
    folds = stack._folds(eras, embargo)
    assert all(fitted + embargo == first < last <= eras for fitted, first, last in folds)
    assert all(fitted >= 2 for fitted, _, _ in folds)
    assert all(before[2] == after[1] for before, after in pairwise(folds))
    assert not folds or folds[-1][2] == eras


def test_labels_of_the_embargo_and_later_are_not_seen() -> None:
    z, y = crowd(9, 6, 900)
    evidence = evidence_of(z, y, 18)
    planted = evidence_of(z, np.concatenate([y[:700], ~y[700:]]), 18)
    found, other = (stack.fit(e.voices, Facts(embargo=2), e.before(14)) for e in (evidence, planted))
    assert found.settings == other.settings
    assert np.array_equal(found.weights, other.weights)
    folds = stack._folds(18, 2)
    assert folds[-1][0] * 50 <= 700  # so the last fold, too, may only be judged otherwise
    seen, unseen = ([*_fold_weights(e, folds)] for e in (evidence, planted))
    assert all(np.array_equal(a, b) for a, b in zip(seen, unseen, strict=True))


def _fold_weights(evidence: Evidence, folds: Any) -> Any:
    for fitted, _, _ in folds:
        if evidence.starts[fitted] <= 700:
            (gram,) = ridge.grams(evidence.voices.z, [int(evidence.starts[fitted])])
            yield from (found.w for found in stack._past(evidence.before(fitted), gram).path(1e-8))


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.integers(1, 9))
def test_the_order_of_rows_and_of_voices_does_not_matter(seed: int, voices: int) -> None:
    z, y = crowd(seed, voices, 240)
    random = np.random.default_rng(seed)
    rows = np.concatenate([era + random.permutation(20) for era in range(0, 240, 20)])
    people = random.permutation(voices)
    found, moved = fit(z, y), fit(z[people][:, rows], y[rows])
    assert moved.settings == pytest.approx(found.settings, rel=1e-9)
    assert moved.weights == pytest.approx(found.weights[people], abs=1e-5)
    assert moved.slope == pytest.approx(found.slope, abs=1e-5)


RANDOM = np.random.default_rng(10)
BITS = RANDOM.integers(0, 2, 240)
ODD = {
    "one row an era": (RANDOM.normal(size=(3, 12)), BITS[:12]),
    "more voices than rows": (RANDOM.normal(size=(60, 24)) * 0.1, BITS[:24]),
    "all the same": (np.tile(RANDOM.normal(size=240), (9, 1)), BITS),
    "a coin each": (np.zeros((7, 240)), BITS),
    "constants": (np.tile(np.linspace(-1.0, 1.0, 8)[:, None], 240), BITS),
    "next to nothing": (RANDOM.normal(size=(8, 240)) * 1e-12, BITS),
    "separable": (np.where(BITS, 13.8, -13.8) * np.ones((6, 1)), BITS),
    "separable and wrong": (np.where(BITS, -13.8, 13.8) * np.ones((6, 1)), BITS),
    "certain and random": (RANDOM.choice([-13.8, 13.8], size=(30, 240)), BITS),
    "one that shouts": (RANDOM.normal(size=(12, 240)) * np.r_[[1e3], np.ones(11) * 1e-3][:, None], BITS),
    "labels all one": (RANDOM.normal(size=(5, 240)), np.ones(240)),
    "copies and their opposites": (np.outer(np.r_[np.ones(6), -np.ones(6)], RANDOM.normal(size=240)), BITS),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ODD)
def test_odd_evidence_has_an_answer(name: str) -> None:
    z, y = ODD[name]
    found = fit(z, y)
    assert found.certified
    assert found.weights.sum() == pytest.approx(1.0)
    assert found.weights.min() >= 0.0
    assert found.weights.max() <= 5 / len(z) + 1e-9
    assert np.isfinite(found.slope)
    assert found.slope >= 0.0
    assert list(found.weights) == list(fit(z, y).weights)


def test_a_crowd_that_was_always_wrong_is_not_listened_to() -> None:
    z, y = crowd(11, 6, 4_000, noise=0.1)
    found = fit(z, ~y)
    assert found.slope < 0.1
    assert found.weights.sum() == pytest.approx(1.0)


def test_a_search_that_is_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ridge, "_ROUNDS", 1)
    z, y = crowd(12, 8, 600)
    found = fit(3 * z, y)
    assert not found.certified
    assert found.gap is not None
    assert found.gap > 1e-6


def test_junk_costs_next_to_nothing() -> None:
    good, y = crowd(13, 14, 12_000, scale=0.25)
    random = np.random.default_rng(130)
    junk = [
        *(0.25 * random.normal(size=(2, 12_000))),
        -good[0],
        5.0 * good[1],
        1e-4 * random.normal(size=12_000),
        good[2],
    ]
    z, half = np.vstack([good, junk]), 6_000
    found = fit(z[:, :half], y[:half], eras=24)
    ours = losses(found.slope * found.weights, z[:, half:], y[half:]).mean()
    assert ours <= losses(np.full(14, 1 / 14), good[:, half:], y[half:]).mean() + 1e-4
    assert found.weights[16] < 1 / 20  # the opposite of the first
