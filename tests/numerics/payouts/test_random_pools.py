"""100,000 random pools, zero, tied, huge, one, many: not a unit is made or lost."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.numerics.payouts.pools import COIN, HUGE
from tournaments.numerics.payouts import registry
from tournaments.numerics.payouts.entries import Entry
from tournaments.numerics.payouts.parameters import Parameters

POOLS = 100_000
SIZES = (0, 1, 1, 2, 2, 3, 4, 5, 7)
"""Of crowds; once in a thousand there are a hundred."""


def amounts(draw: random.Random) -> int:
    """Nothing, little, ordinary, or all that fits 38 digits."""
    return draw.choice((0, 1, draw.randrange(4), draw.randrange(10**7), HUGE - draw.randrange(9)))


SCORES: dict[str, Callable[[random.Random], int]] = {
    "log_loss": lambda draw: draw.choice((COIN - 1, COIN, draw.randrange(2 * COIN))),
    "corr": lambda draw: draw.choice((0, draw.randrange(-(10**9), 10**9))),
    "mmc": lambda draw: draw.choice((0, draw.randrange(-(10**9), 10**9))),
    "wager": lambda draw: draw.choice((0, 10**9, draw.randrange(10**9))),
    "confidence": lambda draw: draw.choice((1, 10**9, 1 + draw.randrange(10**12))),
    "pcs": amounts,
    "src": amounts,
}
PARAMETERS: dict[str, tuple[dict[str, object], ...]] = {
    "ranked_pool": ({"places": 1}, {"places": 3}, {"places": 20}),
    "contribution_pool": ({"measure": "pcs"}, {"measure": "src"}),
    "wager": ({},),
    "stake_curve": ({}, {"threshold": 10}, {"limit": 1_000_000}),
    "auction": ({},),
}


def crowd(draw: random.Random, names: tuple[str, ...], size: int) -> list[Entry[int]]:
    # Those of an even key repeat one draw, so that ties are common.
    same = {name: SCORES[name](draw) for name in names}
    return [
        Entry(
            key,
            draw.randrange(3),
            draw.random() < 0.9,
            amounts(draw),
            same if key % 2 == 0 else {name: SCORES[name](draw) for name in names},
        )
        for key in range(size)
    ]


def is_sound(name: str, entries: list[Entry[int]], pool: int, given: Parameters) -> bool:
    found = registry.settle(name, entries, pool, given)
    taking_part = any(award.place is not None for award in found.awards)
    weight = sum(award.weight for award in found.awards)
    whole = {
        "ranked_pool": found.paid == (pool if taking_part else 0),
        "contribution_pool": found.paid == (pool if weight else 0),
        "wager": found.paid == found.burned,
        "stake_curve": found.paid <= pool + found.burned,
        "auction": found.paid <= pool,
    }
    return (
        whole[name]
        and found.paid + found.rolled_over == pool + found.burned
        and found.rolled_over >= 0
        and len(found.awards) == len(entries)
        and all(0 <= award.burned <= award.stake and award.paid >= 0 for award in found.awards)
        and sum(award.returned for award in found.awards) + found.rolled_over
        == pool + sum(entry.stake for entry in entries)
    )


@pytest.mark.parametrize("name", registry.NAMES)
def test_a_hundred_thousand_random_pools_conserve_every_unit(name: str) -> None:
    draw = random.Random(f"pools of {name}")
    settings = [registry.parameters_of(name, values) for values in PARAMETERS[name]]
    for turn in range(POOLS // len(registry.NAMES)):
        given = draw.choice(settings)
        size = 100 if turn % 1000 == 999 else draw.choice(SIZES)
        entries, pool = crowd(draw, given.reads, size), amounts(draw)
        assert is_sound(name, entries, pool, given), (given, pool, entries)
