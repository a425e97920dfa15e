"""What the others leave unexplained of each submission: one Cholesky factor, grown in order of precedence.

Appending submission i to the factor of those before it solves L y = r, r its correlations with them; what
is left of its variance, 1 - y'y, is its residual sum of squares. One that adds no direction (a copy, a mix)
is not appended, but its solution is kept. The others of i lack the earlier submissions of its own
participant. Taking these out of a factor of k costs a solution each, not a factor: with Z = L^-1 E_own,
the sum of squares grows by y'Z (Z'Z)^-1 Z'y, less what those that were not appended explain of that again
(a copy of one's own is an other, and depended on what is taken out).

Source: FORMULAS section 3; the downdate is the inverse of a partitioned matrix.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks, kernels
from tournaments.numerics.checks import Bools, Floats, Ints
from tournaments.numerics.correlations import correlation_table, vectors

DEPENDENT = 1e-6
"""What adds less than this share of its variance adds no direction: shares are told at 1e-6."""

ROWS_EACH = 10
"""How many rows of a split there must be for each other."""
_DECIMALS = 6


def residual(g: npt.ArrayLike, others: npt.ArrayLike) -> float | None:
    """What k others (k, M) leave unexplained of g (M,) on one split, as a share of its variance.

    o = [RSS / (M - k)] / [TSS / (M - 1)] of the regression with intercept, at 1e-6. Copies among the others
    do no harm. 1.0 without others; None when g is constant or k > M / 10. Source: FORMULAS section 3.
    Raises NumericsError: as `correlations.split_correlations`.

    >>> residual(np.arange(40.0) ** 2, [np.arange(40.0)])
    0.06538
    """
    own = checks.real_array("g", g, 1)
    table = correlation_table(np.vstack([vectors("others", others, own.size), own]), [0, own.size])[0]
    if table[-1, -1] == 0.0:
        return None
    factor, nobody = Factor(table.shape[0]), np.empty(0, dtype=np.int64)
    left = [factor.grow(row[:place], nobody) for place, row in enumerate(table)][-1]
    return share_of(left, table.shape[0] - 1, own.size)


def share_of(left: float, others: int, rows: int) -> float | None:
    """The unexplained share of variance, per degree of freedom; None where the others are too many."""
    if others == 0:
        return 1.0
    if ROWS_EACH * others > rows:
        return None
    return round(left * (rows - 1) / (rows - others), _DECIMALS)


class Residuals:
    """The residuals of a round's submissions, taken one after another in order of precedence.

    rows (S,) of the splits, owners (N,) participants of the submissions in any order.
    """

    def __init__(self, rows: Ints, owners: Ints) -> None:
        self._rows = rows
        most_own = int(np.bincount(np.unique(owners, return_inverse=True)[1]).max(initial=0))
        rooms = np.minimum(rows // ROWS_EACH + most_own, owners.size)
        self._factors = [Factor(int(room)) for room in rooms]

    def next(self, rho: Floats, defined: Bools, own: Ints) -> float | None:
        """Add the next submission; returns its residual, the smallest over the splits that have rows enough.

        rho (S, i) are its correlations with all i before it, defined (S,) says where it has any, own the
        places among them of its own participant's.
        """
        others = rho.shape[1] - own.size
        shares = []
        for split, factor in enumerate(self._factors):
            if not factor.full:
                share = share_of(factor.grow(rho[split], own), others, int(self._rows[split]))
                shares += [share] if defined[split] and share is not None else []
        return min(shares, default=None)


class Factor:
    """The growing factor of one split; `room` is how many submissions may come."""

    def __init__(self, room: int) -> None:
        self._lower = np.zeros((room, room))
        self._solved = np.zeros((room, room))
        """Row i: the solution of submission i, as long as the factor was when it came."""
        self._place = np.full(room, -1, dtype=np.int64)
        """Where in the factor submission i is, -1 where it adds no direction."""
        self._rank, self._count = 0, 0
        self._order = np.empty(room, dtype=np.int64)

    @property
    def full(self) -> bool:
        """Whether no more may come."""
        return self._count == self._place.size

    def grow(self, rho: Floats, own: Ints) -> float:
        """Add the next submission; returns the unexplained share of its variance, given the others.

        rho (i,) are its correlations with all before it, own the numbers of those of its own participant.
        """
        rank = self._rank
        solved = kernels.solve_lower(self._lower, rho[self._order[:rank]], rank)
        left = max(0.0, 1.0 - kernels.dot(solved, solved))
        unexplained = min(1.0, left + self._given_back(solved, own))
        at = self._count
        self._solved[at, :rank] = solved
        if left > DEPENDENT:
            self._lower[rank, :rank] = solved
            self._lower[rank, rank] = math.sqrt(left)
            self._place[at], self._order[rank] = rank, at
            self._rank += 1
        self._count += 1
        return unexplained

    def _given_back(self, solved: Floats, own: Ints) -> float:
        """What the participant's own had explained and no other does."""
        places = self._place[own]
        places = places[places >= 0]
        if places.size == 0:
            return 0.0
        rank = self._rank
        unit = np.zeros((places.size, rank))
        unit[np.arange(places.size), places] = 1.0
        inverse = np.stack([kernels.solve_lower(self._lower, one, rank) for one in unit])
        copies = np.flatnonzero(self._place[: self._count] < 0)
        copies = copies[~np.isin(copies, own)]
        # Per direction that is taken out: how much of it the newcomer, and each copy, had.
        shares = _whitened(inverse, np.vstack([solved, self._solved[copies, :rank]]))
        return _unexplained(shares[0], shares[1:])


def _whitened(inverse: Floats, solved: Floats) -> Floats:
    """Rows (n, s) whose products are W'(Z'Z)^-1 W, of Z' (s, k) and the solutions (n, k)."""
    size = inverse.shape[0]
    gram = np.array([[kernels.dot(a, b) for b in inverse] for a in inverse])
    seen = np.array([[kernels.dot(one, z) for z in inverse] for one in solved])
    factor = np.zeros((size, size))
    for i in range(size):
        factor[i, :i] = kernels.solve_lower(factor, gram[i, :i].copy(), i)
        factor[i, i] = math.sqrt(max(gram[i, i] - kernels.dot(factor[i, :i], factor[i, :i]), DEPENDENT**2))
    return np.stack([kernels.solve_lower(factor, row, size) for row in seen])


def _unexplained(own: Floats, others: Floats) -> float:
    """Squared length of what the span of the others' rows (n, s) leaves of a vector (s,)."""
    rest, left = own.copy(), others.copy()
    for _ in range(own.size):
        lengths = np.array([kernels.dot(row, row) for row in left])
        if lengths.size == 0 or not lengths.max() > DEPENDENT:
            break
        unit = left[lengths.argmax()] / math.sqrt(lengths.max())
        rest -= kernels.dot(rest, unit) * unit
        left = left - np.array([kernels.dot(row, unit) for row in left])[:, None] * unit
    return float(kernels.dot(rest, rest))
