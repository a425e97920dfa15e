"""How a meta-model's edge goes with how many take part: blends of seeded subsets of its crowd (FORMULAS 8).

The blend of a subset is the meta-model restricted to it, as LOO restricts it to all but one: the weights that
are left share the whole one's total, and the slope stays. So it speaks as boldly as the whole does, which
is too bold for few voices; hit rate and information coefficient do not depend on that. A subset without any
weight is a coin.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.special import expit

from tournaments.numerics import checks
from tournaments.numerics.blending.voices import PROBABILITIES
from tournaments.numerics.checks import Bools, Floats, Ints
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.information import era_spearman
from tournaments.numerics.losses import batch_losses, whole_losses
from tournaments.numerics.players import Mixture
from tournaments.numerics.units import LN2

SUBSETS = 50
"""How many subsets of each size are drawn; where there are no more than that, all are taken."""
BAND = (0.1, 0.9)
_COIN = 0.5
_COLUMNS = 1_024


@dataclass(frozen=True)
class Rung:
    """What blends of subsets of one size gained: means over the subsets, and the ends of their middle 80 %.

    Gain in nats a row; hit rate and information coefficient are over those subsets that have one, None where
    none has.
    """

    participants: int
    subsets: int
    gain: float
    gain_low: float
    gain_high: float
    hit_rate: float | None
    hit_rate_low: float | None
    hit_rate_high: float | None
    ic: float | None
    ic_low: float | None
    ic_high: float | None


def ladder(participants: int) -> list[int]:
    """The sizes of subsets that are looked at: Fibonacci's numbers below P, and P.

    >>> ladder(10), ladder(1)
    ([1, 2, 3, 5, 8, 10], [1])
    """
    sizes, following = [1], 2
    while following < participants:
        sizes.append(following)
        following = sizes[-1] + sizes[-2]
    return sorted({*sizes, participants})


def subsets(participants: int, size: int, seed: int, most: int = SUBSETS) -> Ints:
    """Subsets of `size` of P participants: (S, size) places.

    All there are, or `most` drawn from PCG64(seed, size) where there are more.
    Raises NumericsError: `bad_count` unless 1 <= size <= P, `bad_seed`.

    >>> subsets(3, 2, seed=1).tolist(), subsets(40, 20, seed=1).shape
    ([[0, 1], [0, 2], [1, 2]], (50, 20))
    """
    if not 1 <= size <= participants:
        raise NumericsError("bad_count", "A subset has at least one participant, and at most all.", size=size)
    if not seed >= 0:
        raise NumericsError("bad_seed", "A seed is a non-negative integer.", seed=seed)
    if math.comb(participants, size) <= most:
        return np.array(list(itertools.combinations(range(participants), size)))
    generator = np.random.Generator(np.random.PCG64([seed, size]))
    drawn = [generator.choice(participants, size, replace=False) for _ in range(most)]
    return np.sort(np.array(drawn), axis=1)


def restricted(mixture: Mixture, places: Ints) -> Floats:
    """What a blend says without all but some of its voices: (S, M) from subsets places (S, n).

    Logits and ranks: sigma(slope · W / W_S · sum of w v over S), W the summed weight; probabilities: the
    sum of w p over S, divided by W_S. Source: FORMULAS sections 4 and 8.
    Raises NumericsError: `single_precision`, `not_finite`, `bad_shape`.

    >>> pool = Mixture(np.array([[0.2], [0.6]]), np.array([0.5, 0.5]), 1.0, np.empty(1), "probabilities")
    >>> restricted(pool, np.array([[0], [1]])).tolist()
    [[0.2], [0.6]]
    """
    voices = checks.real_array("voices", mixture.voices, 2)
    weights = checks.real_array("weights", mixture.weights, 1)
    left = weights[places].sum(axis=1)
    some = left > 0.0
    kept = 1.0 if mixture.mixes == PROBABILITIES else mixture.slope * float(np.sum(weights))
    said = _mix(voices, weights, places) * (kept / np.where(some, left, 1.0))[:, None]
    found: Floats = said if mixture.mixes == PROBABILITIES else expit(said)
    found[~some] = _COIN
    return found


def curve(
    mixture: Mixture, y: npt.ArrayLike, starts: npt.ArrayLike, seed: int, most: int = SUBSETS
) -> list[Rung]:
    """The gain of a blend of P participants by how many of them there are, on one split: a list of rungs.

    y (M,) labels, starts (E+1,) eras, seed the round's; `mixture.meta` is not read. The last rung is the
    whole.
    Raises NumericsError: as `restricted` and `subsets`, and `not_a_label`, `bad_starts`, `bad_epsilon`.

    >>> voices = np.array([[0.4, -0.4, 0.2, 0.2], [-0.2, -0.2, 0.4, -0.4]])
    >>> two = Mixture(voices, np.array([0.5, 0.5]), 1.0, np.full(4, 0.5))
    >>> rungs = curve(two, [1, 0, 1, 0], [0, 2, 4], seed=1)
    >>> [(one.participants, one.subsets, round(one.gain, 4)) for one in rungs]
    [(1, 2, 0.0876), (2, 1, 0.0938)]
    """
    participants, rows = checks.real_array("voices", mixture.voices, 2).shape
    ones, bounds = checks.labels(y, rows), checks.boundaries(starts, rows)
    found = []
    for size in ladder(participants):
        places = subsets(participants, size, seed, most)
        p = restricted(mixture, places)
        gains = LN2 - whole_losses(batch_losses(p, ones, bounds, checks.epsilon(mixture.eps)), bounds)
        ics = era_spearman(p.clip(0.0, 1.0), ones, bounds)
        spread = (*_spread(gains), *_spread(_hits(p, ones)), *_spread(_mean_known(ics)))
        found.append(Rung(size, places.shape[0], *spread))
    return found


def _hits(p: Floats, ones: Bools) -> Floats:
    """Share of rows (S,) whose likelier side happened, of those with a side; NaN without any."""
    sided = p != _COIN
    hits = np.count_nonzero(sided & ((p > _COIN) == ones), axis=1)
    sides = np.count_nonzero(sided, axis=1)
    return np.divide(hits, sides, out=np.full(sides.size, np.nan), where=sides > 0)


def _mean_known(eras: Floats) -> Floats:
    """Mean (S,) of the eras (S, E) that have a value; NaN without any."""
    known = ~np.isnan(eras)
    counts = known.sum(axis=1)
    total = np.where(known, eras, 0.0).sum(axis=1)
    return np.divide(total, counts, out=np.full(counts.size, np.nan), where=counts > 0)


def _spread(values: Floats) -> tuple[float, float, float] | tuple[None, None, None]:
    known = values[~np.isnan(values)]
    if known.size == 0:
        return None, None, None
    low, high = np.quantile(known, BAND)
    return float(np.mean(known)), float(low), float(high)


@njit(cache=True)
def _mix(voices: Floats, weights: Floats, places: Ints) -> Floats:  # pragma: no cover
    """The weighted sum of the voices (P, M) at some places (S, n), in their order: (S, M); weights (P,).

    Four voices at a time in columns that stay in the cache: nearly as fast as BLAS, whose last bits depend on
    its threads.
    """
    count, size, rows = places.shape[0], places.shape[1], voices.shape[1]
    found, full = np.zeros((count, rows)), size - size % 4
    for first in range(0, rows, _COLUMNS):
        here = slice(first, min(first + _COLUMNS, rows))
        for s in range(count):
            out = found[s, here]
            for k in range(0, full, 4):
                i, j, g, h = places[s, k], places[s, k + 1], places[s, k + 2], places[s, k + 3]
                one, two, three, four = voices[i, here], voices[j, here], voices[g, here], voices[h, here]
                for m in range(out.size):
                    out[m] += (
                        weights[i] * one[m]
                        + weights[j] * two[m]
                        + weights[g] * three[m]
                        + weights[h] * four[m]
                    )
            for k in range(full, size):
                row = voices[places[s, k], here]
                for m in range(out.size):
                    out[m] += weights[places[s, k]] * row[m]
    return found
