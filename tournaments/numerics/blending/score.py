"""`score`: whoever was right of late weighs more. Fixed share of Herbster and Warmuth (1998)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.special import logsumexp

from tournaments.numerics.blending.voices import LOGITS, Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing
from tournaments.numerics.checks import Floats

MIXES = LOGITS
RATE = 1.0  # of summed nats
SHARE = 0.01


def fit(voices: Voices, facts: Facts, evidence: Evidence | None) -> Weighing:
    """sigma(sum w z), w by fixed share over the eras in order of time (FORMULAS section 5).

    After an era w_j goes with exp(-summed nats of j), then a hundredth of all is shared equally. Whoever was
    not there is taken to have lost what those who were there lost together, which leaves its weight as it was
    (sleeping experts: Freund et al. 1997). Without evidence all weigh the same.
    """
    logs = np.full(voices.participants, -np.log(voices.participants))
    if evidence is not None:
        for era, losses in enumerate(_era_losses(evidence).T):
            logs = _after(logs, losses, evidence.there[:, era])
    return Weighing(np.exp(logs))


def _era_losses(evidence: Evidence) -> Floats:
    """Summed nats (P, E) of each voice in each era."""
    signs = np.where(evidence.y, -1.0, 1.0)
    ends = list(pairwise(evidence.starts.tolist()))
    z = evidence.voices.z
    return np.stack([np.logaddexp(0.0, z[:, a:b] * signs[a:b]).sum(axis=1) for a, b in ends], axis=1)


def _after(logs: Floats, losses: Floats, there: np.ndarray) -> Floats:
    """Logarithms of the weights (P,) after an era with these losses (P,)."""
    together = logsumexp(logs[there] - RATE * losses[there]) - logsumexp(logs[there])
    moved = np.where(there, logs - RATE * losses - together, logs)
    moved -= logsumexp(moved)
    shared: Floats = np.logaddexp(np.log1p(-SHARE) + moved, np.log(SHARE / logs.size))
    return shared
