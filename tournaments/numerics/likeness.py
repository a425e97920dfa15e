"""Correlations of a whole round at once: fixed-point ranks, whose products are the same in any order.

The *ticks* of a submission are its Gaussian ranks with mean 0 and length 1 on each split, rounded to whole
2^-24. Single precision holds them exactly. A product of two float32 vectors is fast and off by about 1e-7:
it screens. The same product in float64 sums whole numbers below 2^53, so it is exact, and no count of
threads, no block and no order of summation changes a bit of it; it is off from the correlation of the
ranks themselves by the rounding of the ticks alone, 2.4e-8 at one standard deviation. What is published at
1e-6 may come from it. What is compared with a threshold or published at 1e-9 comes from `correlations`.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks
from tournaments.numerics.checks import Floats, Ints, Singles
from tournaments.numerics.correlations import unit_rows

SCREEN_ERROR = 1e-6
"""Candidates this near the top are looked at in float64; both kinds of products are well within it."""
_ONE = 2.0**24


def ticks(g: npt.ArrayLike, split_starts: npt.ArrayLike) -> Singles:
    """The ticks (K,) float32 of ranks g (K,), split_starts (S+1,); zeros where g is constant on a split.

    Raises NumericsError: as `checks.real_array` and `checks.boundaries`.

    >>> (ticks([1.0, 2.0, 3.0, 9.0], [0, 2, 4]) ** 2).round(6).tolist()
    [0.5, 0.5, 0.5, 0.5]
    """
    values = checks.real_array("g", g, 1)
    units = unit_rows(values[None, :], checks.boundaries(split_starts, values.size))[0]
    return (np.rint(units * _ONE) / _ONE).astype(np.float32)


def screen(rows: Singles, newcomers: Singles, split_starts: Ints) -> Singles:
    """Largest abs(rho) over the splits of N rows (N, K) with B newcomers (B, K), all ticks: (N, B).

    One product of a matrix and a vector a split, or of two matrices; within SCREEN_ERROR.

    >>> a, b = ticks([1.0, 2.0, 4.0], [0, 3]), ticks([4.0, 2.0, 1.0], [0, 3])
    >>> (screen(np.stack([a, b]), a[None, :], np.array([0, 3])) * 1000).round().tolist()
    [[1000.0], [929.0]]
    """
    largest = np.zeros((rows.shape[0], newcomers.shape[0]), dtype=np.float32)
    for first, last in pairwise(split_starts):
        np.maximum(largest, np.abs(rows[:, first:last] @ newcomers[:, first:last].T), out=largest)
    return largest


def exact_products(a: Singles, b: Singles, split_starts: Ints) -> Floats:
    """Products (S, A, B) of ticks a (A, K) and b (B, K) on each split: whole numbers of 2^-48, each exact.

    >>> one = ticks([1.0, 2.0, 4.0], [0, 3])[None, :]
    >>> exact_products(one, -one, np.array([0, 3])).round(6).tolist()
    [[[-1.0]]]
    """
    left, right = a.astype(np.float64), b.astype(np.float64)
    return np.stack([left[:, x:y] @ right[:, x:y].T for x, y in pairwise(split_starts)])
