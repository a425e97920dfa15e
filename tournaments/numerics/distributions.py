"""How far apart two distributions of probabilities are: Kolmogorov-Smirnov, exact, most pairs unseen.

Each submission's values are counted once on a common grid. The counts of two bound their distance from
below, which decides nearly every comparison; the few that are left are merged value by value.
Source: FORMULAS section 3, PERFORMANCE "KS".
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks, kernels
from tournaments.numerics.checks import Counts, Floats, Ints

CELLS = 2048
_OCTAVES, _PER_OCTAVE_BITS = 16, 6  # CELLS is twice 16 octaves of 64
_SHIFT = 52 - _PER_OCTAVE_BITS
_LOWEST = (1022 - _OCTAVES) << _PER_OCTAVE_BITS  # 2^-17: what is nearer to one half shares a cell
_HALF = 0.5


class Values(Protocol):
    """The values of each of several submissions, read when they are asked for."""

    def __getitem__(self, index: int, /) -> Floats:
        """The values (M,) of a submission."""


def cumulative_counts(p: npt.ArrayLike) -> Counts:
    """How many of the values p (M,) lie in each cell or below: (2048,), the last is M.

    64 cells to an octave of abs(p - 1/2), on either side: predictions cluster around one half at whatever
    scale, and a grid that is fine only somewhere would be coarse for most. Cells never fall where p rises.
    Raises NumericsError: as `checks.probabilities`.

    >>> counts = cumulative_counts([0.0, 0.49, 0.5, 0.51, 1.0])
    >>> counts[[0, 365, 366, 1023, 1024, 1681, 2047]].tolist()
    [1, 1, 2, 2, 3, 4, 5]
    """
    apart = checks.probabilities(p) - _HALF
    # The first bits of a float64 are its octave and place in it: cells are read off, not computed.
    octaves = np.abs(apart).view(np.int64)
    counted = kernels.tally(octaves, apart < 0, _SHIFT, _LOWEST, CELLS)
    return np.cumsum(counted).astype(np.uint32)


def ks_distance(p: npt.ArrayLike, q: npt.ArrayLike) -> float:
    """Two-sample Kolmogorov-Smirnov distance of probabilities p (M,) and q (K,).

    The largest gap between their shares of values up to any point; equals the statistic of scipy's
    `ks_2samp`. Source: FORMULAS section 3.
    Raises NumericsError: as `checks.probabilities`.

    >>> ks_distance([0.1, 0.2, 0.3], [0.2, 0.3, 0.4])
    0.3333333333333333
    """
    own, other = np.sort(checks.probabilities(p)), np.sort(checks.probabilities(q))
    return kernels.largest_gap(own, other) / (own.size * other.size)


def smallest_distance(
    ordered: Floats, counts: Counts, values: Values, table: Counts, others: Ints
) -> tuple[float, int]:
    """The smallest distance of sorted values (M,) to some others of as many, and whose, the first of equals.

    counts (2048,) are their `cumulative_counts`; table (N, 2048) and values those of all submissions,
    others (n,) which of them are compared, at least one. values[i] is asked for only where the counts leave
    a doubt.

    >>> values = [np.array([0.9, 0.8]), np.array([0.1, 0.3])]
    >>> table = np.array([cumulative_counts(one) for one in values])
    >>> smallest_distance(np.array([0.1, 0.2]), cumulative_counts([0.1, 0.2]), values, table, np.arange(2))
    (0.5, 1)
    """
    rows = ordered.size
    at_least = kernels.count_gaps(counts, table, others) * rows
    best, whose = rows * rows + 1, others.size
    for place in np.argsort(at_least, kind="stable"):
        if at_least[place] > best:
            break
        found = kernels.largest_gap(ordered, np.sort(values[int(others[place])]))
        if found < best or (found == best and place < whose):
            best, whose = found, int(place)
    return best / (rows * rows), int(others[whose])
