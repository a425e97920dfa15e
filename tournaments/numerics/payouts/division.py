"""Money split exactly: no unit is made, none is lost, and who gets the odd one is no accident.

Money is Python integers of the currency's minor unit, weights are Python integers of any size.
Source: FORMULAS section 6.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tournaments.numerics.errors import NumericsError


def divide(pool: int, weights: Sequence[int], order: Sequence[Any]) -> list[int]:
    """Amounts that split `pool` by `weights`, exactly.

    floor(P w / W) each, then the left-over units one by one to the largest remainders. Equal remainders
    go by `order`, distinct comparable values such as (precedence, id), lowest first; so equal weights
    differ by at most one unit. Amounts sum to the pool, or are all 0 when W = 0: then the pool rolls
    over. A negative pool floors toward minus infinity first. Source: FORMULAS section 6.
    Raises NumericsError: `not_an_integer`, `negative_weight`, `bad_order`.

    >>> divide(100, [1, 1, 1], order=[2, 1, 3])
    [33, 34, 33]
    """
    _check_integers("pool", [pool])
    _check_integers("weights", weights)
    if not all(weight >= 0 for weight in weights):
        raise NumericsError("negative_weight", "A weight is at least 0.")
    _check_order(order, len(weights))
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    return _largest_remainders([pool * weight for weight in weights], total, order)


def settle_fractions(numerators: Sequence[int], denominator: int, order: Sequence[Any]) -> list[int]:
    """Whole amounts nearest to n / d, of either sign, whose sum is the sum of the n / d.

    Each is floored toward minus infinity, then the left-over units go to the largest remainders, equal
    ones by `order`. No amount is further than one unit from its n / d, and a whole n / d stays as it is.
    Source: FORMULAS section 6, "signed splits".
    Raises NumericsError: `not_an_integer`, `bad_denominator` below 1, `not_whole` where the sum is no whole
    number, `bad_order`.

    >>> settle_fractions([-5, 3, 2], 2, order=[1, 2, 3])
    [-2, 1, 1]
    """
    _check_integers("numerators", numerators)
    _check_integers("denominator", [denominator])
    if not denominator >= 1:
        raise NumericsError("bad_denominator", "A denominator is at least 1.")
    if sum(numerators) % denominator:
        raise NumericsError("not_whole", "What is settled must sum to whole units.")
    _check_order(order, len(numerators))
    return _largest_remainders(numerators, denominator, order)


def on_common_denominator(numerators: Sequence[int], denominators: Sequence[int]) -> list[int]:
    """Rational weights n / d as integers in the same proportion: n · lcm(d) / d.

    >>> on_common_denominator([5, 1, 1], [1, 2, 3])
    [30, 3, 2]
    """
    scale = math.lcm(*denominators)
    return [top * (scale // bottom) for top, bottom in zip(numerators, denominators, strict=True)]


def _largest_remainders(numerators: Sequence[int], denominator: int, order: Sequence[Any]) -> list[int]:
    amounts = [numerator // denominator for numerator in numerators]
    remainders = [numerator % denominator for numerator in numerators]
    left_over = sum(remainders) // denominator
    by_claim = sorted(range(len(amounts)), key=lambda i: (-remainders[i], order[i]))
    for index in by_claim[:left_over]:
        amounts[index] += 1
    return amounts


def _check_integers(name: str, values: Sequence[int]) -> None:
    if not all(type(value) is int for value in values):
        raise NumericsError("not_an_integer", "Money and weights are Python integers.", name=name)


def _check_order(order: Sequence[Any], size: int) -> None:
    if len(order) != size or len(set(order)) != size:
        raise NumericsError("bad_order", "The order must hold one distinct value for each weight.")
