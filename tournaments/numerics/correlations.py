"""Pearson correlations of Gaussian ranks, split by split (FORMULAS section 3).

No BLAS: the sums are `einsum`'s own loops, so that other thread counts give the same bits. A float32
screen may choose which rows come here; what is compared with a threshold or published is computed here.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks
from tournaments.numerics.checks import Bools, Floats, Ints
from tournaments.numerics.errors import NumericsError


def split_correlations(g: npt.ArrayLike, others: npt.ArrayLike, split_starts: npt.ArrayLike) -> Floats:
    """Pearson of g (M,) with each of N others (N, M) on each of S splits: (N, S), in [-1, 1].

    split_starts (S+1,) are the boundaries of the splits. A vector that is constant on a split has no
    correlation there: the entry is 0 and `constant_splits` tells it apart. N may be 0. Source: FORMULAS
    section 3.
    Raises NumericsError: `bad_shape`, `not_finite`, `single_precision`, `bad_starts`.

    >>> split_correlations([1.0, 2.0, 3.0, 5.0], [[2.0, 4.0, 5.0, 3.0]], [0, 2, 4]).round(9).tolist()
    [[1.0, -1.0]]
    """
    own = checks.real_array("g", g, 1)
    bounds = checks.boundaries(split_starts, own.size)
    rows = vectors("others", others, own.size)
    return _products(unit_rows(rows, bounds), unit_rows(own[None, :], bounds)[0], bounds)


def correlation_table(g: npt.ArrayLike, split_starts: npt.ArrayLike) -> Floats:
    """Pearson of every pair of N vectors (N, M) on each of S splits: (S, N, N), symmetric.

    The diagonal is 1, or 0 where the vector is constant on the split. Source: FORMULAS section 3.
    Raises NumericsError: as `split_correlations`.

    >>> correlation_table([[1.0, 2.0, 4.0], [4.0, 2.0, 1.0], [5.0, 5.0, 5.0]], [0, 3])[0].round(3).tolist()
    [[1.0, -0.929, 0.0], [-0.929, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    array = checks.real_array("g", g, 2)
    bounds = checks.boundaries(split_starts, array.shape[1])
    units = unit_rows(array, bounds)
    table = np.zeros((bounds.size - 1, array.shape[0], array.shape[0]))
    for index in range(array.shape[0]):
        before = _products(units[:index], units[index], bounds).T
        table[:, index, :index] = before
        table[:, :index, index] = before
        table[:, index, index] = [float(np.any(part)) for part in np.split(units[index], bounds[1:-1])]
    return table


def constant_splits(values: npt.ArrayLike, split_starts: npt.ArrayLike) -> Bools:
    """Where each of N vectors (N, M) is constant: (N, S).

    >>> constant_splits([[1.0, 1.0, 2.0, 3.0]], [0, 2, 4]).tolist()
    [[True, False]]
    """
    array = checks.real_array("values", values, 2)
    bounds = checks.boundaries(split_starts, array.shape[1])
    flat: Bools = np.maximum.reduceat(array, bounds[:-1], axis=1) == np.minimum.reduceat(
        array, bounds[:-1], axis=1
    )
    return flat


def vectors(name: str, values: npt.ArrayLike, rows: int) -> Floats:
    """N vectors as (N, rows), where N may be 0. Raises NumericsError as `checks.real_array` does."""
    array = np.asarray(values)
    if array.size == 0:
        return np.empty((0, rows))
    array = checks.real_array(name, array, 2)
    if array.shape[1] != rows:
        raise NumericsError("bad_shape", f"Expected vectors of {rows} rows.", name=name)
    return array


def unit_rows(values: Floats, bounds: Ints) -> Floats:
    """Each vector of (N, M) with mean 0 and length 1 on each split; zeros where it is constant."""
    units = np.empty_like(values)
    for first, last in pairwise(bounds):
        for source, target in zip(values[:, first:last], units[:, first:last], strict=True):
            # Compared exactly: the mean of equal values need not equal them, and dust has correlations.
            if source.min() == source.max():
                target[:] = 0.0
                continue
            np.subtract(source, np.mean(source), out=target)
            np.divide(target, np.sqrt(np.sum(target * target)), out=target)
    return units


def _products(units: Floats, own: Floats, bounds: Ints) -> Floats:
    # One pair at a time: in one call for all rows the bits of a pair depend on how many rows there are.
    products = np.empty((units.shape[0], bounds.size - 1))
    for split, (first, last) in enumerate(pairwise(bounds)):
        part = own[first:last]
        products[:, split] = [np.einsum("m,m->", row[first:last], part) for row in units]
    return products.clip(-1.0, 1.0)
