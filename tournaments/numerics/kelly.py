"""What a bettor's capital grows by who believes the predictions, at even odds and with costs (FORMULAS 8).

A bet of a share f of the capital on the likelier side gains f(1 - c) when it wins and loses f(1 + c) when
it does not: c is the cost of a trade, a share of the stake, paid whichever way it ends. With e = |2p - 1|
the expected logarithm of the capital is highest at f = (e - c) / (1 - c²); below e = c there is no bet. A
Kelly fraction k takes k times that stake: less growth, but for small k far less of a fall. Source: Kelly, A
new interpretation of information rate, 1956.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tournaments.numerics import bootstrap, checks
from tournaments.numerics.checks import Floats, Ints
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.losses import EPSILON, clip

_INTERVALS = ("row_low", "row_high", "era_low", "era_high", "at_once_low", "at_once_high")


@dataclass(frozen=True, eq=False)
class Growth:
    """Log-growth of capital in nats, at one cost and one Kelly fraction (FORMULAS section 8).

    `bets` counts the rows that are bet on, `breadth` is their number per era, `stake` their mean stake as a
    share of the capital. `row` is the growth per row of the split, `era` per era, both as if each row were
    settled before the next is bet on; `at_once` per era where the capital is spread equally over the era's
    bets, all settled together. `eras` has the summed growth of each era. What is undefined is None, with
    its reason in `undefined`: `too_few_eras`, `no_bets`.
    """

    cost: float
    fraction: float
    bets: int
    breadth: float
    stake: float | None
    row: float
    row_low: float | None
    row_high: float | None
    era: float
    era_low: float | None
    era_high: float | None
    at_once: float
    at_once_low: float | None
    at_once_high: float | None
    eras: list[float]
    undefined: dict[str, str]


def stakes(p: npt.ArrayLike, cost: float = 0.0, fraction: float = 1.0, eps: float = EPSILON) -> Floats:
    """The share of the capital that is bet on the likelier side of each row: (M,) from p (M,), clipped.

    Raises NumericsError: as `losses.clip`, and `bad_cost` outside [0, 1), `bad_fraction` outside (0, 1].

    >>> stakes([0.6, 0.5, 0.2], cost=0.1).round(6).tolist()
    [0.10101, 0.0, 0.505051]
    """
    _need(cost, fraction)
    edge = np.abs(2.0 * clip(p, eps) - 1.0)
    staked: Floats = fraction * np.maximum(0.0, edge - cost) / (1.0 - cost * cost)
    return staked


def growth(
    p: npt.ArrayLike,
    y: npt.ArrayLike,
    starts: npt.ArrayLike,
    draws: npt.ArrayLike,
    cost: float = 0.0,
    fraction: float = 1.0,
    eps: float = EPSILON,
) -> Growth:
    """What capital grows by on rows p (M,) with labels y (M,) in eras starts (E+1,); draws (D, E).

    At cost 0 and fraction 1 the growth per row is ln 2 - log loss: each row grows by ln 2q, q the probability
    that was given to what happened. Intervals are 95 % over draws of eras.
    Raises NumericsError: as `stakes`, and `not_a_label`, `bad_starts`, `bad_count`.

    >>> found = growth([0.8, 0.6], [1, 0], [0, 2], [[1]])
    >>> round(found.row, 6), round(found.era, 6), found.undefined["row_low"]
    (0.12343, 0.24686, 'too_few_eras')
    """
    return by_cost(p, y, starts, draws, [cost], fraction, eps)[0]


def by_cost(
    p: npt.ArrayLike,
    y: npt.ArrayLike,
    starts: npt.ArrayLike,
    draws: npt.ArrayLike,
    costs: Sequence[float],
    fraction: float = 1.0,
    eps: float = EPSILON,
) -> list[Growth]:
    """As `growth`, for several costs at once: a list in their order.

    Raises NumericsError: as `growth`, and `empty` without costs.

    >>> draws = bootstrap.era_draws(seed=1, eras=2, draws=100)
    >>> [round(one.row, 4) for one in by_cost([0.8, 0.6, 0.3], [1, 0, 0], [0, 2, 3], draws, [0.0, 0.5])]
    [0.1944, 0.0215]
    """
    clipped = clip(p, eps)
    bounds = checks.boundaries(starts, clipped.size)
    right = (clipped > 0.5) == checks.labels(y, clipped.size)
    played = [_play(clipped, right, bounds, cost, fraction, eps) for cost in costs]
    if not played:
        raise NumericsError("empty", "There is no cost.", name="costs")
    sums, rows = np.stack([one.sums for one in played]), np.diff(bounds)
    each, spread = np.ones_like(rows), np.stack([one.spread for one in played])
    ends: list[list[Ends]] = [[(None, None)] * len(played)] * 3
    if rows.size > 1:
        ends = [_ends(sums, rows, draws), _ends(sums, each, draws), _ends(spread, each, draws)]
    found = zip(costs, played, *ends, strict=True)
    return [_growth(one, cost, fraction, clipped.size, *ends) for cost, one, *ends in found]


Ends = tuple[float | None, float | None]


def _ends(sums: Floats, rows: Ints, draws: npt.ArrayLike) -> list[Ends]:
    return [(float(low), float(high)) for low, high in bootstrap.ratio_intervals(sums, rows, draws)]


def _growth(one: _Played, cost: float, fraction: float, rows: int, *ends: Ends) -> Growth:
    too_few = dict.fromkeys(_INTERVALS, "too_few_eras") if ends[0][0] is None else {}
    intervals = dict(zip(_INTERVALS, itertools.chain(*ends), strict=True))
    return Growth(
        cost=cost,
        fraction=fraction,
        bets=one.bets,
        breadth=one.bets / one.sums.size,
        stake=one.staked / one.bets if one.bets else None,
        row=float(np.sum(one.sums)) / rows,
        era=float(np.mean(one.sums)),
        at_once=float(np.mean(one.spread)),
        eras=one.sums.tolist(),
        undefined=too_few | ({} if one.bets else {"stake": "no_bets"}),
        **intervals,
    )


def half_cost(costs: npt.ArrayLike, growths: npt.ArrayLike) -> float | None:
    """The cost at which growth is half of what it is at the first of the costs.

    costs (C,) rising, growths (C,) nats; between two of them growth is taken to be straight. None where it is
    not above 0 at first, or never falls so far.

    >>> half_cost([0.0, 0.01, 0.02], [8.0, 6.0, 2.0])
    0.015
    """
    at, nats = checks.real_array("costs", costs, 1), checks.real_array("growths", growths, 1)
    half = nats[0] / 2.0
    below = np.flatnonzero(nats <= half)
    if not (nats[0] > 0.0 and below.size):
        return None
    last = int(below[0])
    share = (nats[last - 1] - half) / (nats[last - 1] - nats[last])
    return float(at[last - 1] + share * (at[last] - at[last - 1]))


@dataclass(frozen=True)
class _Played:
    """Growth of each era (E,), summed and where its bets are settled at once, and what was bet."""

    sums: Floats
    spread: Floats
    bets: int
    staked: float


def _play(
    clipped: Floats, right: npt.NDArray[np.bool_], bounds: Ints, cost: float, fraction: float, eps: float
) -> _Played:
    staked = stakes(clipped, cost, fraction, eps)
    returns = staked * np.where(right, 1.0 - cost, -1.0 - cost)
    bets = np.add.reduceat(staked > 0.0, bounds[:-1], dtype=np.int64)
    spread = np.add.reduceat(returns, bounds[:-1]) / np.maximum(bets, 1)
    return _Played(
        sums=np.add.reduceat(np.log1p(returns), bounds[:-1]),
        spread=np.log1p(spread),
        bets=int(bets.sum()),
        staked=float(np.sum(staked)),
    )


def _need(cost: float, fraction: float) -> None:
    if not 0.0 <= cost < 1.0:
        raise NumericsError("bad_cost", "A cost is a share of the stake, from 0 to below 1.", cost=cost)
    if not 0.0 < fraction <= 1.0:
        raise NumericsError(
            "bad_fraction", "A Kelly fraction lies above 0 and is at most 1.", fraction=fraction
        )
