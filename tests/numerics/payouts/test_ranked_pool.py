"""Prizes by rank: hand-checked tables, Numerai's of June 2017, and what holds of every table."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.numerics.payouts.pools import COIN, MONEY, assert_sound, crowds
from tests.numerics.payouts.pools import entry as plain
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.awards import Award
from tournaments.numerics.payouts.entries import Entry
from tournaments.numerics.payouts.ranked_pool import RankedPool, place_weight, settle


def entry(key: str, units: int, precedence: int = 0, eligible: bool = True) -> Entry[Any]:
    return plain(key, 0, precedence, eligible, log_loss=units)


def ranked(entries: list[Entry[Any]], pool: int, places: int) -> tuple[Award[Any], ...]:
    return settle(entries, pool, RankedPool(places)).awards


def paid(entries: list[Entry[Any]], pool: int, places: int) -> dict[str, int]:
    return {award.key: award.paid for award in ranked(entries, pool, places)}


def test_numerais_table_of_june_2017_comes_out_within_two_dollars() -> None:
    entries = [entry(f"{place:02}", 692_000_000 + place) for place in range(1, 11)]
    total = 400 * sum(Fraction(885, 1000) ** step for step in range(10))
    amounts = [award.paid / 100 for award in ranked(entries, round(total * 100), places=10)]
    assert amounts[0] == 400.00
    assert [amounts[0], amounts[1], amounts[2], amounts[9]] == pytest.approx([400, 353, 312, 134], abs=1.5)


def test_place_weights_fall_by_885_thousandths() -> None:
    assert [place_weight(k, 2) for k in (1, 2, 3)] == [1000, 885, 0]


def test_the_lowest_log_loss_comes_first() -> None:
    awards = ranked([entry("b", 700), entry("a", 690), entry("c", 710)], 2665, places=2)
    assert [(award.key, award.place, award.tied) for award in awards] == [
        ("a", 1, False),
        ("b", 2, False),
        ("c", 3, False),
    ]
    # 2665 = 1000 + 885 + 780: two places share it as 1000 to 885.
    assert [award.paid for award in awards] == [1414, 1251, 0]


def test_a_tie_divides_the_summed_weight_of_its_places() -> None:
    awards = ranked([entry("a", 1), entry("b", 2), entry("c", 2), entry("d", 3)], 10**9, places=4)
    weights = [place_weight(k, 4) for k in (1, 2, 3, 4)]
    assert [award.weight for award in awards] == [
        2 * weights[0],
        weights[1] + weights[2],
        weights[1] + weights[2],
        2 * weights[3],
    ]
    assert [(award.place, award.tied) for award in awards] == [(1, False), (2, True), (2, True), (4, False)]
    assert [awards[1].paid - awards[2].paid, sum(award.paid for award in awards)] == [1, 10**9]


def test_a_tie_across_the_last_place_shares_what_weight_its_places_have() -> None:
    awards = ranked([entry("a", 1), entry("b", 2), entry("c", 2), entry("d", 2)], 1885 * 3, places=2)
    assert [award.paid for award in awards] == [3000, 885, 885, 885]
    assert [award.place for award in awards] == [1, 2, 2, 2]


def test_thirty_equal_scores_are_paid_alike_to_one_unit() -> None:
    amounts = list(paid([entry(f"{k:02}", 5, precedence=k) for k in range(30)], 100_000, places=20).values())
    assert sum(amounts) == 100_000
    assert set(amounts) == {3333, 3334}
    assert amounts == sorted(amounts, reverse=True)


def test_who_is_not_eligible_takes_no_place() -> None:
    awards = ranked([entry("best", 1, eligible=False), entry("a", 2), entry("b", 3)], 1885, places=2)
    assert [(award.key, award.place, award.paid) for award in awards] == [
        ("a", 1, 1000),
        ("b", 2, 885),
        ("best", None, 0),
    ]


def test_a_pool_without_anyone_eligible_rolls_over() -> None:
    assert sum(paid([entry("a", 1, eligible=False)], 500, places=3).values()) == 0
    assert ranked([], 500, places=3) == ()


def test_fewer_entrants_than_places_share_the_whole_pool() -> None:
    assert paid([entry("a", 1)], 999, places=10) == {"a": 999}


@given(crowds("log_loss", most=25), MONEY, st.integers(1, 12), st.randoms(use_true_random=False))
def test_a_ranked_pool_is_conserved_fair_and_blind_to_order(
    entries: list[Entry[Any]], pool: int, places: int, random: Any
) -> None:
    table = settle(entries, pool, RankedPool(places))
    assert_sound(table, entries, pool)
    assert settle(random.sample(entries, len(entries)), pool, RankedPool(places)) == table
    eligible = [award for award in table.awards if award.place is not None]
    assert (table.paid, table.burned) == (pool if eligible else 0, 0)
    assert {one.key for one in eligible} == {e.key for e in entries if e.eligible and "log_loss" in e.scores}
    for better, worse in pairwise(eligible):
        assert better.weight >= worse.weight
        assert better.paid >= worse.paid - (better.weight == worse.weight)
        if better.place == worse.place:
            assert abs(better.paid - worse.paid) <= 1
    for award in eligible:
        assert (award.reason == "beyond_paid_places") == (award.weight == 0)
        assert award.weight or not award.paid


def test_reasons_say_who_is_out_and_who_came_too_late() -> None:
    out = entry("out", 1, eligible=False)
    told = ranked([entry("a", 1), entry("b", 2), out, plain("mute")], 10, places=1)
    assert [(award.key, award.reason) for award in told] == [
        ("a", ""),
        ("b", "beyond_paid_places"),
        ("mute", "not_scored"),
        ("out", "not_eligible"),
    ]


def test_a_stake_is_returned_whole_and_a_coin_is_ranked_where_no_gate_keeps_it_out() -> None:
    (award,) = settle([plain("a", stake=50, log_loss=COIN)], 10, RankedPool(1)).awards
    assert (award.paid, award.returned) == (10, 60)


def test_places_count_from_one() -> None:
    with pytest.raises(NumericsError) as caught:
        place_weight(0, 3)
    assert caught.value.code == "bad_places"
