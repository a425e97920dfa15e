"""What can be said of a file at intake without any label (FORMULAS section 1)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tournaments.numerics.losses import EPSILON, clip
from tournaments.numerics.units import LN2

# A file that knows nothing loses mean(-(ln p + ln(1 - p)) / 2) nats: ln 2 and what its spread costs.
# Ordinary honest files spread little and stay within 0.03 nats of ln 2; ranks spread evenly over [0, 1]
# cost 0.307 more. Between the two, 0.1 nats accuses no honest file of a hard target and misses no file of
# ranks.
_EXCESS = 0.1


def looks_like_ranks(p: npt.ArrayLike, eps: float = EPSILON) -> bool:
    """Whether p (M,) spreads as ranks do: its loss if it knows nothing is over ln 2 by more than 0.1 nats.

    A warning, never a fault: a confident file for an easy target spreads as much. Source: FORMULAS
    section 1.
    Raises NumericsError: as `losses.clip`.

    >>> looks_like_ranks([0.45, 0.5, 0.55]), looks_like_ranks([0.1, 0.3, 0.5, 0.7, 0.9])
    (False, True)
    """
    clipped = clip(p, eps)
    uninformed = float(np.mean(-0.5 * np.log(clipped * (1.0 - clipped))))
    return uninformed - LN2 > _EXCESS
