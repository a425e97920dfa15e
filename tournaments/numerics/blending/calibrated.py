"""`calibrated`: the mean of the logits, as bold as resolved rows say."""

from __future__ import annotations

from tournaments.numerics.blending.slopes import settled_slope
from tournaments.numerics.blending.voices import LOGITS, Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing, equal_weights

MIXES = LOGITS


def fit(voices: Voices, facts: Facts, evidence: Evidence | None) -> Weighing:
    """sigma(alpha mean z), alpha fitted and drawn to 1, which it is without evidence (FORMULAS section 5)."""
    weights = equal_weights(voices.participants)
    if evidence is None:
        return Weighing(weights)
    mean = evidence.voices.z.mean(axis=0)
    return Weighing(weights, settled_slope(mean, evidence.y, evidence.starts, prior=1.0))
