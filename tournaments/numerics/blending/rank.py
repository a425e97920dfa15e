"""`rank`: the mean of the Gaussian ranks, as bold as resolved rows say. The default of a short history."""

from __future__ import annotations

from tournaments.numerics.blending.slopes import default_beta, settled_slope
from tournaments.numerics.blending.voices import RANKS, Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing, equal_weights

MIXES = RANKS


def fit(voices: Voices, facts: Facts, evidence: Evidence | None) -> Weighing:
    """sigma(beta mean g), beta fitted and drawn to `default_beta` of these rows (FORMULAS section 5)."""
    weights = equal_weights(voices.participants)
    prior = default_beta(voices.z, voices.g)
    if evidence is None:
        return Weighing(weights, prior)
    mean = evidence.voices.g.mean(axis=0)
    return Weighing(weights, settled_slope(mean, evidence.y, evidence.starts, prior))
