"""LOO: what a meta-model gains by each participant, against itself without that one (FORMULAS section 4).

All participants at once, in few passes of the batch. The removed participant's
weight goes to the others in proportion, so that the blend stays as bold as it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from tournaments.numerics import checks, mixtures
from tournaments.numerics.checks import Floats
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.losses import EPSILON, batch_losses, whole_losses

_BLOCK = 8  # participants at a time: their rows, 2 MB at 36,072, stay in the cache
_COIN = 0.5
_FLOOR = 1e-18  # what `mixtures.log_sums` can multiply


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
    rows, bound = checks.converted("p", p, 2), checks.epsilon(eps)
    shares = _weights(weights, rows.shape[0])
    if not abs(float(np.sum(shares)) - 1.0) <= 1e-9:
        raise NumericsError("bad_weights", "The weights of a pool sum to one.", name="weights")
    shares = shares / np.sum(shares)  # one who has all has exactly that
    against = np.where(checks.labels(y, rows.shape[1]), 0.0, 1.0)
    rows, whole = mixtures.clipped_mix(rows, shares, bound)
    return _losses_without(rows, whole, against, shares, bound)


def _losses_without(p: Floats, whole: Floats, against: Floats, shares: Floats, eps: float) -> Floats:
    """LOO (P,): the mean of ln B - ln(B - w_j Q_j) + ln(1 - w_j), B the likelihoods of the mix."""
    mixed = np.abs(against - whole)
    base, slope = against / mixed, (1.0 - 2.0 * against) / mixed
    losses, kept = np.zeros(shares.size), 1.0 - shares
    heard = np.flatnonzero((shares > 0.0) & (kept > 0.0))
    # What is left is a mean of the others' likelihoods, each at least eps; rounding may not take it to zero.
    floor = max(eps * float(kept[heard].min(initial=1.0)), _FLOOR)
    left = mixtures.log_sums(p, heard, base, slope, -shares, floor)
    losses[heard] = np.log1p(-shares[heard]) - left / mixed.size
    losses[kept <= 0.0] = math.log(2.0) + float(np.mean(np.log(mixed)))
    return losses


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
