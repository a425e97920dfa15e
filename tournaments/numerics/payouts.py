"""Who is paid what, in exact integers (FORMULAS section 6).

Money is Python integers of the currency's minor unit, weights are Python integers of any size, scores are
integers of 1e-9. Nothing here is a float.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeVar

from tournaments.numerics.errors import NumericsError

Key = TypeVar("Key", int, str)

_STEP, _WHOLE = 885, 1000  # each place weighs 88.5 % of the one before: it fits Numerai's table of June 2017


@dataclass(frozen=True)
class RankedEntry(Generic[Key]):
    """A participant's one entry: log loss in units of 1e-9, precedence, and whether it passed the gates."""

    key: Key
    units: int
    precedence: int
    eligible: bool


@dataclass(frozen=True)
class Award(Generic[Key]):
    """What an entry gets: no place if it is not eligible; weights have one common denominator."""

    key: Key
    place: int | None
    tied: bool
    weight: int
    amount: int


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
    for name, values in (("pool", [pool]), ("weights", weights)):
        if not all(type(value) is int for value in values):
            raise NumericsError("not_an_integer", "Money and weights are Python integers.", name=name)
    if not all(weight >= 0 for weight in weights):
        raise NumericsError("negative_weight", "A weight is at least 0.")
    if len(order) != len(weights) or len(set(order)) != len(order):
        raise NumericsError("bad_order", "The order must hold one distinct value for each weight.")
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    amounts = [pool * weight // total for weight in weights]
    remainders = [pool * weight % total for weight in weights]
    by_claim = sorted(range(len(weights)), key=lambda i: (-remainders[i], order[i]))
    for index in by_claim[: pool - sum(amounts)]:
        amounts[index] += 1
    return amounts


def place_weight(place: int, places: int) -> int:
    """885^(k-1) 1000^(K-k) for place k of K, 0 beyond K (FORMULAS section 6).

    >>> [place_weight(k, places=3) for k in (1, 2, 3, 4)]
    [1000000, 885000, 783225, 0]
    """
    if not (place >= 1 and places >= 1):
        raise NumericsError("bad_places", "Places count from 1.", place=place, places=places)
    return 0 if place > places else _STEP ** (place - 1) * _WHOLE ** (places - place)


def ranked_pool(entries: Sequence[RankedEntry[Key]], pool: int, places: int) -> list[Award[Key]]:
    """Awards of a pool paid by rank: the lowest log loss takes place 1 of K (FORMULAS section 6).

    Entries of equal units are a tie group: they share the place of its first and divide the summed weight
    of the places that it covers, those beyond K weighing 0. Entries that are not eligible take no place.
    Weights are brought to a common denominator, then `divide` splits the pool, remainders by precedence,
    then key. Amounts sum to the pool, or to 0 when nobody is eligible: then it rolls over. Awards come by
    place, precedence, key; those without a place last.
    Raises NumericsError: `not_an_integer`, `negative_pool`, `bad_places`, `duplicate_key`.

    >>> ann, bob = RankedEntry("ann", 692, 1, True), RankedEntry("bob", 692, 2, True)
    >>> entries = [ann, bob, RankedEntry("cyd", 1, 3, False)]
    >>> [(a.key, a.place, a.tied, a.amount) for a in ranked_pool(entries, pool=101, places=3)]
    [('ann', 1, True, 51), ('bob', 1, True, 50), ('cyd', None, False, 0)]
    """
    _check_entries(entries, pool, places)
    ranked = sorted((entry for entry in entries if entry.eligible), key=_rank_key)
    groups = [list(group) for _, group in groupby(ranked, key=lambda entry: entry.units)]
    scale = math.lcm(*(len(group) for group in groups))
    standing: list[tuple[int, bool, int]] = []
    for group in groups:
        first = len(standing) + 1
        shared = sum(place_weight(first + step, places) for step in range(len(group)))
        standing += [(first, len(group) > 1, shared * (scale // len(group)))] * len(group)
    order = [(entry.precedence, entry.key) for entry in ranked]
    amounts = divide(pool, [weight for _, _, weight in standing], order)
    awards = [
        Award(entry.key, place, tied, weight, amount)
        for entry, (place, tied, weight), amount in zip(ranked, standing, amounts, strict=True)
    ]
    unplaced = sorted((entry for entry in entries if not entry.eligible), key=_rank_key)
    return awards + [Award(entry.key, None, False, 0, 0) for entry in unplaced]


def _rank_key(entry: RankedEntry[Key]) -> tuple[int, int, Key]:
    return entry.units, entry.precedence, entry.key


def _check_entries(entries: Sequence[RankedEntry[Key]], pool: int, places: int) -> None:
    for entry in entries:
        if not (type(entry.units) is int and type(entry.precedence) is int):
            raise NumericsError("not_an_integer", "Units and precedence are integers.", key=entry.key)
        if type(entry.eligible) is not bool:
            raise NumericsError("not_a_boolean", "Eligible is True or False.", key=entry.key)
    if len({entry.key for entry in entries}) != len(entries):
        raise NumericsError("duplicate_key", "Each participant takes one place.")
    if not (type(pool) is int and type(places) is int):
        raise NumericsError("not_an_integer", "Pool and places are integers.")
    if not pool >= 0:
        raise NumericsError("negative_pool", "A prize pool is at least 0.", pool=pool)
    if not places >= 1:
        raise NumericsError("bad_places", "At least one place is paid.", places=places)
