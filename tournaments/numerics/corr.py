"""CORR: how an era's outcomes go with what was said of it, the ends weighing most (FORMULAS section 2).

CORR of an era is Pearson(sgn(g)·abs(g)^1.5, sgn(t)·abs(t)^1.5) with g = Phi^-1((rank - 1/2) / M_e), equal
values sharing their average rank, and t = y - mean(y). As y is 0 or 1, the second argument takes two values,
one a class, and Pearson with it is Pearson with y. The sums are loops of our own, in the order of ranks and
of rows, so that neither the threads of BLAS nor the size of a batch move a bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.special import ndtri

from tournaments.numerics import bootstrap, checks
from tournaments.numerics.checks import Bools, Floats, Ints

SMALLEST_SD = 1e-9
"""Eras whose CORRs differ by less are alike; mean ÷ sd would be a number about rounding."""
FIGURES = ("corr", "corr_low", "corr_high", "sharpe", "sharpe_low", "sharpe_high", "drawdown")
_SHARPE = FIGURES[3:6]
_FLAT = 1e-6
_BLOCK = 64  # submissions at a time: their sorted orders (2.5 MB at 5,000 rows) stay in the cache


@dataclass(frozen=True, eq=False)
class Kept:
    """What CORR needs of N submissions and no label changes: compute it once at upload, and keep it.

    `ranks` (N, M) are doubled average ranks within each era, `starts` (E+1,) the eras, and `moments`
    (N, E, 2) the sum and the sum of squares of each era's weights.
    """

    ranks: npt.NDArray[np.uint32]
    starts: Ints
    moments: Floats


@dataclass(frozen=True, eq=False)
class Corr:
    """CORR of one submission on one split. Where a figure is None, `undefined` has the reason.

    `eras` has the CORR of each era, None where it is undefined; `corr` is the mean of the others.
    """

    corr: float | None
    corr_low: float | None
    corr_high: float | None
    sharpe: float | None
    sharpe_low: float | None
    sharpe_high: float | None
    drawdown: float | None
    eras: list[float | None]
    undefined: dict[str, str]


def keep_ranks(p: npt.ArrayLike, starts: npt.ArrayLike) -> Kept:
    """Rank N submissions (N, M) of values in [0, 1] within each era of boundaries starts (E+1,).

    Raises NumericsError: `not_finite`, `not_a_probability`, `single_precision`, `bad_shape`, `empty`,
    `bad_starts`.

    >>> keep_ranks([[0.2, 0.4, 0.4, 0.9]], [0, 4]).ranks.tolist()
    [[2, 5, 5, 8]]
    """
    values = checks.probabilities(p, 2)
    bounds = checks.boundaries(starts, values.shape[1])
    ranks = np.empty(values.shape, dtype=np.uint32)
    moments = np.empty((values.shape[0], bounds.size - 1, 2))
    weights = _weights(bounds)
    for era, (first, last) in enumerate(pairwise(bounds.tolist())):
        for top in range(0, values.shape[0], _BLOCK):
            block = slice(top, top + _BLOCK)
            part = values[block, first:last]
            _rank(part, orders(part), weights[last - first], ranks[block, first:last], moments[block, era])
    return Kept(ranks, bounds, moments)


def orders(values: Floats) -> npt.NDArray[np.uint64]:
    """What `argsort` gives for each row of values (N, M) in [0, 1], in half its time.

    The bits of such floats rise with their values, and their top two are 0. So each is shifted up, its last
    bits give way to its place in the row, and whole numbers are sorted; a row where the lost bits mattered
    is sorted again as it is.

    >>> orders(np.array([[0.3, 0.1, 0.2]])).tolist()
    [[1, 2, 0]]
    """
    places = np.arange(values.shape[1], dtype=np.uint64)
    low = np.uint64((1 << values.shape[1].bit_length()) - 1)
    keys = (values + 0.0).view(np.uint64)  # which makes -0.0 plain
    keys <<= np.uint64(2)
    keys &= ~low
    keys |= places
    keys.sort(axis=1)
    keys &= low
    for row in np.flatnonzero(~_rises(values, keys)):
        keys[row] = np.argsort(values[row])
    return keys


def _weights(bounds: Ints) -> dict[int, Floats]:
    return {rows: tail_weights(rows) for rows in set(np.diff(bounds).tolist())}


def tail_weights(rows: int) -> Floats:
    """sgn(g)·abs(g)^1.5 at every doubled rank r of an era of M rows, g = Phi^-1((r - 1) / 2M): (2M + 1,).

    >>> tail_weights(2)[[2, 3, 4]].round(4).tolist()
    [-0.5539, 0.0, 0.5539]
    """
    g = np.zeros(2 * rows + 1)  # no doubled rank is 0 or 1
    g[2:] = ndtri(np.arange(1, 2 * rows) / (2 * rows))
    weights: Floats = np.sign(g) * np.abs(g) ** 1.5
    return weights


def corr_table(kept: Kept, y: npt.ArrayLike) -> Floats:
    """CORR of N submissions in each of E eras: (N, E), NaN where either side of an era is constant.

    y (M,) are labels. Source: FORMULAS section 2. Equals numerai-tools' `numerai_corr`, called on that era,
    to 1e-9; that is NaN in the same places.
    Raises NumericsError: `bad_shape`, `not_a_label`.

    >>> kept = keep_ranks([[0.1, 0.2, 0.3, 0.4], [0.9, 0.3, 0.2, 0.1], [0.5, 0.5, 0.5, 0.5]], [0, 4])
    >>> corr_table(kept, [0, 0, 1, 1]).round(6).tolist()
    [[0.801716], [-0.801716], [nan]]
    """
    ones = checks.labels(y, kept.ranks.shape[1])
    size = kept.ranks.shape[0]
    found = np.empty((size, kept.starts.size - 1))
    weights, sums = _weights(kept.starts), np.empty(size)
    for era, (first, last) in enumerate(pairwise(kept.starts.tolist())):
        rows, true = last - first, np.flatnonzero(ones[first:last])
        _sum_at(kept.ranks[:, first:last], true, weights[rows], sums)
        whole, squares = kept.moments[:, era, 0], kept.moments[:, era, 1]
        spread = (squares - whole * whole / rows) * (true.size * (rows - true.size) / rows)
        together = sums - true.size * whole / rows
        found[:, era] = np.divide(together, np.sqrt(spread), out=np.full(size, np.nan), where=spread > 0)
    return found.clip(-1.0, 1.0)


def corr_scores(p: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike, draws: npt.ArrayLike) -> Corr:
    """CORR with what is made of it, of p (M,) and labels y (M,) in eras starts (E+1,); draws (D, E).

    An era without CORR is left out of all that follows. The mean weighs eras equally; sharpe is the mean ÷
    the standard deviation (ddof 0) over eras; drawdown the largest fall of the running sum, which starts at
    0. Intervals are percentiles over draws of eras; draws without any era, and for sharpe without a spread,
    are left out.
    Reasons: `one_class`, `constant` (the predictions), `too_few_eras`, `no_spread` (all eras alike).
    Raises NumericsError: as `keep_ranks` and `corr_table`, and `bad_count` for draws of another shape.

    >>> draws = bootstrap.era_draws(seed=7, eras=2, draws=100)
    >>> found = corr_scores([0.1, 0.2, 0.3, 0.4, 0.4, 0.3], [0, 0, 1, 1, 0, 1], [0, 4, 6], draws)
    >>> [round(one, 4) for one in found.eras], round(found.corr, 4), round(found.sharpe, 4), found.drawdown
    ([0.8017, -1.0], -0.0991, -0.1101, 1.0)
    """
    values = checks.real_array("p", p, 1)
    kept = keep_ranks(values[None, :], starts)
    row = corr_table(kept, y)[0]
    return over_eras(row, draws, _why_missing(kept, y, ~np.isnan(row)))


def over_eras(eras: npt.ArrayLike, draws: npt.ArrayLike, missing: str = "constant") -> Corr:
    """Mean, sharpe and drawdown of era CORRs (E,), with intervals over draws (D, E).

    NaN or None marks an era without CORR, for the reason `missing`; see `corr_scores`.
    Raises NumericsError: `bad_shape`, `bad_count`.

    >>> found = over_eras([0.02, -0.01, None, 0.05], [[1, 1, 1, 1]])
    >>> round(found.corr, 9), round(found.drawdown, 9), found.undefined
    (0.02, 0.01, {'era_corr': 'constant'})
    """
    row = np.asarray(eras, dtype=np.float64)
    known = ~np.isnan(row)
    counts = checks.counts("draws", draws, (-1, row.size), least=0)
    undefined: dict[str, str] = {}
    figures: dict[str, float | None] = dict.fromkeys(FIGURES)
    if not known.all():
        counts = counts[:, known]  # a copy of 10 MB, seldom needed
        undefined["era_corr"] = missing
    if known.any():
        undefined |= _measure(row[known], counts, figures)
    else:
        undefined |= dict.fromkeys(FIGURES, missing)
    told = [float(one) if here else None for one, here in zip(row, known, strict=True)]
    return Corr(**figures, eras=told, undefined=undefined)


def _measure(eras: Floats, counts: Ints, figures: dict[str, float | None]) -> dict[str, str]:
    """Fill in what defined eras (E,) and draws of them (D, E) say; returns why the rest is None."""
    mean, centred = float(np.mean(eras)), eras - np.mean(eras)
    running = np.concatenate([[0.0], np.cumsum(eras)])
    figures["corr"] = mean
    figures["drawdown"] = float((np.maximum.accumulate(running) - running).max())
    if eras.size < 2:
        return dict.fromkeys((*FIGURES[1:3], *_SHARPE), "too_few_eras")
    drawn = counts.sum(axis=1)
    if not drawn.all():
        counts, drawn = counts[drawn > 0], drawn[drawn > 0]
    off = np.einsum("de,e->d", counts, centred) / drawn
    figures["corr_low"], figures["corr_high"] = _ends(mean + off)
    sd = float(np.std(eras))
    if not sd >= SMALLEST_SD:
        return dict.fromkeys(_SHARPE, "no_spread")
    figures["sharpe"] = mean / sd
    squares = np.einsum("de,e->d", counts, centred * centred) / drawn
    sds = np.sqrt(np.maximum(0.0, squares - off * off))
    # Draws of one era alone have a spread of rounding only.
    spread = sds > max(SMALLEST_SD, _FLAT * np.abs(centred).max())
    figures["sharpe_low"], figures["sharpe_high"] = _ends((mean + off[spread]) / sds[spread])
    return {} if spread.any() else dict.fromkeys(_SHARPE[1:], "no_spread")


def _ends(values: Floats) -> tuple[float | None, float | None]:
    return bootstrap.ends(values) or (None, None)


def _why_missing(kept: Kept, y: npt.ArrayLike, known: Bools) -> str:
    """Say why some eras have no CORR: `one_class` where the labels alone are to blame."""
    ones = np.add.reduceat(checks.labels(y, kept.ranks.shape[1]), kept.starts[:-1], dtype=np.int64)
    mixed = (ones > 0) & (ones < np.diff(kept.starts))
    return "constant" if (mixed & ~known).any() else "one_class"


@njit(cache=True)
def _rises(values: Floats, order: npt.NDArray[np.uint64]) -> Bools:
    """Whether each row of values (N, M) is sorted by its order."""
    found = np.ones(values.shape[0], dtype=np.bool_)
    for index in range(values.shape[0]):
        for place in range(1, values.shape[1]):
            if values[index, order[index, place]] < values[index, order[index, place - 1]]:
                found[index] = False
                break
    return found


@njit(cache=True)
def _rank(
    values: Floats,
    order: npt.NDArray[np.uint64],
    weights: Floats,
    ranks: npt.NDArray[np.uint32],
    moments: Floats,
) -> None:
    """Doubled average ranks of each row of values (N, M) from its order, and its weights' moments."""
    rows = values.shape[1]
    for index in range(values.shape[0]):
        whole, squares, first = 0.0, 0.0, 0
        while first < rows:
            lowest, last = values[index, order[index, first]], first + 1
            while last < rows and values[index, order[index, last]] == lowest:
                last += 1
            for place in range(first, last):
                ranks[index, order[index, place]] = first + last + 1
            weight = weights[first + last + 1]
            whole += (last - first) * weight
            squares += (last - first) * weight * weight
            first = last
        moments[index, 0], moments[index, 1] = whole, squares


@njit(cache=True)
def _sum_at(ranks: npt.NDArray[np.uint32], places: Ints, weights: Floats, sums: Floats) -> None:
    """The sum of the weights of ranks (N, M) at some places of each row."""
    for index in range(ranks.shape[0]):
        total = 0.0
        for place in places:
            total += weights[ranks[index, place]]
        sums[index] = total
