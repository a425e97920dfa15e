"""`rank`: the mean of the Gaussian ranks, as bold as resolved rows say. The default of a short history."""

from __future__ import annotations

import numpy as np

from tournaments.numerics.blending import levels
from tournaments.numerics.blending.heard import heard, proven
from tournaments.numerics.blending.slopes import boldness, settled_slope
from tournaments.numerics.blending.voices import RANKS, Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing
from tournaments.numerics.checks import Bools, Floats

MIXES = RANKS


def fit(voices: Voices, facts: Facts, evidence: Evidence | None) -> Weighing:
    """sigma(beta mean g + level) of who is `heard`, beta fitted and drawn to `boldness` (FORMULAS section 5).

    Ranks do not say how likely an era is as a whole: the level is the crowd's, the median of the voices'
    mean logits, inside what resolved eras have shown.
    """
    if evidence is None:
        return stretched(voices, heard(voices.g))
    stays, mean = heard_before(evidence)
    return stretched(voices, heard(voices.g, stays), mean, evidence)


def heard_before(evidence: Evidence) -> tuple[Bools, Floats]:
    """For whom (P,) the labels of the evidence speak, and the mean rank (H,) of who was heard in it.

    Who never was there has no part in it.
    """
    there = evidence.attended
    before = evidence.people(there)
    speaks = proven(before)
    stays = np.zeros(there.size, dtype=np.bool_)
    stays[there] = speaks
    return stays, np.einsum("p,pm->m", heard(before.voices.g, speaks), before.voices.g)


def stretched(
    voices: Voices, weights: Floats, past: Floats | None = None, evidence: Evidence | None = None
) -> Weighing:
    """A weighing (P,) of ranks with its slope and its range of levels; `past` (H,) is the evidence's mean."""
    spreads = levels.spreads(voices.z[weights > 0], voices.starts)
    prior = boldness(spreads, np.einsum("p,pm->m", weights, voices.g))
    if evidence is None or past is None:
        return Weighing(weights, prior)
    level, limits = past_levels(evidence)
    slope = settled_slope(past, evidence.y, evidence.starts, prior, level)
    return Weighing(weights, slope, levels=limits)


def past_levels(evidence: Evidence) -> tuple[Floats, levels.Range | None]:
    """The crowd's levels on the rows of the evidence (H,), and the range that they show."""
    found = levels.of_crowd(evidence.voices.z[evidence.attended], evidence.starts)
    limits = levels.seen(found)
    inside = found if limits is None else found.clip(*limits)
    return levels.spread(inside, evidence.starts), limits
