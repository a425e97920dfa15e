"""The score that `wager` reads: the one thing in this room that is computed in floats, and quantised once."""

from __future__ import annotations

import math

import numpy.typing as npt

from tournaments.numerics import checks
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.losses import log_loss
from tournaments.numerics.payouts.parameters import MILLION
from tournaments.numerics.payouts.wager import Wager
from tournaments.numerics.units import quantise


def wager_score(p: npt.ArrayLike, y: npt.ArrayLike, clip: float) -> float:
    """S = mean over rows of (ln p_y - ln ε) / (ln(1 - ε) - ln ε), p (M,) clipped to [ε, 1 - ε], y (M,).

    p_y is the probability that was given to what came; 0 is as wrong, 1 as right as the clip ε lets one be.
    Source: FORMULAS section 6.
    Raises NumericsError: as `losses.log_loss`.

    >>> round(wager_score([0.7, 0.5, 0.1], [1, 0, 1], clip=0.3), 6)
    0.534296
    """
    return score_of_loss(log_loss(p, y, clip), clip)


def score_of_loss(loss: float, clip: float) -> float:
    """S of a log loss that was computed with this clip: for whoever scores many files at once.

    Raises NumericsError: `bad_epsilon`, `not_finite`.

    >>> round(score_of_loss(math.log(2), clip=0.3), 6)
    0.602888
    """
    bound = checks.epsilon(clip)
    if not math.isfinite(loss):
        raise NumericsError("not_finite", "A log loss is a finite number.", value=loss)
    worst, best = -math.log(bound), -math.log1p(-bound)
    return min(1.0, max(0.0, (worst - loss) / (worst - best)))


def wager_units(p: npt.ArrayLike, y: npt.ArrayLike, parameters: Wager) -> int:
    """The score in whole units of 1e-9, as the rule reads it.

    >>> wager_units([0.5, 0.5], [1, 0], Wager())
    602887895
    """
    return quantise(wager_score(p, y, parameters.clip / MILLION))
