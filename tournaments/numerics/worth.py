"""What predictions are worth to whoever acts on them (FORMULAS section 8)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tournaments.numerics import bootstrap, checks, kelly
from tournaments.numerics.information import Information, information
from tournaments.numerics.kelly import Growth
from tournaments.numerics.losses import EPSILON, score_split


@dataclass(frozen=True, eq=False)
class Hits:
    """How often the likelier side happened: of `sides` rows with p above or below 1/2, the share `rate`.

    What is undefined is None, with its reason in `undefined`: `no_side`, `too_few_eras`.
    """

    sides: int
    rate: float | None
    low: float | None
    high: float | None
    undefined: dict[str, str]


@dataclass(frozen=True, eq=False)
class Worth:
    """What predictions are worth on one split (FORMULAS section 8).

    `gain` in nats a row and its ends; `bits` are the same ÷ ln 2. `grinold` = IC·√breadth, breadth being
    the rows of an era that are bet on: the information ratio that there would be if these rows were
    independent. They are not, so it stands beside `information.realised`, which the eras show. `whole` and
    `part` are Kelly growth with the whole stake and with the fraction that was asked for, after costs.
    """

    rows: int
    eras: int
    gain: float
    gain_low: float | None
    gain_high: float | None
    hits: Hits
    information: Information
    grinold: float | None
    whole: Growth
    part: Growth
    undefined: dict[str, str]

    @property
    def bits(self) -> tuple[float, float | None, float | None]:
        """The gain and its ends, in bits a row."""
        return self.gain / _LN2, _bits(self.gain_low), _bits(self.gain_high)


_LN2 = math.log(2.0)


def _bits(nats: float | None) -> float | None:
    return None if nats is None else nats / _LN2


def hit_rate(p: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike, draws: npt.ArrayLike) -> Hits:
    """How often the side that p (M,) holds likelier happened, with its 95 % interval.

    p = 1/2 exactly takes no side and does not count. y (M,) labels, starts (E+1,) eras, draws (D, E) of them.
    Raises NumericsError: as `checks.probabilities`, and `not_a_label`, `bad_starts`, `bad_count`.

    >>> found = hit_rate([0.8, 0.6, 0.5, 0.3], [1, 0, 1, 0], [0, 2, 4], [[1, 1], [2, 0], [0, 2]])
    >>> found.sides, round(found.rate, 4), round(found.low, 4), round(found.high, 4)
    (3, 0.6667, 0.5083, 0.9833)
    """
    values = checks.probabilities(p)
    bounds = checks.boundaries(starts, values.size)
    ones = checks.labels(y, values.size)
    sided = values != 0.5
    hits = np.add.reduceat(sided & ((values > 0.5) == ones), bounds[:-1], dtype=np.int64)
    sides = np.add.reduceat(sided, bounds[:-1], dtype=np.int64)
    total = int(sides.sum())
    if total == 0:
        return Hits(0, None, None, None, dict.fromkeys(("rate", "low", "high"), "no_side"))
    rate = int(hits.sum()) / total
    if bounds.size < 3:
        return Hits(total, rate, None, None, dict.fromkeys(("low", "high"), "too_few_eras"))
    low, high = bootstrap.ratio_intervals(hits[None, :].astype(np.float64), sides, draws)[0]
    return Hits(total, rate, float(low), float(high), {})


def grinold_ratio(ic: float | None, breadth: float) -> float | None:
    """Grinold's information ratio IC·√breadth; None without an IC or without a bet.

    Source: Grinold, The fundamental law of active management, 1989. It holds for independent bets.

    >>> round(grinold_ratio(0.02, 400.0), 9)
    0.4
    """
    return None if ic is None or not breadth > 0.0 else ic * math.sqrt(breadth)


def worth(
    p: npt.ArrayLike,
    y: npt.ArrayLike,
    starts: npt.ArrayLike,
    draws: npt.ArrayLike,
    cost: float = 0.0,
    fraction: float = 1.0,
    eps: float = EPSILON,
) -> Worth:
    """What predictions p (M,) are worth, with labels y (M,) in eras starts (E+1,).

    draws (D, E) are the round's; cost is paid on each trade, a share of the stake; fraction is Kelly's.
    Source: FORMULAS section 8.
    Raises NumericsError: as `losses.score_split`, `information.information` and `kelly.growth`.

    >>> found = worth([0.8, 0.6, 0.3, 0.4], [1, 0, 0, 1], [0, 2, 4], bootstrap.era_draws(1, 2, 100), cost=0.1)
    >>> round(found.gain, 6), found.hits.rate, round(found.information.ic, 6), found.whole.bets
    (0.090047, 0.5, 1.0, 4)
    """
    score = score_split(p, y, starts, draws, eps)
    whole, part = (kelly.growth(p, y, starts, draws, cost, share, eps) for share in (1.0, fraction))
    found = information(p, y, starts, draws)
    undefined = {name: why for name, why in score.undefined.items() if name.startswith("gain")}
    grinold = grinold_ratio(found.ic, whole.breadth)
    if grinold is None:
        undefined["grinold"] = found.undefined.get("ic", "no_bets")
    return Worth(
        rows=int(score.era_rows.sum()),
        eras=score.era_rows.size,
        gain=score.gain,
        gain_low=score.gain_low,
        gain_high=score.gain_high,
        hits=hit_rate(p, y, starts, draws),
        information=found,
        grinold=grinold,
        whole=whole,
        part=part,
        undefined=undefined,
    )
