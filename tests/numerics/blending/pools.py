"""Small crowds for the blends that mix probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

KINDS = ("honest", "wild", "certain", "copies", "more voices than rows")


def crowd(seed: int, voices: int, rows: int, kind: str = "honest") -> tuple[Any, Any]:
    """Probabilities p (P, H) of a kind of crowd, and labels (H,) of which the honest know something."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(6, rows))
    y = rng.random(rows) < expit(factors[0] - 0.5 * factors[1])
    z = 0.5 * rng.normal(size=(voices, 6)) @ factors + 0.3 * rng.normal(size=(voices, rows))
    if kind == "wild":
        z *= rng.choice([-1.0, 0.01, 1.0, 5.0, 30.0], (voices, 1))
    if kind == "certain":
        return np.where(rng.random((voices, rows)) < 0.5, 0.0, 1.0), y
    if kind == "copies":
        z = z[rng.integers(0, max(1, voices // 3), voices)]
    if kind == "more voices than rows":
        z, y = z[:, : max(2, rows // 20)], y[: max(2, rows // 20)]
    return expit(z), y


def likelihoods(p: Any, y: Any, eps: float = 1e-6) -> Any:
    """What a voice held likely of what happened (P, H), clipped."""
    clipped = np.clip(p, eps, 1 - eps)
    return np.where(y, clipped, 1 - clipped)
