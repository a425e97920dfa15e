"""Blends of a round's submissions into one meta-model (FORMULAS section 5).

Each participant has one voice: `merge` and `merge_ranks` first bring the forecasters of a participant
together, then `equal`, `calibrated` and `rank` give every voice the same weight. Rows of z are logits,
rows of g Gaussian ranks of one split. Sums run down the rows in the order given, without BLAS.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from tournaments.numerics import checks
from tournaments.numerics.checks import Floats
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.losses import EPSILON, clip
from tournaments.numerics.ranks import standardise

STEEPEST = 30.0  # the largest slope that is fitted, in units of 1 / root mean square of the predictor
_SMALLEST_SD = 1e-9


def logits(p: npt.ArrayLike, eps: float = EPSILON) -> Floats:
    """The logits z = ln(p / (1 - p)) of clipped p (M,). Raises NumericsError as `losses.clip` does.

    >>> logits([0.5, 0.75]).round(4).tolist()
    [0.0, 1.0986]
    """
    clipped = clip(p, eps)
    z: Floats = np.log(clipped) - np.log1p(-clipped)
    return z


def merge(z: npt.ArrayLike, owners: npt.ArrayLike) -> Floats:
    """Mean logit of each participant's forecasters: (P, M) from z (N, M) and owners (N,).

    The rows come in the order of `numpy.unique(owners)`. Source: FORMULAS section 5.
    Raises NumericsError: `not_finite`, `single_precision`, `bad_shape`, `bad_count`, `empty`.

    >>> merge([[1.0, 2.0], [3.0, 4.0], [5.0, 0.0]], [7, 3, 7]).tolist()
    [[3.0, 4.0], [3.0, 1.0]]
    """
    array = checks.real_array("z", z, 2)
    who = checks.counts("owners", owners, array.shape[:1], least=0)
    return np.stack([np.mean(array[who == owner], axis=0) for owner in np.unique(who)])


def merge_ranks(g: npt.ArrayLike, owners: npt.ArrayLike, split_starts: npt.ArrayLike) -> Floats:
    """Mean g of each participant's forecasters, standardised again on each split: (P, M) from g (N, M).

    Without the second standardising, one with several unlike forecasters would speak more softly than one
    with a single forecaster. Means whose sd is below 1e-9 become zeros. Rows as in `merge`; split_starts
    (S+1,). Source: FORMULAS section 5.
    Raises NumericsError: as `merge`, and `bad_starts`.

    >>> merge_ranks([[1.0, -1.0], [3.0, 1.0], [-1.0, 1.0]], [1, 1, 2], [0, 2]).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    merged = merge(g, owners)
    bounds = checks.boundaries(split_starts, merged.shape[1])
    for row in merged:
        for first, last in pairwise(bounds):
            row[first:last] = standardise(row[first:last])
    return merged


def equal(z: npt.ArrayLike) -> Floats:
    """Probabilities sigma(mean z) (M,) of participants' logits z (P, M) (FORMULAS section 5).

    Raises NumericsError: `not_finite`, `single_precision`, `bad_shape`, `empty`.

    >>> equal([[1.0, 0.0], [-1.0, 0.0]]).tolist()
    [0.5, 0.5]
    """
    return calibrated(z, 1.0)


def calibrated(z: npt.ArrayLike, alpha: float) -> Floats:
    """Probabilities sigma(alpha mean z) (M,) of participants' logits z (P, M).

    alpha comes from `fit_slope` on resolved rows, and is 1 without any. Source: FORMULAS section 5.
    Raises NumericsError: as `equal`.

    >>> calibrated([[1.0, 0.0], [0.0, 0.0]], 2.0).round(4).tolist()
    [0.7311, 0.5]
    """
    return _sigmoid_of_mean("z", z, alpha)


def rank(g: npt.ArrayLike, beta: float) -> Floats:
    """Probabilities sigma(beta mean g) (M,) of participants' ranks g (P, M).

    beta comes from `fit_slope` on resolved rows, else from `default_beta`. Source: FORMULAS section 5.
    Raises NumericsError: as `equal`.

    >>> rank([[1.0, -1.0]], 0.1).round(4).tolist()
    [0.525, 0.475]
    """
    return _sigmoid_of_mean("g", g, beta)


def equal_weights(participants: int) -> Floats:
    """The weight of each of P participants in `equal`, `calibrated` and `rank`: (P,), summing to one.

    Raises NumericsError `empty` without participants.

    >>> equal_weights(4).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if not participants >= 1:
        raise NumericsError("empty", "A blend needs at least one participant.")
    return np.full(participants, 1.0 / participants)


def submission_weights(owners: npt.ArrayLike) -> Floats:
    """The weight of each of N submissions (N,): its participant's, shared equally by that one's forecasters.

    Raises NumericsError: `bad_shape`, `bad_count`, `empty`.

    >>> submission_weights([7, 3, 7]).tolist()
    [0.25, 0.5, 0.25]
    """
    who = checks.counts("owners", owners, (-1,), least=0)
    _, voice, forecasters = np.unique(who, return_inverse=True, return_counts=True)
    weights: Floats = 1.0 / (forecasters.size * forecasters[voice])
    return weights


def default_beta(z: npt.ArrayLike, g: npt.ArrayLike) -> float:
    """The beta of `rank` before any row is resolved.

    The median of the participants' logit sd, divided by the sd of their mean g, both with ddof 0.
    z (P, M) merged logits and g (P, M) merged ranks of the same rows. 1 when the ranks cancel out (sd
    below 1e-9): the blend is a coin then, whatever beta is. Source: FORMULAS section 5.
    Raises NumericsError: as `equal`, `bad_shape` when z and g differ.

    >>> default_beta([[0.1, -0.1], [0.3, -0.3]], [[1.0, -1.0], [1.0, -1.0]])
    0.2
    """
    scales = checks.real_array("z", z, 2)
    ranks = checks.real_array("g", g, 2)
    if scales.shape != ranks.shape or scales.shape[0] == 0:
        raise NumericsError("bad_shape", "z and g must have the same rows of at least one participant.")
    spread = float(np.std(np.mean(ranks, axis=0)))
    if not spread >= _SMALLEST_SD:
        return 1.0
    return float(np.median(np.std(scales, axis=1))) / spread


def fit_slope(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """The a of highest likelihood in P(y = 1) = sigma(a x): x (M,), y (M,) 0/1 (FORMULAS section 5).

    Newton inside a bracket of abs(a) <= 30 / rms(x), deterministic. Where the data are separable the
    likelihood has no peak and the end of the bracket is returned, with its sign; where x is zero every
    slope is as good and 1.0 is returned. The slope may be negative: then the crowd was wrong on these
    rows.
    Raises NumericsError: `not_finite`, `single_precision`, `not_a_label`, `bad_shape`, `empty`.

    >>> round(fit_slope([1.0, 1.0, 1.0, 1.0], [1, 1, 1, 0]), 12)  # ln 3
    1.098612288668
    """
    predictor = checks.real_array("x", x, 1)
    ones = checks.labels(y, predictor.size)
    largest = float(np.abs(predictor).max())
    if largest == 0.0:
        return 1.0
    # Scaled twice, so that the squares of tiny predictors do not vanish.
    scaled = predictor / largest
    scale = float(np.sqrt(np.mean(scaled * scaled)))
    return _newton(scaled / scale, np.where(ones, 1.0, -1.0)) / scale / largest


def _newton(x: Floats, signs: Floats) -> float:
    low, high, slope = -STEEPEST, STEEPEST, 0.0
    if _score(x, signs, high) >= 0.0:
        return high
    if _score(x, signs, low) <= 0.0:
        return low
    for _ in range(200):
        score = _score(x, signs, slope)
        curvature = float(np.mean(x * x * expit(slope * x) * expit(-slope * x)))
        step = score / curvature if curvature > 0.0 else np.inf
        if abs(step) <= 1e-14 * max(1.0, abs(slope)):
            break
        low, high = (slope, high) if score > 0.0 else (low, slope)
        inside = low < slope + step < high
        slope = slope + step if inside else 0.5 * (low + high)
    return slope


def _score(x: Floats, signs: Floats, slope: float) -> float:
    # sigma of the negative margin keeps its digits where 1 - sigma would lose them all.
    return float(np.mean(signs * x * expit(-slope * signs * x)))


def _sigmoid_of_mean(name: str, rows: npt.ArrayLike, slope: float) -> Floats:
    array = checks.real_array(name, rows, 2)
    if array.shape[0] == 0:
        raise NumericsError("empty", "A blend needs at least one participant.", name=name)
    if not np.isfinite(slope):
        raise NumericsError("not_finite", "The slope must be a finite number.", slope=slope)
    blended: Floats = expit(slope * np.mean(array, axis=0))
    return blended
