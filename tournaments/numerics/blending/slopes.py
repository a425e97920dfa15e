"""How boldly a blend speaks: the slope that its mean is stretched by."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from tournaments.numerics import checks
from tournaments.numerics.checks import Floats

STEEPEST = 30.0  # the largest slope that is fitted, in units of 1 / root mean square of the predictor
_SMALLEST_SD = 1e-9
_NOTHING = 1e-280  # predictors below it are zero: no slope that float64 holds would make them heard
_DOUBT = 0.5  # the sd of the prior, as a share of it


def boldness(spreads: npt.ArrayLike, mean: npt.ArrayLike) -> float:
    """The slope at which a mean of ranks (M,) is as bold as the median of the voices (FORMULAS section 5).

    The median of the voices' `levels.spreads` (P,), divided by the mean's sd, ddof 0; 1 when that is below
    1e-9: the blend is silent then, whatever the slope is.

    >>> boldness(np.array([0.1, 0.3]), np.array([1.0, -1.0]))
    0.2
    """
    spread = float(np.std(np.asarray(mean)))
    if not spread >= _SMALLEST_SD:
        return 1.0
    return float(np.median(np.asarray(spreads))) / spread


def fit_slope(x: npt.ArrayLike, y: npt.ArrayLike, level: Floats | None = None) -> float:
    """The a of highest likelihood in P(y = 1) = sigma(a x + level): x (M,), y (M,) 0/1 (FORMULAS section 5).

    level (M,) is what is said of a row's era as a whole, in logits; without it, nothing is.

    Newton inside a bracket of abs(a) <= 30 / rms(x), deterministic. Where the data are separable the
    likelihood has no peak and the end of the bracket is returned, with its sign; where x is zero (below
    1e-280) every slope is as good and 1.0 is returned. The slope may be negative: then the crowd was wrong on
    these rows.
    Raises NumericsError: `not_finite`, `single_precision`, `not_a_label`, `bad_shape`, `empty`.

    >>> round(fit_slope([1.0, 1.0, 1.0, 1.0], [1, 1, 1, 0]), 12)  # ln 3
    1.098612288668
    """
    predictor = checks.real_array("x", x, 1)
    ones = checks.labels(y, predictor.size)
    largest = float(np.abs(predictor).max())
    if not largest > _NOTHING:
        return 1.0
    # Scaled twice, so that the squares of tiny predictors do not vanish.
    scaled = predictor / largest
    scale = float(np.sqrt(np.mean(scaled * scaled)))
    signs = np.where(ones, 1.0, -1.0)
    return _newton(scaled / scale, signs, _level(level, predictor.size)) / scale / largest


def _level(level: Floats | None, rows: int) -> Floats:
    return np.zeros(rows) if level is None else checks.real_array("level", level, 1)


def _newton(x: Floats, signs: Floats, level: Floats) -> float:
    low, high, slope = -STEEPEST, STEEPEST, 0.0
    if _score(x, signs, level + high * x) >= 0.0:
        return high
    if _score(x, signs, level + low * x) <= 0.0:
        return low
    for _ in range(200):
        said = level + slope * x
        score = _score(x, signs, said)
        curvature = float(np.mean(x * x * expit(said) * expit(-said)))
        step = score / curvature if curvature > 0.0 else np.inf
        if abs(step) <= 1e-14 * max(1.0, abs(slope)):
            break
        low, high = (slope, high) if score > 0.0 else (low, slope)
        inside = low < slope + step < high
        slope = slope + step if inside else 0.5 * (low + high)
    return slope


def _score(x: Floats, signs: Floats, said: Floats) -> float:
    # sigma of the negative margin keeps its digits where 1 - sigma would lose them all.
    return float(np.mean(signs * x * expit(-signs * said)))


def settled_slope(
    x: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike, prior: float, level: Floats | None = None
) -> float:
    """The slope of `fit_slope`, drawn to `prior` as far as its eras leave it open (FORMULAS section 5).

    A few eras of one regime say little of the next: `settled` weighs what was fitted against the prior.
    x (M,), y (M,), starts (E+1,), level (M,).
    Raises NumericsError: as `fit_slope`, and `bad_starts`.

    >>> round(settled_slope([1.0, 1.0, 1.0, 1.0], [1, 1, 1, 0], [0, 2, 4], prior=1.0), 6)
    1.009753
    """
    eras = np.asarray(starts).size - 1
    return settled(*slope_and_variance(x, y, starts, level), prior, eras)


def slope_and_variance(
    x: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike, level: Floats | None = None
) -> tuple[float, float]:
    """The slope a of `fit_slope`, and its variance as the eras show it.

    The sandwich H⁻¹ (Σ S_e²) H⁻¹ E/(E-1) of the eras' scores S_e, at least the H⁻¹ of independent rows, which
    is what one era has; infinite where no row tells anything.
    """
    predictor = checks.real_array("x", x, 1)
    bounds = checks.boundaries(starts, predictor.size)
    slope = fit_slope(predictor, y, level)
    signs = np.where(checks.labels(y, predictor.size), 1.0, -1.0)
    said = _level(level, predictor.size) + slope * predictor
    curvature = float(np.sum(predictor * predictor * expit(said) * expit(-said)))
    if not curvature > _NOTHING:
        return slope, float("inf")
    variance, eras = 1.0 / curvature, bounds.size - 1
    if eras > 1:
        scores = np.add.reduceat(signs * predictor * expit(-signs * said), bounds[:-1])
        clustered = float(np.sum(scores * scores)) * eras / (eras - 1) / curvature**2
        variance = max(variance, clustered)
    return slope, variance


def settled(slope: float, variance: float, prior: float, eras: int) -> float:
    """A slope fitted on E eras drawn to a prior, each weighed by 1 / variance; the prior's is (prior/2)².

    Eras differ in their slopes by about the slope itself, which few of them do not show: prior²/E is added
    to the variance of what was fitted.

    >>> settled(3.0, 0.25, prior=1.0, eras=4)  # 1/4 + 1/4 against 1/4
    1.6666666666666667
    """
    if not variance < float("inf"):
        return prior
    doubt, open_ = (_DOUBT * prior) ** 2, variance + prior * prior / eras
    return (slope * doubt + prior * open_) / (doubt + open_)
