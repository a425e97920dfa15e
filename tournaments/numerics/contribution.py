"""What participants add to the meta-model: MMC and CWMM (FORMULAS section 4).

`players` brings them together with LOO (`leave_one_out`), SRC and PCS (`sequential`). Sums are
`einsum`'s own loops, without BLAS: other thread counts give the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from tournaments.numerics import bootstrap, checks
from tournaments.numerics.checks import Bools, Floats
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.ranks import doubled_ranks

SCALE = 4.0  # numerai-tools brings targets in [0, 1] to five steps from 0 to 4
_LARGEST_MMC = 4.0  # abs(g) has a mean square below 1 in every era, and abs(4 (y - mean y)) is below 4


def era_gaussians(values: npt.ArrayLike, starts: npt.ArrayLike) -> Floats:
    """Phi^-1((average rank - 1/2) / M_e) within each era, not standardised: (N, M) of values (N, M).

    As numerai-tools ranks and gaussianises one era; `ranks.gaussian_ranks` standardises it over a split.
    starts (E+1,). Source: FORMULAS, preamble. Ranks are whole numbers, so Phi^-1 is looked up.
    Raises NumericsError: `not_finite`, `single_precision`, `bad_shape`, `empty`, `bad_starts`.

    >>> era_gaussians([[0.1, 0.2, 0.2, 0.9]], [0, 4]).round(4).tolist()
    [[-1.1503, 0.0, 0.0, 1.1503]]
    """
    array = checks.real_array("values", values, 2)
    bounds = checks.boundaries(starts, array.shape[1])
    sizes = np.diff(bounds)
    quantiles = {size: ndtri(np.arange(2 * size) / (2.0 * size)) for size in np.unique(sizes).tolist()}
    g = np.empty_like(array)
    for row, target in zip(array, g, strict=True):
        places = doubled_ranks(row, bounds) - 1
        for (first, last), size in zip(pairwise(bounds.tolist()), sizes.tolist(), strict=True):
            np.take(quantiles[size], places[first:last], out=target[first:last])
    return g


def mmc_eras(g: npt.ArrayLike, g_m: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike) -> Floats:
    """MMC in each era of N submissions: (N, E) from `era_gaussians` g (N, M) and the meta-model's g_m (M,).

    (1/M_e) sum r 4(y - mean y) with r = g - g_m (g.g_m)/(g_m.g_m), labels y (M,), starts (E+1,). The same
    number comes from taking g_m out of the target, once, instead of out of every g. An era of one class
    gives 0, as numerai-tools does; in an era where the meta-model is constant there is nothing to take out.
    Source: FORMULAS section 4; equals numerai-tools' `correlation_contribution` of that era to 1e-9.
    Raises NumericsError: `not_finite`, `single_precision`, `bad_shape`, `empty`, `bad_starts`, `not_a_label`.

    >>> mmc_eras([[1.0, 0.0, -1.0, 0.0]], [1.0, -1.0, 0.0, 0.0], [1, 0, 0, 1], [0, 4]).round(3).tolist()
    [[0.5]]
    """
    rows = np.asarray(g)
    checks.real_array("g", rows[..., :1], 2)
    meta = checks.real_array("g_m", g_m, 1)
    if rows.shape[1] != meta.size:
        raise NumericsError("bad_shape", f"Expected {meta.size} columns, got {rows.shape[1]}.", name="g")
    bounds = checks.boundaries(starts, meta.size)
    ones = checks.labels(y, meta.size)
    found = np.empty((rows.shape[0], bounds.size - 1))
    for era, (first, last) in enumerate(pairwise(bounds)):
        target = _orthogonal_target(ones[first:last], meta[first:last])
        found[:, era] = np.einsum("nm,m->n", rows[:, first:last], target) / (last - first)
    # One value that is not finite makes its sum so: to look for it in the rows would take as long again.
    if not np.isfinite(found).all():
        raise NumericsError("not_finite", "Every value must be a finite number.", name="g")
    return found


def _orthogonal_target(ones: Bools, meta: Floats) -> Floats:
    target = SCALE * (ones - np.mean(ones))
    size = float(np.einsum("m,m->", meta, meta))
    if size == 0.0:
        return target
    return target - meta * (float(np.einsum("m,m->", meta, target)) / size)


def mean_intervals(values: npt.ArrayLike, draws: npt.ArrayLike) -> Iterator[tuple[float, float]]:
    """95 % intervals of the mean over eras of N submissions: N pairs, from values (N, E) and draws (D, E).

    One draw's mean is sum(c v) / E with counts c from `bootstrap.era_draws`. abs(v) is at most 4.
    Source: FORMULAS section 2. The sums are exact: values lie on a grid that float64 adds without rounding.
    Raises NumericsError: `too_few_eras` below two, `not_finite`, `bad_shape`, `bad_count`.

    >>> draws = bootstrap.era_draws(seed=1, eras=2, draws=1000)
    >>> [(round(low, 6), round(high, 6)) for low, high in mean_intervals([[0.01, 0.03]], draws)]
    [(0.01, 0.03)]
    """
    array = checks.real_array("values", values, 2)
    eras = array.shape[1]
    if eras < 2:
        raise NumericsError("too_few_eras", "An interval needs at least two eras.", eras=eras)
    if array.size and not np.abs(array).max() <= _LARGEST_MMC:
        raise NumericsError("out_of_range", f"abs(v) is at most {_LARGEST_MMC}.", name="values")
    counts = checks.counts("draws", draws, (-1, eras), least=0).astype(np.float64)
    grid = 2.0 ** (53 - math.ceil(math.log2(_LARGEST_MMC * eras)))
    for row in array:
        ends = bootstrap.ends((counts @ (np.rint(row * grid) / grid)) / eras)
        assert ends is not None, "There are draws."
        yield ends


def cwmm(g: npt.ArrayLike, g_m: npt.ArrayLike) -> list[float | None]:
    """Correlation with the meta-model of N submissions on one split: Pearson(sgn(g) abs(g)^1.5, g_m).

    g (N, M) and g_m (M,) are `ranks.gaussian_ranks`. None where one of the two is constant. Source: FORMULAS
    section 4.
    Raises NumericsError: `not_finite`, `single_precision`, `bad_shape`, `empty`.

    >>> [round(x, 6) if x else x for x in cwmm([[1.0, -1.0], [-2.0, 2.0], [0.0, 0.0]], [3.0, -3.0])]
    [1.0, -1.0, None]
    """
    rows = checks.real_array("g", g, 2)
    meta = _unit(checks.real_array("g_m", g_m, 1))
    if rows.shape[1] != meta.size:
        raise NumericsError("bad_shape", f"Expected {meta.size} columns, got {rows.shape[1]}.", name="g")
    found: list[float | None] = []
    for row in rows:
        own = _unit(np.sign(row) * np.abs(row) ** 1.5)
        defined = own.any() and meta.any()
        rho = float(np.einsum("m,m->", own, meta))
        found.append(min(1.0, max(-1.0, rho)) if defined else None)
    return found


def _unit(values: Floats) -> Floats:
    """Values (M,) centred and of length 1; zeros where all are equal."""
    if values.min() == values.max():
        return np.zeros_like(values)
    centred = values - np.mean(values)
    unit: Floats = centred / np.sqrt(np.sum(centred * centred))
    return unit
