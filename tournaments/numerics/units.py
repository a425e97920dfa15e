"""Scores in whole units of 1e-9: the only form that a rule or a ranking may read (FORMULAS section 6).

Pure Python: who only reads and compares stored scores, or computes payouts, loads no array library for it.
"""

from __future__ import annotations

import math

from tournaments.numerics.errors import NumericsError

LN2 = math.log(2.0)
UNITS = 10**9


def quantise(x: float) -> int:
    """The number x in whole units of 1e-9, halves to even.

    It is the form in which scores reach rules (FORMULAS section 6).

    Raises NumericsError `not_finite`.

    >>> quantise(0.69213), quantise(LN2)
    (692130000, 693147181)
    """
    if not math.isfinite(x):
        raise NumericsError("not_finite", "Only a finite number has units.", value=x)
    return round(x * UNITS)


COIN = quantise(LN2)
"""A coin's log loss in whole units: who beats it has fewer."""
