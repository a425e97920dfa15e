"""The stake curve: hand-checked tables, its limit, threshold and budget, and what holds of every table."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.numerics.payouts.pools import HUGE, MONEY, STAKES, assert_sound, by_key, changes, crowds, entry
from tournaments.numerics.payouts.entries import Entry
from tournaments.numerics.payouts.stake_curve import StakeCurve, settle

PLAIN = StakeCurve(corr_multiplier=1_000_000, mmc_multiplier=0)
POINT = 10_000_000
"""0.01, in 1e-9."""


@pytest.mark.parametrize(
    ("stake", "corr", "change"),
    [
        (1000, 4 * POINT, 40),
        (1000, -4 * POINT, -40),
        (1000, 9 * POINT, 50),
        (1000, -99 * POINT, -50),
        (1000, 0, 0),
        (0, 9 * POINT, 0),
        # 10 · 0.04 = 0.4 either way: rounded down.
        (10, 4 * POINT, 0),
        (10, -4 * POINT, -1),
        (HUGE, 4 * POINT, HUGE // 25),
    ],
)
def test_a_share_of_the_stake_up_to_the_limit(stake: int, corr: int, change: int) -> None:
    assert changes(settle([entry("a", stake, corr=corr)], HUGE, PLAIN)) == {"a": change}


def test_corr_and_mmc_are_weighed_by_their_multipliers() -> None:
    # 0.5 · 0.02 + 2 · 0.01 = 0.03
    told = entry("a", 1000, corr=2 * POINT, mmc=POINT)
    assert changes(settle([told], 100, StakeCurve())) == {"a": 30}


def test_what_is_not_multiplied_need_not_be_defined() -> None:
    assert PLAIN.reads == ("corr",)
    (award,) = settle([entry("a", 1000, corr=POINT)], 100, StakeCurve()).awards
    assert (award.place, award.reason, award.returned) == (None, "not_scored", 1000)


def test_beyond_the_threshold_every_share_is_scaled() -> None:
    curve = StakeCurve(corr_multiplier=1_000_000, mmc_multiplier=0, threshold=1000)
    told = [entry("a", 1000, corr=4 * POINT), entry("b", 3000, corr=-8 * POINT)]
    # f = 1000 / 4000: 0.04 becomes 0.01, −0.08 becomes −0.02, which the limit no longer cuts.
    assert changes(settle(told, 100, curve)) == {"a": 10, "b": -60}
    assert changes(settle(told[:1], 100, curve)) == {"a": 40}


def test_who_takes_no_part_is_not_at_risk() -> None:
    curve = StakeCurve(corr_multiplier=1_000_000, mmc_multiplier=0, threshold=1000)
    out = entry("out", 10**9, eligible=False, corr=0)
    assert changes(settle([entry("a", 1000, corr=4 * POINT), out], 100, curve)) == {"a": 40, "out": 0}


def test_the_house_pays_no_more_than_its_budget_and_what_is_burned() -> None:
    told = [
        entry("a", 1000, corr=4 * POINT),
        entry("b", 500, corr=4 * POINT),
        entry("c", 100, corr=-4 * POINT),
    ]
    enough = settle(told, 56, PLAIN)
    assert (changes(enough), enough.rolled_over) == ({"a": 40, "b": 20, "c": -4}, 0)
    # 26 + 4 = 30 for gains of 40 and 20; what is burned stays burned.
    table = settle(told, 26, PLAIN)
    assert changes(table) == {"a": 20, "b": 10, "c": -4}
    assert [by_key(table)[key].reason for key in "abc"] == ["budget_exhausted", "budget_exhausted", ""]
    assert (table.paid, table.burned, table.rolled_over) == (30, 4, 0)


def test_burned_stakes_are_left_with_the_house() -> None:
    table = settle([entry("a", 1000, corr=-4 * POINT)], 100, PLAIN)
    assert (table.paid, table.burned, table.rolled_over) == (0, 40, 140)


CURVES = st.builds(
    StakeCurve,
    corr_multiplier=st.integers(0, 3_000_000),
    mmc_multiplier=st.integers(0, 3_000_000),
    limit=st.integers(1, 1_000_000),
    threshold=st.none() | st.integers(1, 10**9),
)


@given(crowds("corr", "mmc"), MONEY, CURVES, st.randoms(use_true_random=False))
def test_a_stake_curve_is_conserved_limited_and_blind_to_order(
    entries: list[Entry[Any]], pool: int, curve: StakeCurve, random: Any
) -> None:
    table = settle(entries, pool, curve)
    assert_sound(table, entries, pool)
    assert settle(random.sample(entries, len(entries)), pool, curve) == table
    for award in table.awards:
        assert award.paid * 10**6 <= award.stake * curve.limit
        assert (award.burned - 1) * 10**6 < award.stake * curve.limit
        assert award.paid <= award.weight
        assert (award.paid < award.weight) == (award.reason == "budget_exhausted")
    if any(award.reason == "budget_exhausted" for award in table.awards):
        assert table.rolled_over == 0


@given(st.integers(-(10**9), 10**9), st.lists(STAKES, min_size=2, max_size=6), CURVES)
def test_coming_as_several_never_wins_more(corr: int, parts: list[int], curve: StakeCurve) -> None:
    whole = settle([entry(0, sum(parts), corr=corr, mmc=0)], HUGE * 10, curve)
    split = settle([entry(key, part, corr=corr, mmc=0) for key, part in enumerate(parts)], HUGE * 10, curve)
    assert 0 <= sum(changes(whole).values()) - sum(changes(split).values()) < len(parts)
