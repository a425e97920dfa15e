"""Weighted-score wagering: hand-checked tables, its score, and what Lambert and others proved of it."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from tests.numerics.payouts.pools import HUGE, MONEY, STAKES, assert_sound, by_key, changes, crowds, entry
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.entries import Entry
from tournaments.numerics.payouts.wager import Wager, settle
from tournaments.numerics.payouts.wager_score import score_of_loss, wager_score, wager_units

RULE = Wager()
SCORE = st.integers(0, 10**9)


def wagers(**told: tuple[int, int]) -> list[Entry[Any]]:
    """Stake and score by name, in the order of precedence."""
    return [entry(key, stake, place, wager=s) for place, (key, (stake, s)) in enumerate(told.items())]


def test_what_the_better_win_is_what_the_worse_lose() -> None:
    # Mean score (100·0.6 + 300·0.4) / 400 = 0.45: 100·0.15 = 15 and 300·(−0.05) = −15.
    table = settle(wagers(ann=(100, 600_000_000), bob=(300, 400_000_000)), 0, RULE)
    assert changes(table) == {"ann": 15, "bob": -15}
    assert (table.paid, table.burned, table.rolled_over) == (15, 15, 0)


def test_odd_units_go_to_the_largest_remainders_then_by_precedence() -> None:
    # Mean score 0.5: 1·(0.5), 1·(−0.25), 1·(−0.25) are floored to 0, −1, −1; two units go back to rests of ¾.
    table = settle(wagers(a=(1, 10**9), b=(1, 250_000_000), c=(1, 250_000_000)), 0, RULE)
    assert changes(table) == {"a": 0, "b": 0, "c": 0}
    # 5·(½), 5·(−½): both rests are ½, and the first comes first.
    assert changes(settle(wagers(a=(5, 0), b=(5, 10**9)), 0, RULE)) == {"a": -2, "b": 2}


def test_the_pool_is_not_touched() -> None:
    assert settle(wagers(a=(9, 5), b=(9, 7)), 1000, RULE).rolled_over == 1000


def test_who_stakes_alone_or_nothing_wins_nothing() -> None:
    assert changes(settle(wagers(a=(100, 9)), 0, RULE)) == {"a": 0}
    table = settle(wagers(a=(0, 10**9), b=(0, 0)), 0, RULE)
    assert {award.reason for award in table.awards} == {"no_stake"}


def test_who_is_out_keeps_the_stake_and_does_not_count() -> None:
    told = wagers(a=(100, 600_000_000), b=(300, 400_000_000))
    others = [entry("late", 700, eligible=False, wager=10**9), entry("mute", 50)]
    table = settle([*told, *others], 0, RULE)
    assert changes(table) == {"a": 15, "b": -15, "late": 0, "mute": 0}
    assert by_key(table)["late"].returned == 700


@given(crowds("wager"), MONEY, st.randoms(use_true_random=False))
def test_wagers_sum_to_zero_and_lose_no_more_than_the_stake(
    entries: list[Entry[Any]], pool: int, random: Any
) -> None:
    table = settle(entries, pool, RULE)
    assert_sound(table, entries, pool)
    assert settle(random.sample(entries, len(entries)), pool, RULE) == table
    assert table.paid == table.burned
    playing = [award for award in table.awards if award.place is not None]
    scores = {one.key: one.scores.get("wager", 0) for one in entries}
    staked = max(1, sum(award.stake for award in playing))
    mean = Fraction(sum(award.stake * scores[award.key] for award in playing), staked)
    for award in playing:
        assert abs(award.change - award.stake * (scores[award.key] - mean) / 10**9) < 1


@given(SCORE, st.lists(STAKES, min_size=2, max_size=6), st.lists(st.tuples(STAKES, SCORE), max_size=5))
def test_coming_as_several_wins_no_more_than_a_unit_for_each(
    score: int, parts: list[int], others: list[tuple[int, int]]
) -> None:
    rest = [entry(key, stake, 99, wager=s) for key, (stake, s) in enumerate(others, 100)]
    whole = changes(settle([entry(0, sum(parts), wager=score), *rest], 0, RULE))[0]
    split = settle([*(entry(key, part, wager=score) for key, part in enumerate(parts)), *rest], 0, RULE)
    assert abs(sum(change for key, change in changes(split).items() if key < 100) - whole) <= len(parts) + 1


def test_the_score_is_the_clipped_log_likelihood_between_its_ends() -> None:
    p, y = np.array([0.7, 0.5, 0.1, 0.42]), np.array([1, 0, 1, 0])
    # 0.7 for what came is as good as the clip allows, 0.1 as bad; the others lie between.
    low, high = math.log(0.3), math.log(0.7)
    by_hand = (1 + (math.log(0.5) - low) / (high - low) + 0 + (math.log(0.58) - low) / (high - low)) / 4
    assert wager_score(p, y, 0.3) == pytest.approx(by_hand, abs=1e-12)
    peer = (-log_loss(y, np.clip(p, 0.3, 0.7)) - low) / (high - low)
    assert wager_score(p, y, 0.3) == pytest.approx(peer, abs=1e-12)
    assert wager_units(p, y, RULE) == round(by_hand * 1e9)
    assert [wager_units([1.0, 0.0], y, RULE) for y in ([1, 0], [0, 1])] == [10**9, 0]


@given(st.floats(0.3, 0.7), st.floats(0.0, 1.0))
def test_what_one_believes_is_the_best_thing_to_send(belief: float, sent: float) -> None:
    def expected(p: float) -> float:
        return belief * wager_score([p], [1], 0.3) + (1 - belief) * wager_score([p], [0], 0.3)

    assert expected(belief) >= expected(sent) - 1e-12


@pytest.mark.parametrize(("loss", "clip", "code"), [(math.nan, 0.3, "not_finite"), (0.6, 0.5, "bad_epsilon")])
def test_a_score_needs_a_loss_and_a_clip(loss: float, clip: float, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        score_of_loss(loss, clip)
    assert caught.value.code == code


@pytest.mark.parametrize("score", [-1, 10**9 + 1, HUGE])
def test_a_score_beyond_its_ends_is_refused(score: int) -> None:
    with pytest.raises(NumericsError) as caught:
        settle([entry("a", 1, wager=score)], 0, RULE)
    assert caught.value.code == "out_of_range"
