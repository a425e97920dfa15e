"""Linear mixes of probabilities at the speed of memory: a mix, and what it would be with one voice changed.

Four voices go through each loop side by side, which is what a core needs to keep up with its memory. As in
`kernels`, nothing is reordered: the same input gives the same bits, whatever else is in the batch.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from tournaments.numerics import checks
from tournaments.numerics.checks import Floats, Ints

_COLUMNS = 4_096  # what is made of them stays in the cache
_SIDE = 128  # columns side by side
_RUN = 16 * _SIDE  # 16 factors between 1e-18 and 1e18 stay within what float64 holds
_TINY, _HUGE = 1e-15, 1e15


def clipped_mix(p: Floats, shares: Floats, eps: float) -> tuple[Floats, Floats]:
    """Probabilities p (P, M) clipped to [eps, 1 - eps], and their mean (M,) by shares (P,).

    The pass that mixes checks p, too, and p is copied only where something has to be clipped.
    Raises NumericsError: `not_finite`, `not_a_probability`.

    >>> clipped_mix(np.array([[0.5, 1.0], [0.1, 0.2]]), np.array([0.5, 0.5]), 0.2)[1].tolist()
    [0.35, 0.5]
    """
    mean, low, high = mix(p, shares)
    if low >= eps and high <= 1.0 - eps and np.isfinite(mean).all():
        return p, mean
    rows = checks.clipped(p, 2, eps)
    return rows, mix(rows, shares)[0]


@njit(cache=True)
def mix(p: Floats, shares: Floats) -> tuple[Floats, float, float]:  # pragma: no cover
    """The mean (M,) of p (P, M) by shares (P,), the least and the largest p. A NaN in p is one in the mean.

    NumPy takes one pass for each of the three.
    """
    voices, count = p.shape
    whole, low, high = np.zeros(count), np.full(count, np.inf), np.full(count, -np.inf)
    for first in range(0, count, _COLUMNS):
        for j in range(0, voices, 4):
            _add_four(p, shares, j, first, whole, low, high)
    return whole, low.min(), high.max()


@njit(cache=True)
def _add_four(
    p: Floats, shares: Floats, j: int, first: int, whole: Floats, low: Floats, high: Floats
) -> None:  # pragma: no cover
    last, end = p.shape[0] - 1, min(first + _COLUMNS, p.shape[1])
    a, b = p[j, first:end], p[min(j + 1, last), first:end]
    c, d = p[min(j + 2, last), first:end], p[min(j + 3, last), first:end]
    total, least, most = whole[first:end], low[first:end], high[first:end]
    u = shares[j]
    v = shares[j + 1] if j + 1 <= last else 0.0
    w = shares[j + 2] if j + 2 <= last else 0.0
    x = shares[j + 3] if j + 3 <= last else 0.0
    for m in range(total.size):
        e, f, g, h = a[m], b[m], c[m], d[m]
        total[m] += (u * e + v * f) + (w * g + x * h)
        least[m] = min(least[m], min(min(e, f), min(g, h)))
        most[m] = max(most[m], max(max(e, f), max(g, h)))


@njit(cache=True)
def log_sums(
    p: Floats, who: Ints, base: Floats, slope: Floats, shares: Floats, floor: float
) -> Floats:  # pragma: no cover
    """Sums over the rows of ln max(1 + share (base + slope p), floor): (k,) of the chosen voices of p (P, M).

    With base + slope p the ratio of a voice's likelihood to the mix's, this is by how much a mix changes its
    summed log likelihood when it is given `share` more of that voice. base (M,), slope (M,), shares (P,);
    factors between 1e-18 and 1e18. One logarithm where a product leaves (1e-15, 1e15), not one a row.
    """
    found, lanes = np.zeros(who.size), np.empty((4, _SIDE))
    products, four, last = np.empty(4), np.empty(4, dtype=np.int64), who.size - 1
    for first in range(0, who.size, 4):
        products[:] = 1.0
        for i in range(4):
            four[i] = who[min(first + i, last)]
        for at in range(0, base.size, _RUN):
            end = min(at + _RUN, base.size)
            _multiply(p, four, base[at:end], slope[at:end], at, shares, floor, lanes)
            for i in range(min(4, who.size - first)):
                found[first + i] += _gathered(lanes[i], products, i)
        for i in range(min(4, who.size - first)):
            found[first + i] += math.log(products[i])
    return found


@njit(cache=True)
def _multiply(
    p: Floats, four: Ints, base: Floats, slope: Floats, at: int, shares: Floats, floor: float, lanes: Floats
) -> None:  # pragma: no cover
    """The factors of a run of columns, multiplied into lanes (4, _SIDE)."""
    lanes[:] = 1.0
    l0, l1, l2, l3 = lanes[0], lanes[1], lanes[2], lanes[3]
    a, b, c, d = p[four[0]], p[four[1]], p[four[2]], p[four[3]]
    s, t, u, v = shares[four[0]], shares[four[1]], shares[four[2]], shares[four[3]]
    for first in range(0, base.size, _SIDE):
        end = min(first + _SIDE, base.size)
        e, f = a[at + first : at + end], b[at + first : at + end]
        g, h = c[at + first : at + end], d[at + first : at + end]
        x, y = base[first:end], slope[first:end]
        for k in range(x.size):
            i, j = x[k], y[k]
            l0[k] *= max(1.0 + s * (i + j * e[k]), floor)
            l1[k] *= max(1.0 + t * (i + j * f[k]), floor)
            l2[k] *= max(1.0 + u * (i + j * g[k]), floor)
            l3[k] *= max(1.0 + v * (i + j * h[k]), floor)


@njit(cache=True)
def _gathered(lane: Floats, products: Floats, i: int) -> float:  # pragma: no cover
    """Multiply a lane into products[i]; the logarithm of what that cannot hold."""
    total, product = 0.0, products[i]
    for k in range(lane.size):
        product *= lane[k]
        if not _TINY < product < _HUGE:
            total += math.log(product)
            product = 1.0
    products[i] = product
    return total
