"""Upper bounds on what a voice would do for a mix, from one pass of likelihoods in single precision.

With S the summed likelihoods of t picks, one more pick j makes the mean (S + Q_j) / (t + 1). With
u = (t Q_j / S - 1) / (t + 1) its mean log likelihood is what it would be were Q_j the mean of the picks, plus
mean ln(1 + u); and ln(1 + u) <= u - u²/2 + u³/3 for every u > -1. So three moments bound it, and as u goes
with 1 / (t + 1) the bound is near. What single precision may have lost is added to it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from tournaments.numerics.checks import Floats, Ints, Singles

_RUN = 256
_UNIT = 2.0**-24  # half a unit in the last place of a number near 1
_ROUNDING = 4.0 * _UNIT  # of a factor, of Q, of their product, and of the difference
_SUMMING = (_RUN + 4.0) * _UNIT  # of a sum of _RUN terms in whatever order, and of the powers


def bounds(q: Singles, who: Ints, summed: Floats, picks: int) -> Floats:
    """At least mean ln(1 + u) for voices `who` (k,) of likelihoods q (P, H): (k,), with S = summed (H,).

    >>> q, whole = np.array([[0.5, 0.5], [0.75, 0.25]], dtype=np.float32), np.array([0.5, 0.5])
    >>> bounds(q, np.arange(2), whole, 1).round(4).tolist()
    [0.0, -0.0312]
    """
    part = 1.0 / (picks + 1.0)
    factors = (picks * part / summed).astype(np.float32)
    one, two, three = _moments(q, who, factors, np.float32(part)).T / summed.size
    size = np.sqrt(two)  # mean |u| at most
    cubes = three + 2.0 * part**3  # mean |u|³ at most, as u >= -part
    lost = _ROUNDING * (2.0 * part * (1.0 + size + two) + size + two + cubes)
    lost += _SUMMING * (size + two + cubes)
    # By Jensen's inequality mean ln(1 + u) is at most ln(1 + mean u), too, which is less where u is large.
    plain = np.log1p(np.maximum(one + lost, -1.0 + _UNIT))
    found: Floats = np.minimum(one - two / 2.0 + three / 3.0 + 2.0 * lost, plain)
    return found


def in_single_precision(p: Floats, against: Floats) -> Singles:
    """Likelihoods |against - p| of p (P, H), voice by voice: the whole would take twice the memory."""
    q = np.empty(p.shape, dtype=np.float32)
    for row, said in zip(q, p, strict=True):
        np.abs(against - said, out=row, casting="same_kind")
    return q


@njit(cache=True)
def _moments(q: Singles, who: Ints, factors: Singles, part: np.float32) -> Floats:  # pragma: no cover
    """Sums of u, u² and u³ (k, 3) over the rows, with u = factors q - part."""
    found = np.zeros((who.size, 3))
    for i in range(who.size):
        row = q[who[i]]
        for first in range(0, row.size, _RUN):
            one, two, three = _run(row[first : first + _RUN], factors[first : first + _RUN], part)
            found[i, 0] += one
            found[i, 1] += two
            found[i, 2] += three
    return found


@njit(cache=True, fastmath={"reassoc", "contract"})  # a bound holds in whatever order it is summed
def _run(
    row: Singles, factors: Singles, part: np.float32
) -> tuple[np.float32, np.float32, np.float32]:  # pragma: no cover
    one, two, three = np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for m in range(row.size):
        u = factors[m] * row[m] - part
        one += u
        two += u * u
        three += u * u * u
    return one, two, three
