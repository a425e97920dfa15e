"""Which blends there are, and the one door to all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from tournaments.numerics.blending import calibrated, equal, greedy, levels, pool, rank, score, stack, stake
from tournaments.numerics.blending.bounds import bounded
from tournaments.numerics.blending.voices import PROBABILITIES, RANKS, Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing
from tournaments.numerics.checks import Bools, Floats, Ints
from tournaments.numerics.errors import NumericsError

FEW_ERAS = 5
"""Weights that are fitted on fewer eras say more of these eras than of the participants."""
ENOUGH_ERAS = 15
"""From so many resolved eras on the default weighs the participants (FORMULAS section 5)."""
PRESENT = 0.5
"""Who was there for less of the rows has no history to be weighed by."""
UNCERTIFIED = "Its solver did not certify the weights that it found."


@dataclass(frozen=True)
class Method:
    """A blend: what it mixes, how it weighs, the eras that it needs, whether all who are heard weigh alike in
    it, whether it solves for weights, and whether it looks at labels at all.
    """

    mixes: str
    fit: Callable[[Voices, Facts, Evidence | None], Weighing]
    least_eras: int = 0
    alike: bool = False
    solves: bool = False
    fits: bool = True


METHODS = {
    "equal": Method(equal.MIXES, equal.fit, alike=True, fits=False),
    "calibrated": Method(calibrated.MIXES, calibrated.fit, alike=True),
    "rank": Method(rank.MIXES, rank.fit, alike=True),
    "stake": Method(stake.MIXES, stake.fit),
    "score": Method(score.MIXES, score.fit, 1),
    "greedy": Method(greedy.MIXES, greedy.fit, FEW_ERAS, solves=True),
    "pool": Method(pool.MIXES, pool.fit, FEW_ERAS, solves=True),
    "stack": Method(stack.MIXES, stack.fit, FEW_ERAS, solves=True),
}
NAMES = tuple(METHODS)


@dataclass(frozen=True)
class Blended:
    """A blend that was made: who weighs how much, and what it says of each row, p (K,)."""

    name: str
    weighing: Weighing
    p: Floats


def default_of(eras: int) -> str:
    """The blend that is the meta-model where nobody says which, by the resolved eras that there are.

    >>> default_of(14), default_of(15)
    ('rank', 'stack')
    """
    return "stack" if eras >= ENOUGH_ERAS else "rank"


def mixed(name: str, voices: Voices, weighing: Weighing) -> Floats:
    """What a weighing of some voices says of their rows: probabilities (K,), summed without BLAS."""
    mixes = METHODS[name].mixes
    mean = np.einsum("p,pm->m", weighing.weights, voices.said(mixes))
    if mixes == PROBABILITIES:
        return mean
    p: Floats = expit(_leveled(weighing.slope * mean, voices, weighing, mixes))
    return p


def _leveled(x: Floats, voices: Voices, weighing: Weighing, mixes: str) -> Floats:
    crowd = levels.of_crowd(voices.z, voices.starts) if mixes == RANKS else None
    return leveled(x, voices.starts, crowd, weighing.levels)


def leveled(x: Floats, starts: Ints, crowd: Floats | None, limits: levels.Range | None) -> Floats:
    """Logits x (K,) with the levels that their eras get: the crowd's (E,) where ranks are mixed, which say
    none, and none outside the limits.
    """
    whole = x if crowd is None else x + levels.spread(crowd, starts)
    return levels.held(whole, starts, limits)


def spoken(name: str, voices: Voices, weighing: Weighing) -> Floats:
    """What each voice brings to a blend (P, K): sigma(slope sum w v), or sum w v, is what `mixed` says.

    Where a blend mixes logits or ranks, the level that an era is given is part of every voice, so that it
    stays when one of them is left out.
    """
    mixes = METHODS[name].mixes
    said = voices.said(mixes)
    if mixes == PROBABILITIES or weighing.slope == 0.0:
        return said
    mean = weighing.slope * np.einsum("p,pm->m", weighing.weights, said)
    moved: Floats = _leveled(mean, voices, weighing, mixes) - mean
    return said + moved / weighing.slope if moved.any() else said


def weigh(name: str, voices: Voices, facts: Facts, evidence: Evidence | None) -> Weighing:
    """Who weighs how much in a blend, without any cap.

    Where weights are solved for, one who was there in less than half of the evidence weighs what all would
    weigh without it, and the others share the rest as they were found to deserve.
    Raises NumericsError: `unknown_blend`, `too_few_eras` (with `eras` and `least`), `no_stakes`.
    """
    method = METHODS.get(name)
    if method is None:
        raise NumericsError("unknown_blend", f"There is no blend {name}.")
    eras = 0 if evidence is None else evidence.eras
    if eras < method.least_eras:
        raise NumericsError(
            "too_few_eras",
            f"It needs {method.least_eras} resolved eras; there are {eras}.",
            eras=eras,
            least=method.least_eras,
        )
    if not method.solves or evidence is None:
        return method.fit(voices, facts, evidence)
    known = _known(evidence)
    if known.all():
        return method.fit(voices, facts, evidence)
    if not known.any():
        raise NumericsError("too_few_eras", "Nobody here was there in the resolved eras.", eras=0, least=1)
    return with_newcomers(method.fit(voices.people(known), facts, evidence.people(known)), known)


def _known(evidence: Evidence) -> Bools:
    """Who (P,) was there for enough of the rows."""
    return evidence.there @ np.diff(evidence.starts) >= PRESENT * evidence.rows


def with_newcomers(found: Weighing, known: Bools) -> Weighing:
    """The weighing of those who are known, in their order, with the others among them: known (P,).

    Each newcomer weighs 1/P; the others share the rest.

    >>> known = np.array([True, False, True, False])
    >>> with_newcomers(Weighing(np.array([0.75, 0.25])), known).weights.tolist()
    [0.375, 0.25, 0.125, 0.25]
    """
    weights = np.full(known.size, 1.0 / known.size)
    weights[known] = found.weights * (known.sum() / known.size)
    return replace(found, weights=weights)


def held(found: Weighing, caps: Floats | None, floor: float) -> Weighing:
    """A weighing between a floor and caps (P,), None and 0 where there are none. Raises as `bounded`."""
    if caps is None and floor <= 0.0:
        return found
    tops = np.ones(found.weights.size) if caps is None else caps
    return replace(found, weights=bounded(found.weights, tops, floor))


def blend(
    name: str,
    voices: Voices,
    facts: Facts,
    evidence: Evidence | None,
    caps: Floats | None = None,
    floor: float = 0.0,
) -> Blended:
    """Make a blend of voices (P, K), its weights held between a floor and caps (P,) where there are any.

    `evidence` is what may be fitted on, None without any; it shares no row with those that it is judged on.
    Raises NumericsError: as `weigh` and `bounded`.
    """
    found = held(weigh(name, voices, facts, evidence), caps, floor)
    return Blended(name, found, mixed(name, voices, found))
