"""How original a submission is, measured against those that came before it (FORMULAS section 3).

The gate reads units of 1e-9 of float64 correlations: neither storage precision nor thread counts decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpstrf

from tournaments.numerics import checks
from tournaments.numerics.checks import Floats, Ints
from tournaments.numerics.correlations import correlation_table, split_correlations, vectors
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.losses import UNITS, quantise
from tournaments.numerics.precedence import earliest_position

__all__ = [
    "Originality",
    "earliest_position",
    "ks_distance",
    "originality_of",
    "residual",
    "round_originality",
    "split_correlations",
    "verdict",
]

_DEPENDENT = 1e-10  # a pivot below this share of variance adds no direction to the span
_CELLS = 512
_COARSE = 6  # decimals of crowding and residual: far above the rounding noise of LAPACK's threads


@dataclass(frozen=True)
class Originality:
    """One submission's originality (FORMULAS section 3).

    `nearest` is a row number of the arrays that were given. `max_abs_rho` is always a number, the one
    that the gate reads; it and `nearest_rho` are at 1e-9, `crowding` and `residual` at 1e-6. What is
    undefined is None, and `undefined` maps the field's name to the reason.
    """

    originality: float | None
    max_abs_rho: float
    nearest: int | None
    nearest_rho: float | None
    crowding: float | None
    ks: float | None
    residual: float | None
    undefined: dict[str, str]


def verdict(max_abs_rho: float, near: float = 0.90, gate: float = 0.95) -> str:
    """One of three words, all that is told before the close: "clear", "near", "too_near".

    "too_near" is above the gate, "near" above `near`. Compared in units of 1e-9; exactly at a threshold
    is on its milder side. Source: FORMULAS section 3.
    Raises NumericsError: `not_finite`, `not_a_correlation` outside [0, 1].

    >>> verdict(0.90), verdict(0.900000001), verdict(0.9500000004), verdict(0.951)
    ('clear', 'near', 'near', 'too_near')
    """
    units = quantise(max_abs_rho)
    if not 0 <= units <= UNITS:
        raise NumericsError("not_a_correlation", "abs(rho) lies in [0, 1].", value=max_abs_rho)
    if units > quantise(gate):
        return "too_near"
    return "near" if units > quantise(near) else "clear"


def ks_distance(p: npt.ArrayLike, q: npt.ArrayLike) -> float:
    """Two-sample Kolmogorov-Smirnov distance of probabilities p (M,) and q (K,).

    The largest gap between their shares of values below any point; equals the statistic of scipy's
    `ks_2samp`. Source: FORMULAS section 3.
    Raises NumericsError: as `checks.probabilities`.

    >>> ks_distance([0.1, 0.2, 0.3], [0.2, 0.3, 0.4])
    0.3333333333333333
    """
    return _ks_sorted(np.sort(checks.probabilities(p)), np.sort(checks.probabilities(q)))


def residual(g: npt.ArrayLike, others: npt.ArrayLike) -> float | None:
    """What k others (k, M) leave unexplained of g (M,) on one split, as a share of its variance.

    o = [RSS / (M - k)] / [TSS / (M - 1)] of the regression with intercept. By pivoted Cholesky of their
    correlations, so that copies among the others do no harm; at 1e-6. 1.0 without others; None when g is
    constant or k > M / 10. Source: FORMULAS section 3.
    Raises NumericsError: as `split_correlations`.

    >>> residual(np.arange(40.0) ** 2, [np.arange(40.0)])
    0.06538
    """
    own = checks.real_array("g", g, 1)
    rest = vectors("others", others, own.size)
    table = correlation_table(np.vstack([rest, own]), [0, own.size])[0]
    if table[-1, -1] == 0.0:
        return None
    return _residual_share(table[-1, :-1], table[:-1, :-1], own.size)


def originality_of(
    g: npt.ArrayLike,
    p: npt.ArrayLike,
    others_g: npt.ArrayLike,
    others_p: npt.ArrayLike,
    split_starts: npt.ArrayLike,
) -> Originality:
    """Originality of one submission against k others, which must be those with precedence, earliest first.

    g (M,) Gaussian ranks and p (M,) raw probabilities; others_g, others_p (k, M); split_starts (S+1,).
    As `round_originality`, which see.
    Raises NumericsError: as `split_correlations` and `ks_distance`.

    >>> found = originality_of([1.0, 2.0, 4.0], [0.1, 0.2, 0.4], [[4.0, 2.0, 1.0]], [[0.4, 0.2, 0.1]], [0, 3])
    >>> found.originality, found.nearest, found.nearest_rho, found.ks, found.undefined
    (0.071428571, 0, -0.928571429, 0.0, {'residual': 'too_many_others'})
    """
    own = checks.real_array("g", g, 1)
    ranks = np.vstack([vectors("others_g", others_g, own.size), own])
    values = np.vstack([vectors("others_p", others_p, own.size), checks.probabilities(p)])
    last = ranks.shape[0] - 1
    return round_originality(ranks, values, np.arange(last + 1), np.arange(last + 1), split_starts)[-1]


def round_originality(
    g: npt.ArrayLike,
    p: npt.ArrayLike,
    owners: npt.ArrayLike,
    precedence: npt.ArrayLike,
    split_starts: npt.ArrayLike,
) -> list[Originality]:
    """Originality of each of a round's N selected submissions against those that have precedence over it.

    g (N, M) Gaussian ranks, p (N, M) raw probabilities, owners (N,) participants, precedence (N,)
    positions from `precedence.precedence_positions`, split_starts (S+1,). Others of i: submissions of
    other participants with a lower precedence position. rho is taken per split and the split with the
    largest abs(rho) counts, for the headline, the nearest (the earliest of equals) and the crowding
    alike; KS is over all rows; the residual is the smallest over the splits that have at least ten rows
    for each of the others. Source: FORMULAS section 3.
    Raises NumericsError: as `split_correlations`, `bad_count`, `not_a_probability`.

    >>> g = [[1.0, 2.0, 4.0], [1.0, 2.0, 4.0]]
    >>> [one.originality for one in round_originality(g, [[0.1, 0.2, 0.4]] * 2, [7, 8], [1, 2], [0, 3])]
    [1.0, 0.0]
    """
    ranks = checks.real_array("g", g, 2)
    values = checks.probabilities(p, ndim=2)
    if values.shape != ranks.shape:
        raise NumericsError("bad_shape", "g and p must have the same shape.")
    who = checks.counts("owners", owners, ranks.shape[:1], least=0)
    when = checks.counts("precedence", precedence, ranks.shape[:1], least=0)
    table = correlation_table(ranks, split_starts)
    rows = np.diff(checks.boundaries(split_starts, ranks.shape[1]))
    crowd = _Distributions(values)
    by_time = np.argsort(when, kind="stable")
    found = []
    for index in range(ranks.shape[0]):
        others = by_time[(when[by_time] < when[index]) & (who[by_time] != who[index])]
        found.append(_measure(index, others, table, rows, crowd))
    return found


def _measure(index: int, others: Ints, table: Floats, rows: Ints, crowd: _Distributions) -> Originality:
    defined = np.flatnonzero(table[:, index, index])
    rhos = table[:, index, others]
    worst_split = np.argmax(np.abs(rhos), axis=0)
    worst = np.take_along_axis(rhos, worst_split[None, :], axis=0)[0]
    units = np.rint(np.abs(worst) * UNITS).astype(np.int64)
    largest = int(units.max(initial=0))
    undefined: dict[str, str] = {}
    nearest, crowding = None, None
    if defined.size == 0:
        undefined = dict.fromkeys(
            ("originality", "nearest", "nearest_rho", "crowding", "residual"), "constant"
        )
    elif others.size == 0:
        undefined = dict.fromkeys(("nearest", "nearest_rho", "crowding"), "no_others")
    else:
        nearest, crowding = int(np.argmax(units)), round(float(np.mean(np.abs(worst))), _COARSE)
    if others.size == 0:
        undefined["ks"] = "no_others"
    share = _smallest_residual(index, others, table, rows, defined)
    if share is None:
        undefined.setdefault("residual", "too_many_others")
    return Originality(
        originality=(UNITS - largest) / UNITS if defined.size else None,
        max_abs_rho=largest / UNITS,
        nearest=None if nearest is None else int(others[nearest]),
        nearest_rho=None if nearest is None else round(float(worst[nearest]), 9),
        crowding=crowding,
        ks=crowd.smallest(index, others) if others.size else None,
        residual=share,
        undefined=undefined,
    )


def _smallest_residual(index: int, others: Ints, table: Floats, rows: Ints, defined: Ints) -> float | None:
    shares = [
        _residual_share(table[split, index, others], table[split][np.ix_(others, others)], int(rows[split]))
        for split in defined
    ]
    return min((share for share in shares if share is not None), default=None)


def _residual_share(rho: Floats, gram: Floats, rows: int) -> float | None:
    k = rho.size
    if k == 0:
        return 1.0
    if 10 * k > rows:
        return None
    factor, pivots, rank, _ = dpstrf(gram, tol=_DEPENDENT, lower=1)
    chosen = pivots[:rank] - 1
    loads = solve_triangular(factor[:rank, :rank], rho[chosen], lower=True)
    unexplained = max(0.0, 1.0 - float(np.sum(loads * loads)))
    return round(unexplained * (rows - 1) / (rows - k), _COARSE)


class _Distributions:
    """Sorted probabilities, and their counts below common cells: bounds that spare most exact distances."""

    def __init__(self, values: Floats) -> None:
        self.ordered = np.sort(values, axis=1)
        rows = values.shape[1]
        pool = np.sort(self.ordered[:, :: max(1, rows // _CELLS)], axis=None)
        cells = pool[:: max(1, pool.size // _CELLS)]
        self.below = np.array([np.searchsorted(row, cells, side="right") for row in self.ordered])

    def smallest(self, index: int, others: Ints) -> float:
        bounds = np.abs(self.below[others] - self.below[index]).max(axis=1) / self.ordered.shape[1]
        best = np.inf
        for place in np.argsort(bounds, kind="stable"):
            if bounds[place] >= best:
                break
            best = min(best, _ks_sorted(self.ordered[index], self.ordered[others[place]]))
        return float(best)


def _ks_sorted(a: Floats, b: Floats) -> float:
    points = np.concatenate([a, b])
    below_a = np.searchsorted(a, points, side="right") * b.size
    below_b = np.searchsorted(b, points, side="right") * a.size
    return int(np.abs(below_a - below_b).max()) / (a.size * b.size)
