"""How unequally a pool was shared out, in exact fractions of whole amounts."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tournaments.numerics.errors import NumericsError


def gini(amounts: Sequence[int]) -> Fraction | None:
    """Gini coefficient of amounts of at least 0: Σ (2i - n - 1) x_i / (n Σ x), x rising, i from 1 to n.

    0 where all have the same, (n - 1) / n where one has all; None where there is nothing, or nobody. Those
    who got 0 count. Source: Gini 1912, in the form of the mean absolute difference over twice the mean.
    Raises NumericsError: `not_an_integer`, `negative_amount`.

    >>> gini([1, 1, 1]), gini([0, 0, 0, 8]), gini([1, 3]), gini([])
    (Fraction(0, 1), Fraction(3, 4), Fraction(1, 4), None)
    """
    _check(amounts)
    total, size = sum(amounts), len(amounts)
    if not total:
        return None
    weighed = sum((2 * i - size - 1) * amount for i, amount in enumerate(sorted(amounts), 1))
    return Fraction(weighed, size * total)


def top_share(amounts: Sequence[int], count: int) -> Fraction | None:
    """Share of the sum that the `count` largest amounts have together; None where there is nothing.

    Raises NumericsError: `not_an_integer`, `negative_amount`, `bad_count` below 0.

    >>> top_share([5, 1, 2], 1), top_share([5, 1, 2], 9), top_share([0, 0], 1)
    (Fraction(5, 8), Fraction(1, 1), None)
    """
    _check(amounts)
    if not count >= 0:
        raise NumericsError("bad_count", "A count is at least 0.", count=count)
    total = sum(amounts)
    return Fraction(sum(sorted(amounts, reverse=True)[:count]), total) if total else None


def _check(amounts: Sequence[int]) -> None:
    if not all(type(amount) is int for amount in amounts):
        raise NumericsError("not_an_integer", "Amounts are integers of minor units.")
    if not all(amount >= 0 for amount in amounts):
        raise NumericsError("negative_amount", "Only amounts of at least 0 are shared out.")
