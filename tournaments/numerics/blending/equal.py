"""`equal`: the mean of the logits, as it is."""

from __future__ import annotations

from tournaments.numerics.blending.voices import LOGITS, Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing, equal_weights

MIXES = LOGITS


def fit(voices: Voices, facts: Facts, evidence: Evidence | None) -> Weighing:
    """sigma(mean z): every participant weighs the same, and nothing is fitted (FORMULAS section 5)."""
    return Weighing(equal_weights(voices.participants))
