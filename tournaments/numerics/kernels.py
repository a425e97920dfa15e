"""The loops that NumPy cannot say at the speed of memory, compiled by numba.

Each is here because it beats its plain NumPy form, which the tests keep as the reference, by 2x or more.
They are sequential and without fast-math, so that the same input gives the same bits, whatever else is in
the batch. They trust their arguments: the doors that call them have checked these.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from tournaments.numerics.checks import Bools, Counts, Floats, Ints

_LANES, _RUN, _SHORT = 8, 128, 32
# A lane multiplies _RUN / _LANES = 16 likelihoods and is joined with a neighbour before its logarithm; the
# rest of an era goes in runs of _SHORT. 32 factors of at least 1e-9 stay far above the smallest float64.


@njit(cache=True)
def era_losses(p: Floats, against: Floats, starts: Ints, eps: float) -> Floats:
    """Log loss (N, E) in nats of N vectors p (N, M) in [0, 1] within each era; starts (E+1,).

    against (M,) is 1 where the label is 0, and 0 where it is 1: the likelihood of a row is |against - p|, of
    the p that is clipped to [eps, 1 - eps], 1e-9 <= eps. One logarithm for 32 rows instead of one a row.
    """
    losses = np.empty((p.shape[0], starts.size - 1))
    lane = np.empty(_LANES)
    for i in range(p.shape[0]):
        for era in range(starts.size - 1):
            first, end = starts[era], starts[era + 1]
            losses[i, era] = _loss(p[i, first:end], against[first:end], eps, lane) / (end - first)
    return losses


@njit(cache=True)
def _loss(row: Floats, against: Floats, eps: float, lane: Floats) -> float:
    """Summed log loss of one era; lane (_LANES,) is room to multiply in, side by side."""
    high, at, total = 1.0 - eps, 0, 0.0
    while row.size - at >= _RUN:
        lane[:] = 1.0
        for first in range(at, at + _RUN, _LANES):
            for k in range(_LANES):
                lane[k] *= abs(against[first + k] - min(max(row[first + k], eps), high))
        for k in range(0, _LANES, 2):
            total -= math.log(lane[k] * lane[k + 1])
        at += _RUN
    while at < row.size:
        stop, product = min(at + _SHORT, row.size), 1.0
        for m in range(at, stop):
            product *= abs(against[m] - min(max(row[m], eps), high))
        total -= math.log(product)
        at = stop
    return total


@njit(cache=True)
def tally(octaves: Ints, below: Bools, shift: int, lowest: int, cells: int) -> Ints:
    """How many values lie in each of the cells (cells,), half of them on either side of the middle.

    octaves (M,) are the bits of the values' distances from the middle; below (M,) says on which side.
    """
    counted, side = np.zeros(cells, dtype=np.int64), cells // 2
    for m in range(octaves.size):
        place = min(max((octaves[m] >> shift) - lowest, 0), side - 1)
        counted[side - 1 - place if below[m] else side + place] += 1
    return counted


@njit(cache=True)
def count_gaps(counts: Counts, table: Counts, which: Ints) -> Ints:
    """The largest difference (n,) of cumulative counts (C,) from each chosen row of a table (N, C)."""
    gaps = np.empty(which.size, dtype=np.int64)
    for i in range(which.size):
        largest = np.uint32(0)
        for cell in range(counts.size):
            a, b = counts[cell], table[which[i], cell]
            # Told that it fits, the compiler keeps to 32 bits, and takes eight at a time.
            largest = max(largest, np.uint32(max(a, b) - min(a, b)))
        gaps[i] = largest
    return gaps


@njit(cache=True)
def largest_gap(a: Floats, b: Floats) -> int:
    """The largest difference of the shares of sorted a (A,) and b (B,) up to any point, times A B."""
    i, j, largest = 0, 0, 0
    while i < a.size and j < b.size:
        x, y = a[i], b[j]
        # Without branches, for nobody can guess which of two crowds the next value is from.
        i += x <= y
        j += y <= x
        gap = abs(i * b.size - j * a.size)
        if gap > largest:
            point = min(x, y)
            ended = (i == a.size or a[i] != point) and (j == b.size or b[j] != point)
            largest = gap if ended else largest  # in the middle of equal values there is no point
    # One is used up: the gap only closes from here on, once the other's values at this point are counted.
    while i == a.size and j < b.size and b[j] == a[i - 1]:
        j += 1
    while j == b.size and i < a.size and a[i] == b[j - 1]:
        i += 1
    return max(largest, abs(i * b.size - j * a.size))


@njit(cache=True)
def dot(a: Floats, b: Floats) -> float:
    """The sum of products of a (n,) and b (n,), always in the same order."""
    lane = np.zeros(_LANES)
    whole = a.size // _LANES * _LANES
    for first in range(0, whole, _LANES):
        for k in range(_LANES):
            lane[k] += a[first + k] * b[first + k]
    total = 0.0
    for k in range(_LANES):
        total += lane[k]
    for m in range(whole, a.size):
        total += a[m] * b[m]
    return total


@njit(cache=True)
def solve_lower(lower: Floats, right: Floats, rank: int) -> Floats:
    """The solution (rank,) of L x = right, L the leading square of a lower triangle (n, n), row by row."""
    solved = np.empty(rank)
    for i in range(rank):
        solved[i] = (right[i] - dot(lower[i, :i], solved[:i])) / lower[i, i]
    return solved
