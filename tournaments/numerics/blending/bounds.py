"""What an operator allows a weight to be: caps and a floor."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks
from tournaments.numerics.checks import Floats
from tournaments.numerics.errors import NumericsError

_HALVINGS = 200
_NOTHING = 1e-12  # no factor should blow up what rounding left of a weight


def bounded(weights: npt.ArrayLike, caps: npt.ArrayLike, floor: float = 0.0) -> Floats:
    """Weights (P,) between a floor and caps (P,), summing to one, as near to proportion as that allows.

    What is above its cap is cut to it, what is below the floor raised, and all between are scaled by one
    factor. What the capped leave over when nobody else has any weight is shared equally by the rest. Caps
    that sum to less than one are raised in proportion, a floor above 1/P is 1/P: an answer there must be.
    Raises NumericsError: `bad_weights`, `bad_shape`, `not_finite`, `empty`.

    >>> bounded([0.7, 0.2, 0.1], [0.4, 0.4, 0.4]).round(6).tolist()
    [0.4, 0.4, 0.2]
    >>> bounded([1.0, 0.0, 0.0], [0.5, 1.0, 1.0]).round(6).tolist()
    [0.5, 0.25, 0.25]
    """
    shares, tops = checks.real_array("weights", weights, 1), checks.real_array("caps", caps, 1)
    if shares.shape != tops.shape:
        raise NumericsError("bad_shape", f"Expected {shares.size} caps, got {tops.size}.", name="caps")
    if not (shares.min() >= 0.0 and shares.sum() > 0.0 and tops.min() >= 0.0 and tops.sum() > 0.0):
        raise NumericsError("bad_weights", "Weights and caps are not negative and not all zero.")
    tops = np.minimum(tops / min(1.0, tops.sum()), 1.0)
    low = np.minimum(tops, min(max(floor, 0.0), 1.0 / shares.size))
    shares = shares / shares.sum()
    shares[shares < _NOTHING] = 0.0
    heard = shares > 0.0
    if np.where(heard, tops, low).sum() < 1.0:
        # Those with weight are all at their caps; the others share what is left as if they weighed the same.
        return _filled(np.where(heard, 0.0, 1.0), np.where(heard, tops, low), tops)
    return _filled(shares, low, tops)


def _filled(shares: Floats, low: Floats, tops: Floats) -> Floats:
    """clip(t·shares, low, tops) for the t with which it sums to one, found by halving."""

    def at(factor: float) -> Floats:
        found: Floats = np.clip(factor * shares, low, tops)
        return found

    bottom, top = 0.0, 1.0
    while at(top).sum() < 1.0 and top < 1e300:
        top *= 2.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (bottom + top)
        bottom, top = (middle, top) if at(middle).sum() < 1.0 else (bottom, middle)
    found = at(top)
    return found / found.sum()
