"""The information coefficient: how the order of predictions goes with what happened, by era (FORMULAS 8)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numba import njit

from tournaments.numerics import checks, corr
from tournaments.numerics.checks import Bools, Floats, Ints

SMALLEST_SD = corr.SMALLEST_SD


@dataclass(frozen=True, eq=False)
class Information:
    """Information coefficients of E eras and what is made of them (FORMULAS section 8).

    `ic` is their mean, `sd` their standard deviation (ddof 1), `t` = ic ÷ (sd ÷ √eras), `realised` = ic ÷ sd,
    the information ratio that the eras show, and `acts_like` = 1 ÷ sd²: n independent rows without any skill
    have ICs that vary by 1 ÷ √(n - 1), so it is how many independent rows would vary as much. What is
    undefined is None, and `undefined` maps its name to the reason; that of `eras` holds for its entries
    that are None.
    """

    ic: float | None
    low: float | None
    high: float | None
    sd: float | None
    t: float | None
    realised: float | None
    acts_like: float | None
    eras: list[float | None]
    undefined: dict[str, str]


def era_spearman(p: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike) -> Floats:
    """Spearman of N predictions with labels in each of E eras: (N, E), NaN where either is constant.

    p (N, M) in [0, 1], y (M,) labels, starts (E+1,) eras. Equal values share their average rank. The sums
    are of whole numbers, so they are exact. Equals SciPy's `spearmanr` called on that era, to 1e-12.
    Raises NumericsError: as `corr.keep_ranks`, and `not_a_label`.

    >>> era_spearman([[0.1, 0.2, 0.3, 0.4]], [0, 1, 0, 1], [0, 4]).round(6).tolist()
    [[0.447214]]
    """
    kept = corr.keep_ranks(p, starts)
    ones = checks.labels(y, kept.ranks.shape[1])
    found = np.empty((kept.ranks.shape[0], kept.starts.size - 1))
    for era, (first, last) in enumerate(pairwise(kept.starts.tolist())):
        rows, true = last - first, int(ones[first:last].sum())
        together, squares = _sums(kept.ranks[:, first:last], ones[first:last], rows + 1)
        spread = squares * (true * (rows - true) / rows)
        found[:, era] = np.divide(
            together, np.sqrt(spread), out=np.full(spread.size, np.nan), where=spread > 0
        )
    return found.clip(-1.0, 1.0)


def information(
    p: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike, draws: npt.ArrayLike
) -> Information:
    """The information coefficients of p (M,) with labels y (M,) in eras starts (E+1,); draws (D, E).

    An era without one is left out of all that is made of them; the mean weighs eras equally, and its 95 %
    interval is that of draws of eras. Source: Grinold, The fundamental law of active management, 1989.
    Reasons: `one_class`, `constant` (the predictions), `too_few_eras`, `no_spread` (all eras alike).
    Raises NumericsError: as `era_spearman` and `corr.over_eras`.

    >>> found = information([0.1, 0.2, 0.3, 0.4, 0.4, 0.3], [0, 1, 0, 1, 1, 0], [0, 4, 6], [[1, 1]])
    >>> [round(one, 4) for one in found.eras], round(found.ic, 4), round(found.sd, 4), round(found.t, 4)
    ([0.4472, 1.0], 0.7236, 0.3909, 2.618)
    """
    values = checks.real_array("p", p, 1)
    row = era_spearman(values[None, :], y, starts)[0]
    over = corr.over_eras(row, draws, _why_missing(values, y, starts, row))
    undefined = {_NAMES[name]: why for name, why in over.undefined.items() if name in _NAMES}
    known = row[~np.isnan(row)]
    sd = float(np.std(known, ddof=1)) if known.size > 1 else None
    if over.corr is None or sd is None or not sd >= SMALLEST_SD:
        why = undefined.get("low", "no_spread")
        undefined |= dict.fromkeys(("t", "realised", "acts_like"), why) | ({} if sd else {"sd": why})
        return Information(
            over.corr, over.corr_low, over.corr_high, sd, None, None, None, over.eras, undefined
        )
    ratio = over.corr / sd
    t = ratio * math.sqrt(known.size)
    return Information(
        over.corr, over.corr_low, over.corr_high, sd, t, ratio, 1.0 / (sd * sd), over.eras, undefined
    )


_NAMES = {"corr": "ic", "corr_low": "low", "corr_high": "high", "era_corr": "eras"}


def _why_missing(p: Floats, y: npt.ArrayLike, starts: npt.ArrayLike, row: Floats) -> str:
    """Why some eras have none: `one_class` where the labels alone are to blame."""
    bounds = checks.boundaries(starts, p.size)
    ones = np.add.reduceat(checks.labels(y, p.size), bounds[:-1], dtype=np.int64)
    mixed = (ones > 0) & (ones < np.diff(bounds))
    return "constant" if (mixed & np.isnan(row)).any() else "one_class"


@njit(cache=True)
def _sums(ranks: npt.NDArray[np.uint32], ones: Bools, mean: int) -> tuple[Ints, Ints]:  # pragma: no cover
    """Distances of doubled ranks (N, M) from their mean: summed where the label is 1, and all, squared."""
    together, squares = np.zeros(ranks.shape[0], dtype=np.int64), np.zeros(ranks.shape[0], dtype=np.int64)
    for n in range(ranks.shape[0]):
        row = ranks[n]
        total, square = np.int64(0), np.int64(0)
        for m in range(row.size):
            off = np.int64(row[m]) - mean
            total += off * ones[m]
            square += off * off
        together[n], squares[n] = total, square
    return together, squares
