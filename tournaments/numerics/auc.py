"""AUC: how often a row that came true was given more than one that did not (FORMULAS section 2).

All comes from one table of counts between eras, which are whole numbers: so the AUC of any draw of eras is
exact, and neither the order of rows nor the number of threads moves a bit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from tournaments.numerics import bootstrap, checks
from tournaments.numerics.checks import Bools, Floats, Ints
from tournaments.numerics.errors import NumericsError

_BLOCK = 512  # draws a product: with 1,000 eras 4 MB


def auc(p: npt.ArrayLike, y: npt.ArrayLike) -> float | None:
    """Share of pairs of a one and a zero in which the one has the greater p (M,); a tie is half a pair.

    None where all labels are of one class. Source: FORMULAS section 2. Equals scikit-learn's
    `roc_auc_score` to 1e-12.
    Raises NumericsError: as `pair_table`.

    >>> auc([0.2, 0.4, 0.4, 0.9], [0, 1, 0, 1])
    0.875
    """
    rows = np.asarray(p).size
    pairs, ones, zeros = pair_table(p, y, np.array([0, rows]))
    return whole_auc(pairs, ones, zeros)


def pair_table(p: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike) -> tuple[Ints, Ints, Ints]:
    """Doubled counts of concordant pairs between eras: (E, E), with the ones (E,) and zeros (E,) of each.

    Cell (e, f) is twice the number of pairs of a one of era e and a zero of era f in which the one has the
    greater p, ties counting half: an integer. p (M,), labels y (M,), boundaries starts (E+1,).
    Raises NumericsError: `not_finite`, `not_a_probability`, `single_precision`, `bad_shape`, `empty`,
    `not_a_label`, `bad_starts`.

    >>> pairs, ones, zeros = pair_table([0.2, 0.4, 0.4, 0.9], [0, 1, 0, 1], [0, 2, 4])
    >>> pairs.tolist(), ones.tolist(), zeros.tolist()
    ([[2, 1], [2, 2]], [1, 1], [1, 1])
    """
    values = checks.probabilities(p)
    bounds = checks.boundaries(starts, values.size)
    is_one = checks.labels(y, values.size)
    order = np.argsort(values)
    era_of = np.repeat(np.arange(bounds.size - 1), np.diff(bounds))
    ones = np.add.reduceat(is_one, bounds[:-1], dtype=np.int64)
    pairs = np.zeros((ones.size, ones.size), dtype=np.int64)
    _count_pairs(values[order], is_one[order], era_of[order], pairs)
    return pairs, ones, np.diff(bounds) - ones


@njit(cache=True)
def _count_pairs(ordered: Floats, is_one: Bools, era_of: Ints, pairs: Ints) -> None:
    """Walk up the sorted rows with the zeros so far, (E,); each one of a run of equals meets them."""
    so_far = np.zeros(pairs.shape[0], dtype=np.int64)
    first = 0
    while first < ordered.size:
        last = first + 1
        while last < ordered.size and ordered[last] == ordered[first]:
            last += 1
        # Twice: with the zeros below the run, and with its own, too, so that these count half.
        _meet(is_one, era_of, first, last, so_far, pairs)
        for row in range(first, last):
            so_far[era_of[row]] += not is_one[row]
        _meet(is_one, era_of, first, last, so_far, pairs)
        first = last


@njit(cache=True)
def _meet(is_one: Bools, era_of: Ints, first: int, last: int, so_far: Ints, pairs: Ints) -> None:
    for row in range(first, last):
        if is_one[row]:
            pairs[era_of[row]] += so_far


def whole_auc(pairs: Ints, ones: Ints, zeros: Ints) -> float | None:
    """AUC of all eras together from `pair_table`, or None where there is one class only."""
    all_pairs = int(ones.sum()) * int(zeros.sum())
    return int(pairs.sum()) / (2 * all_pairs) if all_pairs else None


def era_auc(pairs: Ints, ones: Ints, zeros: Ints) -> list[float | None]:
    """AUC within each era from `pair_table`: E values, None where an era has one class only.

    >>> era_auc(*pair_table([0.2, 0.4, 0.4], [0, 1, 0], [0, 2, 3]))
    [1.0, None]
    """
    own, all_pairs = np.diagonal(pairs).tolist(), (ones * zeros).tolist()
    return [twice / (2 * n) if n else None for twice, n in zip(own, all_pairs, strict=True)]


def auc_interval(
    pairs: Ints, ones: Ints, zeros: Ints, draws: npt.ArrayLike, level: float = 0.95
) -> tuple[float, float] | None:
    """Percentile interval of the AUC over draws of eras (D, E): (low, high), exactly by the pairs' table.

    A draw's AUC is c'Uc / ((c·n1)(c·n0)) for counts c, pairs U, ones n1 and zeros n0. Draws that hold one
    class only are left out; None where that leaves none.
    Raises NumericsError: `too_few_eras` below two, `bad_shape`, `bad_count`, `bad_level`.

    >>> table = pair_table([0.2, 0.4, 0.4, 0.9], [0, 1, 0, 1], [0, 2, 4])
    >>> auc_interval(*table, bootstrap.era_draws(seed=1, eras=2, draws=100))
    (0.875, 1.0)
    """
    if ones.size < 2:
        raise NumericsError("too_few_eras", "An interval needs at least two eras.", eras=ones.size)
    counts = checks.counts("draws", draws, (-1, ones.size), least=0)
    table, found = pairs.astype(np.float64), np.empty(counts.shape[0])
    for first in range(0, counts.shape[0], _BLOCK):
        c = counts[first : first + _BLOCK].astype(np.float64)
        # Whole numbers below 2^53, so that no order of addition can change them.
        concordant = np.einsum("de,de->d", c @ table, c)
        all_pairs = 2.0 * (c @ ones) * (c @ zeros)
        found[first : first + _BLOCK] = np.divide(
            concordant, all_pairs, out=np.full(c.shape[0], np.nan), where=all_pairs > 0
        )
    return bootstrap.ends(found[~np.isnan(found)], level)
