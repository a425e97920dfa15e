"""Era-wise Gaussian ranks, the g of FORMULAS: what a submission says once its scale is taken away."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from tournaments.numerics import checks
from tournaments.numerics.checks import Floats, Ints

_SMALLEST_SD = 1e-9


def gaussian_ranks(p: npt.ArrayLike, starts: npt.ArrayLike) -> Floats:
    """Gaussian rank g of each row within its era, standardised over the split.

    g = Phi^-1((average rank - 1/2) / M_e), then brought to mean 0 and sd 1 (ddof 0). p (M,) finite values
    of ONE split, starts (E+1,) its era boundaries; returns (M,). Equal values share their average rank. A
    submission that is constant within every era has no order: it becomes zeros. Any increasing transform
    of p leaves g unchanged. Source: FORMULAS, preamble.
    Raises NumericsError: `not_finite`, `single_precision`, `bad_shape`, `empty`, `bad_starts`.

    >>> gaussian_ranks([0.1, 0.2, 0.2, 0.9], [0, 4]).round(4).tolist()
    [-1.4142, 0.0, 0.0, 1.4142]
    """
    values = checks.real_array("p", p, 1)
    bounds = checks.boundaries(starts, values.size)
    doubled = doubled_ranks(values, bounds)
    era_rows = np.repeat(np.diff(bounds), np.diff(bounds))
    return standardise(ndtri((doubled - 1) / (2 * era_rows)))


def standardise(values: Floats) -> Floats:
    """Values (M,) with mean 0 and sd 1 (ddof 0); zeros when their sd is below 1e-9.

    >>> standardise(np.array([1.0, 3.0])).tolist(), standardise(np.array([0.1, 0.1])).tolist()
    ([-1.0, 1.0], [0.0, 0.0])
    """
    centred = values - np.mean(values)
    deviation = float(np.sqrt(np.mean(centred * centred)))
    # A file and its mirror image cancel but for rounding, which must not be blown up into a voice.
    if not deviation >= _SMALLEST_SD:
        return np.zeros_like(values)
    scaled: Floats = centred / deviation
    return scaled


def doubled_ranks(values: Floats, bounds: Ints) -> Ints:
    """Twice the average rank, from 1, of each value (M,) within its group; bounds (E+1,).

    It is an integer, so that ties are exact: first plus last rank of the run.

    >>> doubled_ranks(np.array([0.3, 0.1, 0.3]), np.array([0, 3])).tolist()
    [5, 2, 5]
    """
    order = np.empty(values.size, dtype=np.int64)
    for first, last in pairwise(bounds):
        order[first:last] = np.argsort(values[first:last]) + first
    ordered = values[order]
    new_run = np.empty(values.size, dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new_run[1:])
    new_run[bounds[:-1]] = True
    run_first = np.flatnonzero(new_run)
    run_rows = np.diff(run_first, append=values.size)
    era_first = np.repeat(bounds[:-1], np.diff(bounds))[run_first]
    doubled = np.empty(values.size, dtype=np.int64)
    doubled[order] = np.repeat(2 * (run_first - era_first) + run_rows + 1, run_rows)
    return doubled
