"""The auction: hand-checked queues, and what holds of every table."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.numerics.payouts.pools import COIN, HUGE, MONEY, assert_sound, by_key, changes, crowds, entry
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.auction import Auction, settle
from tournaments.numerics.payouts.entries import Entry

RULE = Auction()
ONE = 10**9
GOOD, BAD = COIN - 1, COIN


def bid(key: Any, stake: int, confidence: int, log_loss: int = GOOD, precedence: int = 0) -> Entry[Any]:
    return entry(key, stake, precedence, log_loss=log_loss, confidence=confidence)


def test_the_most_confident_come_first_until_the_pool_is_empty() -> None:
    # c = 2: 100 / 2 = 50; c = 1: burned; c = 0.5: 30 / 0.5 = 60, of which 50 are left; c = 0.1: nothing left.
    told = [bid("d", 10, ONE // 10), bid("a", 100, 2 * ONE), bid("b", 70, ONE, BAD), bid("c", 30, ONE // 2)]
    table = settle(told, 100, RULE)
    assert [(a.key, a.place, a.weight, a.paid, a.burned, a.reason) for a in table.awards] == [
        ("a", 1, 50, 50, 0, ""),
        ("b", 2, 0, 0, 70, "not_better_than_a_coin"),
        ("c", 3, 60, 50, 0, "pool_exhausted"),
        ("d", 4, 100, 0, 0, "pool_exhausted"),
    ]
    assert (table.paid, table.burned, table.rolled_over) == (100, 70, 70)


def test_once_the_pool_is_empty_nobody_loses_either() -> None:
    table = settle([bid("a", 100, 2 * ONE), bid("b", 70, ONE, BAD)], 50, RULE)
    assert (by_key(table)["b"].returned, by_key(table)["b"].reason) == (70, "pool_exhausted")
    assert changes(settle([bid("b", 70, ONE, BAD)], 0, RULE)) == {"b": 0}


def test_equal_bids_share_what_is_left_pro_rata() -> None:
    # 100 and 50 are owed, 10 are left: 6 2/3 and 3 1/3. The loser among them burns: their turn had come.
    table = settle([bid("a", 100, ONE), bid("b", 50, ONE), bid("c", 9, ONE, BAD)], 10, RULE)
    assert changes(table) == {"a": 7, "b": 3, "c": -9}
    assert {award.place for award in table.awards} == {1}


def test_what_is_won_is_rounded_down() -> None:
    assert changes(settle([bid("a", 10, 3 * ONE)], 99, RULE)) == {"a": 3}


def test_log_loss_of_ln_2_is_not_better_than_a_coin() -> None:
    table = settle([bid("under", 5, ONE, COIN - 1), bid("coin", 5, ONE, COIN)], 99, RULE)
    assert changes(table) == {"under": 5, "coin": -5}


def test_without_a_stake_nothing_happens() -> None:
    assert settle([bid("a", 0, ONE, BAD)], 9, RULE).awards[0].reason == "no_stake"


def test_a_forecast_and_its_opposite_win_on_balance_at_a_low_bid() -> None:
    """A known hole of the rule, which says so of itself."""
    table = settle([bid("up", 100, ONE // 2, GOOD), bid("down", 100, ONE // 2, BAD + 1)], 1000, RULE)
    assert sum(changes(table).values()) == 100


@given(crowds("log_loss", "confidence"), MONEY, st.randoms(use_true_random=False))
def test_an_auction_is_conserved_in_order_and_blind_to_the_lists_order(
    entries: list[Entry[Any]], pool: int, random: Any
) -> None:
    table = settle(entries, pool, RULE)
    assert_sound(table, entries, pool)
    assert settle(random.sample(entries, len(entries)), pool, RULE) == table
    given = {one.key: one for one in entries}
    for award in table.awards:
        scores = given[award.key].scores
        if award.place is None:
            continue
        assert award.paid <= Fraction(award.stake * ONE, scores["confidence"])
        assert award.burned in (0, award.stake)
        assert not award.burned or scores["log_loss"] >= COIN
        assert not award.paid or scores["log_loss"] < COIN
    if any(award.reason == "pool_exhausted" for award in table.awards):
        assert table.paid == pool


@given(st.integers(1, 10**12), st.lists(st.integers(1, HUGE), min_size=2, max_size=6), MONEY)
def test_a_stake_that_is_divided_at_one_bid_wins_no_more(
    confidence: int, parts: list[int], pool: int
) -> None:
    whole = settle([bid(0, sum(parts), confidence)], pool, RULE)
    split = settle([bid(key, part, confidence) for key, part in enumerate(parts)], pool, RULE)
    assert 0 <= whole.paid - split.paid < len(parts)


@pytest.mark.parametrize("confidence", [0, -1])
def test_a_bid_is_above_nothing(confidence: int) -> None:
    with pytest.raises(NumericsError) as caught:
        settle([bid("a", 1, confidence)], 9, RULE)
    assert caught.value.code == "bad_confidence"
