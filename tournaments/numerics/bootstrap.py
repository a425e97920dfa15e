"""Intervals over eras and the ties that they show (FORMULAS section 2).

A draw is a resample of whole eras with replacement. All submissions of a round share the draws, so
differences are paired and nobody can draw again by resubmitting.

The products of draws and losses are exact: each era's summed loss is rounded to a power of two so coarse
that every partial sum fits in float64's 53 bits. The order of addition then does not matter, and the
intervals are the same to the last bit for any number of BLAS threads. The rounding costs about 1e-12 nats
at 120 eras of 300 rows.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks
from tournaments.numerics.checks import Floats, Ints
from tournaments.numerics.errors import NumericsError

_LN2 = math.log(2.0)
_LARGEST_LOSS = 64.0  # above -ln 1e-15, the narrowest clip that the doors let through
_BLOCK = 64  # submissions a matrix product: their draws (5 MB) stay in the cache
_GRAIN = 1e9


def era_draws(seed: int, eras: int, draws: int = 10_000) -> Ints:
    """How often each of E eras occurs in each of D resamples: counts (D, E), every row sums to E.

    Multinomial from PCG64(seed); the seed is the round's (FORMULAS section 2).
    Raises NumericsError: `bad_count`, `bad_seed`.

    >>> era_draws(seed=1, eras=3, draws=2).sum(axis=1).tolist()
    [3, 3]
    """
    if not (eras >= 1 and draws >= 1):
        raise NumericsError("bad_count", "There must be at least one era and one draw.")
    if not seed >= 0:
        raise NumericsError("bad_seed", "A seed is a non-negative integer.", seed=seed)
    generator = np.random.Generator(np.random.PCG64(seed))
    return generator.multinomial(eras, np.full(eras, 1.0 / eras), size=draws)


def gain_interval(
    era_losses: npt.ArrayLike, era_rows: npt.ArrayLike, draws: npt.ArrayLike, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of the gain of one submission, in nats: (low, high) from losses (E,).

    As `gain_intervals`, which see, for a single row.

    >>> low, high = gain_interval([0.69, 0.68], [100, 100], era_draws(seed=1, eras=2, draws=1000))
    >>> round(low, 6), round(high, 6)
    (0.003147, 0.013147)
    """
    losses = checks.real_array("era_losses", era_losses, 1)
    low, high = gain_intervals(losses[None, :], era_rows, draws, level)[0]
    return float(low), float(high)


def gain_intervals(
    era_losses: npt.ArrayLike, era_rows: npt.ArrayLike, draws: npt.ArrayLike, level: float = 0.95
) -> Floats:
    """Percentile intervals of the gains of N submissions: (N, 2) nats, low and high (FORMULAS section 2).

    era_losses (N, E) nats, era_rows (E,), draws (D, E). One draw's gain is ln 2 - sum(c n L) / sum(c n)
    over eras with counts c, rows n and losses L; percentiles interpolate linearly (2.5 and 97.5 at the
    default level).
    Raises NumericsError: `too_few_eras` below two, `bad_shape`, `bad_count`, `not_finite`, `bad_level`.

    >>> gain_intervals([[0.69, 0.69]], [10, 30], era_draws(1, 2, draws=9)).round(6).tolist()
    [[0.003147, 0.003147]]
    """
    losses, rows, counts = _door(era_losses, era_rows, draws)
    _need_level(level)
    drawn_rows = counts @ rows
    intervals = np.empty((losses.shape[0], 2))
    for first in range(0, losses.shape[0], _BLOCK):
        block = slice(first, first + _BLOCK)
        gains = _LN2 - (_exact_sums(losses[block], rows) @ counts.T) / drawn_rows
        intervals[block] = _percentiles(gains, level)
    return intervals


def own_intervals(era_losses: npt.ArrayLike, era_rows: npt.ArrayLike, draws: npt.ArrayLike) -> Floats:
    """95 % intervals of the gains of N submissions that were scored on eras of their own: (N, 2) nats.

    As `gain_interval` gives for each row of era_losses (N, E) and era_rows (N, E), to the last bit; the
    draws (D, E) are shared. One product for all takes a hundredth of the time.
    Raises NumericsError: as `gain_intervals`.

    >>> draws = era_draws(seed=1, eras=2, draws=1000)
    >>> own_intervals([[0.69, 0.68], [0.69, 0.68]], [[100, 100], [50, 50]], draws).round(6).tolist()
    [[0.003147, 0.013147], [0.003147, 0.013147]]
    """
    own = checks.counts("era_rows", era_rows, (-1, -1), least=1).astype(np.float64)
    losses, _, counts = _door(era_losses, np.ones(own.shape[1], dtype=np.int64), draws)
    if losses.shape != own.shape:
        raise NumericsError("bad_shape", f"Expected shape {losses.shape}, got {own.shape}.", name="era_rows")
    intervals = np.empty((losses.shape[0], 2))
    for first in range(0, losses.shape[0], _BLOCK):
        block = slice(first, first + _BLOCK)
        pairs = zip(losses[block], own[block], strict=True)
        sums = np.stack([_exact_sums(loss, rows) for loss, rows in pairs])
        gains = _LN2 - (sums @ counts.T) / (own[block] @ counts.T)
        intervals[block] = _percentiles(gains, 0.95)
    return intervals


def mean_interval(
    era_means: npt.ArrayLike, era_rows: npt.ArrayLike, draws: npt.ArrayLike, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of a row-weighted mean, as `gain_interval` gives it for a loss: (low, high).

    era_means (E,) in [0, 64]: the mean of a non-negative figure over the rows of each era.
    Raises NumericsError: as `gain_intervals`.

    >>> low, high = mean_interval([0.25, 0.21], [100, 100], era_draws(seed=1, eras=2, draws=1000))
    >>> round(low, 6), round(high, 6)
    (0.21, 0.25)
    """
    low, high = gain_interval(era_means, era_rows, draws, level)
    return _LN2 - high, _LN2 - low


def ratio_intervals(sums: npt.ArrayLike, rows: npt.ArrayLike, draws: npt.ArrayLike) -> Floats:
    """95 % intervals of N ratios of summed eras: (N, 2), low and high, of sums (N, E) ÷ rows (E,).

    One draw's ratio is sum(c s) / sum(c n) over eras with counts c, sums s and rows n; draws (D, E) that hold
    no row are left out. The sums may be of any sign; they are added in the order of eras, without BLAS.
    Raises NumericsError: `too_few_eras` below two, `bad_shape`, `bad_count`, `not_finite`, `empty` without
    rows.

    >>> ratio_intervals([[3.0, 1.0]], [4, 4], [[2, 0], [1, 1], [0, 2]]).round(4).tolist()
    [[0.2625, 0.7375]]
    """
    totals = checks.real_array("sums", sums, 2)
    eras = totals.shape[1]
    if eras < 2:
        raise NumericsError("too_few_eras", "An interval needs at least two eras.", eras=eras)
    sizes = checks.counts("rows", rows, (eras,), least=0)
    counts = checks.counts("draws", draws, (-1, eras), least=0)
    drawn = np.einsum("de,e->d", counts, sizes)
    if not drawn.any():
        raise NumericsError("empty", "There are no rows to take a share of.", name="rows")
    if not drawn.all():
        counts, drawn = counts[drawn > 0], drawn[drawn > 0]
    return _percentiles(np.einsum("ne,de->nd", totals, counts) / drawn, 0.95)


def ends(values: Floats, level: float = 0.95) -> tuple[float, float] | None:
    """The ends of the middle `level` of what draws gave (D,), or None where they gave nothing.

    Raises NumericsError `bad_level`.

    >>> ends(np.array([3.0, 1.0, 2.0]), level=0.5)
    (1.5, 2.5)
    """
    _need_level(level)
    if values.size == 0:
        return None
    low, high = _percentiles(values[None, :], level)[0]
    return float(low), float(high)


def tie_groups(
    era_losses: npt.ArrayLike, era_rows: npt.ArrayLike, draws: npt.ArrayLike, order: npt.ArrayLike
) -> Ints:
    """Group numbers (N,), from 1, of submissions that the eras cannot tell apart (FORMULAS section 2).

    Walk down the ranking `order` (N,), row numbers of era_losses (N, E) from best to worst. One stays in
    the current group while the 95 % interval of the paired difference of gain to the group's leader, at
    1e-9, contains 0; the first that does not leads the next group.
    Raises NumericsError: as `gain_intervals`, and `bad_order` when `order` is not a permutation.

    >>> draws = era_draws(seed=1, eras=2, draws=1000)
    >>> tie_groups([[0.70, 0.71], [0.68, 0.69], [0.69, 0.68]], [50, 50], draws, [1, 2, 0]).tolist()
    [2, 1, 1]
    """
    losses, rows, counts = _door(era_losses, era_rows, draws)
    ranking = np.asarray(order)
    if ranking.shape != losses.shape[:1] or not np.array_equal(np.sort(ranking), np.arange(ranking.size)):
        raise NumericsError("bad_order", "The order must name every row once.")
    drawn_rows = counts @ rows
    groups = np.zeros(ranking.size, dtype=np.int64)
    group, leader = 0, np.zeros(counts.shape[0])
    for first in range(0, ranking.size, _BLOCK):
        block = ranking[first : first + _BLOCK]
        totals = _exact_sums(losses[block], rows) @ counts.T
        for index, total in zip(block, totals, strict=True):
            if group == 0 or not _contains_zero((total - leader) / drawn_rows):
                group, leader = group + 1, total
            groups[index] = group
    return groups


def paired_intervals(
    era_losses: npt.ArrayLike, reference: npt.ArrayLike, era_rows: npt.ArrayLike, draws: npt.ArrayLike
) -> Floats:
    """95 % intervals of the differences of gain to a reference on the same eras: (N, 2) nats, low and high.

    era_losses (N, E), reference (E,), era_rows (E,), draws (D, E). The eras drawn are the same for both, so
    that what an era does to all cancels out; above zero the row gained more. Source: FORMULAS section 5.
    Raises NumericsError: as `gain_intervals`.

    >>> draws = era_draws(seed=1, eras=2, draws=1000)
    >>> paired_intervals([[0.68, 0.67]], [0.69, 0.68], [50, 50], draws).round(6).tolist()
    [[0.01, 0.01]]
    """
    losses, rows, counts = _door(era_losses, era_rows, draws)
    others, _, _ = _door(np.asarray(reference)[None, :], era_rows, draws)
    less = _exact_sums(others, rows) - _exact_sums(losses, rows)
    return _percentiles((less @ counts.T) / (counts @ rows), 0.95)


def _need_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise NumericsError("bad_level", "The level must lie between 0 and 1.", level=level)


def _contains_zero(differences: Floats) -> bool:
    low, high = np.rint(_percentiles(differences[None, :], 0.95)[0] * _GRAIN)
    return bool(low <= 0 <= high)


def _percentiles(values: Floats, level: float) -> Floats:
    # A whole sort is vectorised and costs half of what numpy.quantile's partition does.
    ordered = np.sort(values, axis=1)
    places = np.array([(1.0 - level) / 2.0, (1.0 + level) / 2.0]) * (values.shape[1] - 1)
    below = np.floor(places).astype(np.int64)
    above = np.minimum(below + 1, values.shape[1] - 1)
    ends: Floats = ordered[:, below] + (places - below) * (ordered[:, above] - ordered[:, below])
    return ends


def _exact_sums(losses: Floats, rows: Floats) -> Floats:
    # The grid depends on the eras alone, so that no submission's interval depends on who else is in the
    # batch.
    bits = math.ceil(math.log2(_LARGEST_LOSS * rows.size * float(rows.max())))
    grid = 2.0 ** (53 - bits)
    return np.rint(losses * rows * grid) / grid


def _door(
    era_losses: npt.ArrayLike, era_rows: npt.ArrayLike, draws: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    losses = checks.real_array("era_losses", era_losses, 2)
    eras = losses.shape[1]
    if eras < 2:
        raise NumericsError("too_few_eras", "An interval needs at least two eras.", eras=eras)
    if losses.size and not (losses.min() >= 0.0 and losses.max() <= _LARGEST_LOSS):
        raise NumericsError("not_a_loss", f"A log loss lies in [0, {_LARGEST_LOSS}].", name="era_losses")
    rows = checks.counts("era_rows", era_rows, (eras,), least=1)
    counts = checks.counts("draws", draws, (-1, eras), least=0)
    if not (counts.sum(axis=1) == eras).all():
        raise NumericsError("bad_count", "Every draw must hold as many eras as there are.", name="draws")
    return losses, rows.astype(np.float64), counts.astype(np.float64)
