"""LOO: what a meta-model gains by each participant, against itself without that one (FORMULAS section 4).

All participants at once, in blocks of rows of the batch that stay in the cache. The removed participant's
weight goes to the others in proportion, so that the blend stays as bold as it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.special import expit

from tournaments.numerics import checks
from tournaments.numerics.checks import Floats
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.losses import EPSILON, batch_losses, whole_losses

_BLOCK = 8  # participants at a time: their rows, 2 MB at 36,072, stay in the cache
_COIN = 0.5
_LANES, _RUN = 8, 128  # two lanes multiply 32 likelihoods of at least 1e-9: far above the smallest float64


def loo_of_logits(
    voices: npt.ArrayLike, weights: npt.ArrayLike, slope: float, y: npt.ArrayLike, eps: float = EPSILON
) -> Floats:
    """LOO (P,) in nats a row where logits or ranks are averaged: `equal`, `calibrated`, `rank`.

    The blend is sigma(slope sum w v); without j it is sigma(slope (sum w v - w_j v_j) W / (W - w_j)), W the
    summed weight, which is kept. Who has all of it is measured against a coin. voices (P, M), weights (P,)
    not negative, labels y (M,). Source: FORMULAS section 4.
    Raises NumericsError: `bad_weights`, `not_finite`, `single_precision`, `bad_shape`, `empty`,
    `not_a_label`, `bad_epsilon`.

    >>> loo_of_logits([[1.0, -1.0], [-1.0, 1.0]], [0.5, 0.5], 1.0, [1, 0]).round(6).tolist()
    [0.620115, -0.379885]
    """
    rows = checks.real_array("voices", voices, 2)
    shares = _weights(weights, rows.shape[0])
    if not np.isfinite(slope):
        raise NumericsError("not_finite", "The slope must be a finite number.", slope=slope)
    total = float(np.sum(shares))
    whole = np.einsum("p,pm->m", shares, rows)

    def without(block: slice) -> Floats:
        kept = total - shares[block]
        scale = np.divide(slope * total, kept, out=np.zeros_like(kept), where=kept > 0.0)
        left: Floats = expit((whole - shares[block, None] * rows[block]) * scale[:, None])
        return left

    return _against(expit(slope * whole), without, shares, y, eps)


def loo_of_pool(p: npt.ArrayLike, weights: npt.ArrayLike, y: npt.ArrayLike, eps: float = EPSILON) -> Floats:
    """LOO (P,) in nats a row where probabilities are averaged: `greedy` and `pool`.

    Without j the blend B = sum w p is (B - w_j p_j) / (1 - w_j); who has all the weight is measured against
    a coin. p (P, M) probabilities, weights (P,) not negative that sum to one, labels y (M,). Source: FORMULAS
    section 4.
    Raises NumericsError: as `loo_of_logits`, and `not_a_probability`.

    >>> loo_of_pool([[0.8, 0.2], [0.4, 0.6]], [0.5, 0.5], [1, 0]).round(6).tolist()
    [0.405465, -0.287682]
    """
    rows = checks.probabilities(p, ndim=2)
    shares = _weights(weights, rows.shape[0])
    if not abs(float(np.sum(shares)) - 1.0) <= 1e-9:
        raise NumericsError("bad_weights", "The weights of a pool sum to one.", name="weights")
    against = np.where(checks.labels(y, rows.shape[1]), 0.0, 1.0)
    return _pool_losses(rows, against, shares, checks.epsilon(eps))


@njit(cache=True)
def _pool_losses(p: Floats, against: Floats, shares: Floats, eps: float) -> Floats:  # pragma: no cover
    """LOO (P,) of a linear pool. against (M,) is 1 where the label is 0: a likelihood is |against - p|."""
    participants, count = p.shape
    whole, own = np.zeros(count), 0.0
    for j in range(participants):
        share, row = shares[j], p[j]
        for m in range(count):
            whole[m] += share * abs(against[m] - min(max(row[m], eps), 1.0 - eps))
    for m in range(count):
        own -= math.log(whole[m])
    found = np.empty(participants)
    for j in range(participants):
        kept = 1.0 - shares[j]
        left = math.log(2.0) * count
        if kept > 0.0:
            left = _loss_without(p[j], against, whole, shares[j], eps)
        found[j] = (left - own) / count
    return found


@njit(cache=True)
def _loss_without(
    row: Floats, against: Floats, whole: Floats, share: float, eps: float
) -> float:  # pragma: no cover
    """Summed loss of (whole - share |against - p|) / (1 - share): one logarithm for 32 likelihoods."""
    lane, total, high = np.empty(_LANES), 0.0, 1.0 - eps
    up, down = 1.0 / (1.0 - share), share / (1.0 - share)
    for at in range(0, row.size, _RUN):
        lane[:] = 1.0
        end = min(at + _RUN, row.size)
        full = end - (end - at) % _LANES
        for first in range(at, full, _LANES):
            for k in range(_LANES):
                likelihood = abs(against[first + k] - min(max(row[first + k], eps), high))
                # What is left is a mean of the others' likelihoods; rounding may not take it below theirs.
                lane[k] *= max(up * whole[first + k] - down * likelihood, eps)
        for m in range(full, end):
            likelihood = abs(against[m] - min(max(row[m], eps), high))
            total -= math.log(max(up * whole[m] - down * likelihood, eps))
        for k in range(0, _LANES, 2):
            total -= math.log(lane[k] * lane[k + 1])
    return total


def _against(
    blend: Floats, without: Callable[[slice], Floats], shares: Floats, y: npt.ArrayLike, eps: float
) -> Floats:
    ones, bound = checks.labels(y, blend.size), checks.epsilon(eps)
    # One long era: the kernel multiplies likelihoods in runs, and a whole split is as good as its eras.
    starts = np.array([0, blend.size])
    own = whole_losses(batch_losses(blend[None, :], ones, starts, bound), starts)[0]
    losses = np.empty(shares.size)
    for first in range(0, shares.size, _BLOCK):
        block = slice(first, first + _BLOCK)
        left = without(block)
        left[shares[block] == shares.sum()] = _COIN
        losses[block] = whole_losses(batch_losses(left, ones, starts, bound), starts)
    found: Floats = losses - own
    return found


def _weights(weights: npt.ArrayLike, participants: int) -> Floats:
    shares = checks.real_array("weights", weights, 1)
    if shares.shape != (participants,):
        raise NumericsError("bad_shape", f"Expected {participants} weights, got {shares.size}.")
    if not (shares.min() >= 0.0 and shares.sum() > 0.0):
        raise NumericsError("bad_weights", "Weights are not negative and not all zero.", name="weights")
    return shares
