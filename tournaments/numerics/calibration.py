"""Do probabilities mean what they say? Calibration bins, logistic recalibration, and the spread of p.

Source: FORMULAS section 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from tournaments.numerics import checks
from tournaments.numerics.blending.voices import logits
from tournaments.numerics.checks import Bools, Floats, Ints
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.losses import EPSILON, clip
from tournaments.numerics.ranks import doubled_ranks

BINS = 10
CELLS = 20
Z95 = 1.959963984540054
_STEPS, _CLOSE = 100, 1e-12


@dataclass(frozen=True, eq=False)
class Calibration:
    """Equal-count bins (B,) in rising p, and the recalibration P(y = 1) = sigma(intercept + slope z).

    `rate_low` and `rate_high` are Wilson's 95% interval of the observed rate, as if rows were independent.
    Where slope and intercept are None, `undefined` says why.
    """

    mean_p: Floats
    rate: Floats
    rate_low: Floats
    rate_high: Floats
    rows: Ints
    slope: float | None
    intercept: float | None
    undefined: dict[str, str]


def calibrate(p: npt.ArrayLike, y: npt.ArrayLike, eps: float = EPSILON, bins: int = BINS) -> Calibration:
    """How p (M,) and labels y (M,) agree: bins of equal count, and a logistic recalibration.

    The row of rank i of M, counted from 0, is in bin max(0, ceil(i bins / (M - 1)) - 1), where equal values
    share their average rank, and with it their bin: so the order of rows changes nothing, and few distinct
    values make fewer bins. On untied values these are the bins of scikit-learn's
    `calibration_curve(strategy="quantile")`.
    Raises NumericsError: as `losses.log_loss`, and `bad_count` for less than one bin.

    >>> found = calibrate([0.2, 0.4, 0.6, 0.8], [0, 1, 0, 1], bins=2)
    >>> found.mean_p.round(6).tolist(), found.rate.tolist(), found.rows.tolist()
    ([0.3, 0.7], [0.5, 0.5], [2, 2])
    >>> round(found.slope, 3), round(found.intercept, 3)
    (1.102, 0.0)
    """
    clipped = clip(p, eps)
    ones = checks.labels(y, clipped.size)
    bin_of = _bins(clipped, bins)
    rows: Ints = np.bincount(bin_of, minlength=bins)
    filled = rows > 0
    rows = rows[filled]
    rate = np.bincount(bin_of, ones, minlength=bins)[filled] / rows
    low, high = wilson(rate, rows)
    slope, intercept, reason = _recalibration(logits(clipped, eps), ones)
    return Calibration(
        mean_p=np.bincount(bin_of, clipped, minlength=bins)[filled] / rows,
        rate=rate,
        rate_low=low,
        rate_high=high,
        rows=rows,
        slope=slope,
        intercept=intercept,
        undefined=dict.fromkeys(("slope", "intercept"), reason) if reason else {},
    )


def wilson(rate: npt.ArrayLike, rows: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Wilson's 95% interval of rates (B,) observed in so many rows (B,).

    >>> [np.round(end, 4).tolist() for end in wilson([0.5, 0.0], [100, 10])]
    [[0.4038, 0.0], [0.5962, 0.2775]]
    """
    r, n = np.asarray(rate, dtype=np.float64), np.asarray(rows, dtype=np.float64)
    square = Z95 * Z95
    middle = r + square / (2 * n)
    half = Z95 * np.sqrt(r * (1 - r) / n + square / (4 * n * n))
    scale = 1 + square / n
    return np.maximum(0.0, (middle - half) / scale), np.minimum(1.0, (middle + half) / scale)


def spread(p: npt.ArrayLike, cells: int = CELLS) -> Ints:
    """How many of p (M,) lie in each of `cells` equal cells of [0, 1]; 1 itself is in the last: (cells,).

    Raises NumericsError: `not_finite`, `not_a_probability`, `single_precision`, `bad_shape`, `empty`,
    `bad_count`.

    >>> spread([0.0, 0.05, 0.1, 0.99, 1.0], cells=10).tolist()
    [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    """
    values = checks.probabilities(p)
    _need_some(cells)
    cell = np.minimum((values * cells).astype(np.int64), cells - 1)
    return np.bincount(cell, minlength=cells).astype(np.int64)


def _need_some(bins: int) -> None:
    if not bins >= 1:
        raise NumericsError("bad_count", "There must be at least one bin.", bins=bins)


def _bins(values: Floats, bins: int) -> Ints:
    _need_some(bins)
    rows = values.size
    if rows == 1:
        return np.zeros(1, dtype=np.int64)
    # Integers throughout: twice the average rank from 0, so that the edges are exact.
    doubled = doubled_ranks(values, np.array([0, rows])) - 2
    edge: Ints = -(-doubled * bins // (2 * (rows - 1)))
    return np.maximum(edge - 1, 0)


def _recalibration(z: Floats, ones: Bools) -> tuple[float | None, float | None, str]:
    """Slope, intercept and "", or twice None and why the likelihood has no peak."""
    if ones.all() or not ones.any():
        return None, None, "one_class"
    if z.min() == z.max():
        return None, None, "constant"
    above, below = z[ones], z[~ones]
    if above.min() >= below.max() or below.min() >= above.max():
        return None, None, "separable"
    centre, scale = float(np.mean(z)), float(np.std(z))
    intercept, slope = _newton((z - centre) / scale, ones)
    return slope / scale, intercept - slope * centre / scale, ""


def _newton(x: Floats, ones: Bools) -> tuple[float, float]:
    """Intercept and slope of highest likelihood on standardised x; the peak is known to exist."""
    rate = float(np.mean(ones))
    at = np.array([math.log(rate / (1 - rate)), 0.0])
    loss = _loss(x, ones, at)
    for _ in range(_STEPS):
        q = expit(at[0] + at[1] * x)
        off, weight = ones - q, q * (1 - q)
        pull = np.array([np.mean(off), np.mean(off * x)])
        a, b, c = float(np.mean(weight)), float(np.mean(weight * x)), float(np.mean(weight * x * x))
        step = np.array([c * pull[0] - b * pull[1], a * pull[1] - b * pull[0]]) / (a * c - b * b)
        # Halved until it helps: far from the peak a whole step may overshoot.
        while (tried := _loss(x, ones, at + step)) > loss and np.abs(step).max() > _CLOSE:
            step = step / 2
        at, loss = at + step, tried
        if np.abs(step).max() <= _CLOSE * max(1.0, float(np.abs(at).max())):
            break
    return float(at[0]), float(at[1])


def _loss(x: Floats, ones: Bools, at: Floats) -> float:
    eta = at[0] + at[1] * x
    return float(np.mean(np.logaddexp(0.0, np.where(ones, -eta, eta))))
