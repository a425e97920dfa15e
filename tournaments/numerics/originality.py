"""How original a submission is, measured against those that came before it (FORMULAS section 3).

The gate reads units of 1e-9 of float64 correlations: neither storage precision nor thread counts decide.
All pairs are compared in exact products of ticks (`likeness`), block by block; only those that may be the
nearest are compared again in float64, and only those distributions merged that their counts leave open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks, likeness
from tournaments.numerics.checks import Bools, Counts, Floats, Ints, Singles
from tournaments.numerics.correlations import split_correlations, vectors
from tournaments.numerics.distributions import cumulative_counts, smallest_distance
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.residuals import Residuals
from tournaments.numerics.units import UNITS, quantise

_COARSE = 6  # decimals of crowding and residual: far above what the ticks leave open
_BLOCK = 256  # rows at a time: two blocks of the original game's size take 150 MB in float64


class Rows(Protocol):
    """A vector for each submission, read when it is asked for."""

    def __getitem__(self, index: int, /) -> Floats:
        """The vector (K,) float64 of a submission."""


class TickRows(Protocol):
    """The ticks of submissions, read in blocks."""

    def __getitem__(self, index: Ints, /) -> Singles:
        """The ticks (n, K) float32 of n submissions."""


@dataclass(frozen=True)
class Crowd:
    """A round's N selected submissions, as many as fit in memory or not; K rows in S splits.

    ticks, ranks and values give `likeness.ticks`, Gaussian ranks and raw probabilities of a submission;
    counts (N, 2048) are `distributions.cumulative_counts`; owners (N,) participants, precedence (N,)
    positions from `precedence.precedence_positions`; split_starts (S+1,).
    """

    ticks: TickRows
    ranks: Rows
    values: Rows
    counts: Counts
    owners: Ints
    precedence: Ints
    split_starts: Ints

    @property
    def size(self) -> int:
        """N, how many submissions there are."""
        return self.owners.size


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


def nearest(
    g: Floats, others: Rows, screened: npt.NDArray[np.floating], split_starts: Ints
) -> tuple[int, int, float]:
    """The largest abs(rho) of g (K,) with N others in units of 1e-9, whose it is, and that rho, at 1e-9.

    screened (N,) are their abs(rho) within `likeness.SCREEN_ERROR`, in order of precedence: the earliest of
    equals is named, and only those that may be it are read and compared, in float64. N >= 1.

    >>> others = np.array([[1.0, 2.0, 4.0], [4.0, 2.0, 1.0]])
    >>> nearest(others[0], others[1:], np.array([0.9285714]), np.array([0, 3]))
    (928571429, 0, -0.928571429)
    """
    largest, whose, signed = -1, -1, 0.0
    for place in np.flatnonzero(screened >= screened.max() - likeness.SCREEN_ERROR):
        exact = split_correlations(g, others[int(place)][None, :], split_starts)[0]
        worst = float(exact[np.argmax(np.abs(exact))])
        units = quantise(abs(worst))
        if units > largest:
            largest, whose, signed = units, int(place), round(worst, 9)
        if largest == UNITS:
            break  # nobody who comes later can be nearer
    return largest, whose, signed


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
    Raises NumericsError: as `split_correlations` and `checks.probabilities`.

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
    positions, split_starts (S+1,). As `crowd_originality`, of arrays that are in memory.
    Raises NumericsError: as `split_correlations`, `bad_count`, `not_a_probability`.

    >>> g = [[1.0, 2.0, 4.0], [1.0, 2.0, 4.0]]
    >>> [one.originality for one in round_originality(g, [[0.1, 0.2, 0.4]] * 2, [7, 8], [1, 2], [0, 3])]
    [1.0, 0.0]
    """
    ranks = checks.real_array("g", g, 2)
    values = checks.probabilities(p, ndim=2)
    if values.shape != ranks.shape:
        raise NumericsError("bad_shape", "g and p must have the same shape.")
    bounds = checks.boundaries(split_starts, ranks.shape[1])
    crowd = Crowd(
        ticks=np.stack([likeness.ticks(one, bounds) for one in ranks]),
        ranks=ranks,
        values=values,
        counts=np.stack([cumulative_counts(one) for one in values]),
        owners=checks.counts("owners", owners, ranks.shape[:1], least=0),
        precedence=checks.counts("precedence", precedence, ranks.shape[:1], least=0),
        split_starts=bounds,
    )
    return crowd_originality(crowd)


def crowd_originality(crowd: Crowd) -> list[Originality]:
    """Originality of each of a crowd's N submissions against those that have precedence over it.

    Others of i: submissions of other participants with a lower precedence position. rho is taken per split
    and the split with the largest abs(rho) counts, for the headline, the nearest (the earliest of equals)
    and the crowding alike; KS is over all rows; the residual is the smallest over the splits that have at
    least ten rows for each of the others. Source: FORMULAS section 3.
    """
    order = np.argsort(crowd.precedence, kind="stable")
    residuals = Residuals(np.diff(crowd.split_starts), crowd.owners)
    found: list[Originality | None] = [None] * crowd.size
    for place, rho, defined in _triangle(crowd, order):
        index, earlier = int(order[place]), order[:place]
        own = crowd.owners[earlier] == crowd.owners[index]
        share = residuals.next(rho, defined, np.flatnonzero(own))
        found[index] = _measure(crowd, index, earlier[~own], rho[:, ~own], share, bool(defined.any()))
    return [one for one in found if one is not None]


def _triangle(crowd: Crowd, order: Ints) -> Iterator[tuple[int, Floats, Bools]]:
    """Yield each place of the order, its correlations (S, place) with those before it, and on which splits
    it has any.
    """
    splits = crowd.split_starts.size - 1
    norms = np.zeros((splits, order.size))
    for first in range(0, order.size, _BLOCK):
        block = order[first : first + _BLOCK]
        rows, last = crowd.ticks[block], first + block.size
        products = np.empty((splits, block.size, last))
        for other in range(0, last, _BLOCK):
            columns = rows if other == first else crowd.ticks[order[other : other + _BLOCK]]
            part = likeness.exact_products(rows, columns, crowd.split_starts)
            products[:, :, other : other + part.shape[2]] = part
        norms[:, first:last] = np.diagonal(products[:, :, first:], axis1=1, axis2=2)
        for at in range(block.size):
            lengths = np.sqrt(norms[:, first + at, None] * norms[:, : first + at])
            whole = np.where(lengths > 0, lengths, 1.0)
            yield first + at, products[:, at, : first + at] / whole, norms[:, first + at] > 0


def _measure(
    crowd: Crowd, index: int, others: Ints, rho: Floats, share: float | None, defined: bool
) -> Originality:
    undefined = _reasons(defined, others.size, share)
    largest, whose, nearest_rho, crowding = 0, None, None, None
    if defined and others.size:
        screened = np.abs(rho).max(axis=0)
        earlier = _Chosen(crowd.ranks, others)
        largest, place, nearest_rho = nearest(crowd.ranks[index], earlier, screened, crowd.split_starts)
        whose, crowding = int(others[place]), round(float(np.mean(screened)), _COARSE)
    return Originality(
        originality=(UNITS - largest) / UNITS if defined else None,
        max_abs_rho=largest / UNITS,
        nearest=whose,
        nearest_rho=nearest_rho,
        crowding=crowding,
        ks=_smallest_ks(crowd, index, others),
        residual=share,
        undefined=undefined,
    )


def _reasons(defined: bool, others: int, share: float | None) -> dict[str, str]:
    """Why what is null is null."""
    if not defined:
        reasons = dict.fromkeys(("originality", "nearest", "nearest_rho", "crowding", "residual"), "constant")
    elif others == 0:
        reasons = dict.fromkeys(("nearest", "nearest_rho", "crowding"), "no_others")
    else:
        reasons = {}
    if others == 0:
        reasons["ks"] = "no_others"
    if share is None:
        reasons.setdefault("residual", "too_many_others")
    return reasons


def _smallest_ks(crowd: Crowd, index: int, others: Ints) -> float | None:
    if others.size == 0:
        return None
    own = np.sort(crowd.values[index])
    return smallest_distance(own, crowd.counts[index], crowd.values, crowd.counts, others)[0]


@dataclass(frozen=True)
class _Chosen:
    """Some of the rows, counted anew."""

    rows: Rows
    which: Ints

    def __getitem__(self, index: int) -> Floats:
        return self.rows[int(self.which[index])]
