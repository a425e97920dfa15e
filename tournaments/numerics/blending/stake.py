"""`stake`: ranks weighed by what their participants put at risk, as Numerai's stake-weighted meta-model."""

from __future__ import annotations

import numpy as np

from tournaments.numerics import checks
from tournaments.numerics.blending.rank import stretched
from tournaments.numerics.blending.voices import RANKS, Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing
from tournaments.numerics.errors import NumericsError

MIXES = RANKS


def fit(voices: Voices, facts: Facts, evidence: Evidence | None) -> Weighing:
    """sigma(beta sum stake g / sum stake + level), beta found for this mean as `rank` finds it for its own.

    Source: FORMULAS section 5. Raises NumericsError `no_stakes` where nobody stakes.
    """
    if facts.stakes is None or not np.any(facts.stakes):
        raise NumericsError("no_stakes", "Nobody stakes here.")
    stakes = checks.counts("stakes", facts.stakes, (voices.participants,), least=0)
    weights = stakes / stakes.sum()
    past = np.einsum("p,pm->m", weights, evidence.voices.g) if evidence else None
    return stretched(voices, weights, past, evidence)
