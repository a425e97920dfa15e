"""The cone of weights: projections against their conditions, quadratic forms against SLSQP."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from tournaments.numerics.blending.cone import minimise, project, shortfall


def slsqp(goal: Any, voices: int, cap: float) -> Any:
    limits = {"type": "ineq", "fun": lambda w: cap * w.sum() - w, "jac": lambda w: cap - np.eye(len(w))}
    start = np.full(voices, 0.1)
    options = {"ftol": 1e-15, "maxiter": 1000}
    bounds = [(0.0, None)] * voices
    return minimize(goal, start, method="SLSQP", bounds=bounds, constraints=[limits], options=options)


@pytest.mark.parametrize(
    ("v", "cap", "nearest"),
    [
        ([3.0, 1.0, -1.0], 1.0, [3.0, 1.0, 0.0]),
        ([-1.0, -2.0], 1.0, [0.0, 0.0]),
        ([3.0, 1.0, -5.0], 0.5, [2.0, 2.0, 0.0]),  # the two that may have all
        ([1.0, -2.0, -2.0], 0.5, [0.0, 0.0, 0.0]),  # nothing with a second voice is near
        ([4.0, 1.0, 1.0], 0.5, [10 / 3, 5 / 3, 5 / 3]),  # (2t, t, t): 12 t = 20
        ([7.0, 1.0, 1.0, 1.0], 0.25, [2.5, 2.5, 2.5, 2.5]),  # only equal weights are left
    ],
)
def test_the_nearest_weights_are_those_found_by_hand(v: Any, cap: float, nearest: Any) -> None:
    assert project(np.array(v), cap) == pytest.approx(np.array(nearest), abs=1e-12)


@given(st.integers(0, 10**6), st.integers(1, 40), st.floats(1.0, 30.0), st.floats(-3.0, 3.0))
def test_what_is_projected_away_points_out_of_the_cone(
    seed: int, size: int, loose: float, shift: float
) -> None:
    """Moreau: the nearest alone is in the cone, at right angles to v - w, and v - w in the polar cone."""
    v = np.random.default_rng(seed).normal(size=size) + shift
    cap = min(loose / size, 1.0)
    w = project(v, cap)
    assert w.min() >= 0.0
    assert w.max() <= cap * w.sum() + 1e-12
    away = np.sort(v - w)[::-1]
    assert (v - w) @ w == pytest.approx(0.0, abs=1e-9)
    shares = np.clip(1.0 / cap - np.arange(size), 0.0, 1.0)  # the ray of the cone that goes farthest along it
    assert away @ shares <= 1e-9


@pytest.mark.parametrize("cap", [1.0, 0.4, 0.2, 0.125])
def test_forms_are_least_where_slsqp_finds_them(cap: float) -> None:
    random = np.random.default_rng(3)
    root, pull = random.normal(size=(8, 8)), random.normal(size=8)
    curvature = root @ root.T + 0.01 * np.eye(8)
    w = minimise(curvature, pull, np.ones(8), 0.005, cap, 1e-12)
    found = slsqp(lambda x: 0.5 * x @ curvature @ x - pull @ x, 8, cap)
    assert 0.5 * w @ curvature @ w - pull @ w <= found.fun + 1e-10
    assert shortfall(curvature @ w - pull, w, 0.005, cap) <= 1e-11


def test_nothing_is_best_where_everything_pulls_down() -> None:
    assert minimise(np.eye(8), -np.ones(8), np.ones(8), 0.5, 0.2, 1e-12).tolist() == [0.0] * 8
