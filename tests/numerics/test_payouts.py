"""Exact division of money, and pools paid by rank."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts import RankedEntry, divide, place_weight, ranked_pool

WEIGHTS = st.lists(st.integers(0, 10**30), min_size=1, max_size=40)
MONEY = st.integers(0, 10**15)


def entry(key: str, units: int, precedence: int = 0, eligible: bool = True) -> RankedEntry[str]:
    return RankedEntry(key, units, precedence, eligible)


def paid(entries: list[RankedEntry[str]], pool: int, places: int) -> dict[str, int]:
    return {award.key: award.amount for award in ranked_pool(entries, pool, places)}


@pytest.mark.parametrize(
    ("pool", "weights", "amounts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (10, [5, 3, 2], [5, 3, 2]),
        # 7 x 1/6 = 1 rest 1, 7 x 2/6 = 2 rest 2, 7 x 3/6 = 3 rest 3: the unit goes to the largest rest.
        (7, [1, 2, 3], [1, 2, 4]),
        (1, [1, 1], [1, 0]),
        (0, [1, 2], [0, 0]),
        (50, [0, 0], [0, 0]),
        (50, [0, 7], [0, 50]),
        (5, [], []),
        # Toward minus infinity first: -2.5 and -7.5 become -3 and -8, and the unit returns to the first.
        (-10, [1, 3], [-2, -8]),
    ],
)
def test_divisions_worked_by_hand(pool: int, weights: list[int], amounts: list[int]) -> None:
    assert divide(pool, weights, list(range(len(weights)))) == amounts


def test_equal_remainders_go_by_precedence_then_id() -> None:
    assert divide(5, [1, 1, 1], [(2, "a"), (1, "b"), (1, "a")]) == [1, 2, 2]


@given(MONEY, WEIGHTS)
def test_no_money_is_made_or_lost(pool: int, weights: list[int]) -> None:
    amounts = divide(pool, weights, range(len(weights)))
    assert sum(amounts) == (pool if sum(weights) else 0)
    for amount, weight in zip(amounts, weights, strict=True):
        if sum(weights):
            assert abs(amount - Fraction(pool * weight, sum(weights))) < 1
        assert amount >= 0


@given(MONEY, st.integers(1, 10**30), st.integers(1, 60))
def test_equal_weights_differ_by_at_most_one_unit(pool: int, weight: int, count: int) -> None:
    amounts = divide(pool, [weight] * count, range(count))
    assert max(amounts) - min(amounts) <= 1
    assert amounts == sorted(amounts, reverse=True)


@given(MONEY, WEIGHTS, st.randoms(use_true_random=False))
def test_a_division_does_not_depend_on_the_order_of_the_list(
    pool: int, weights: list[int], random: Any
) -> None:
    order = random.sample(range(len(weights)), len(weights))
    shuffled = divide(pool, [weights[i] for i in order], order)
    straight = divide(pool, weights, range(len(weights)))
    assert shuffled == [straight[i] for i in order]


@given(MONEY, WEIGHTS, st.integers(2, 10**6))
def test_a_common_factor_of_the_weights_changes_nothing(pool: int, weights: list[int], factor: int) -> None:
    order = range(len(weights))
    assert divide(pool, [factor * weight for weight in weights], order) == divide(pool, weights, order)


def test_numerais_table_of_june_2017_comes_out_within_two_dollars() -> None:
    entries = [entry(f"{place:02}", 692_000_000 + place) for place in range(1, 11)]
    total = 400 * sum(Fraction(885, 1000) ** step for step in range(10))
    amounts = [award.amount / 100 for award in ranked_pool(entries, round(total * 100), places=10)]
    assert amounts[0] == 400.00
    assert [amounts[0], amounts[1], amounts[2], amounts[9]] == pytest.approx([400, 353, 312, 134], abs=1.5)


def test_place_weights_fall_by_885_thousandths() -> None:
    assert [place_weight(k, 2) for k in (1, 2, 3)] == [1000, 885, 0]


def test_the_lowest_log_loss_comes_first() -> None:
    awards = ranked_pool([entry("b", 700), entry("a", 690), entry("c", 710)], 2665, places=2)
    assert [(award.key, award.place, award.tied) for award in awards] == [
        ("a", 1, False),
        ("b", 2, False),
        ("c", 3, False),
    ]
    # 2665 = 1000 + 885 + 780: two places share it as 1000 to 885.
    assert [award.amount for award in awards] == [1414, 1251, 0]


def test_a_tie_divides_the_summed_weight_of_its_places() -> None:
    awards = ranked_pool([entry("a", 1), entry("b", 2), entry("c", 2), entry("d", 3)], 10**9, places=4)
    weights = [place_weight(k, 4) for k in (1, 2, 3, 4)]
    assert [award.weight for award in awards] == [
        2 * weights[0],
        weights[1] + weights[2],
        weights[1] + weights[2],
        2 * weights[3],
    ]
    assert [(award.place, award.tied) for award in awards] == [(1, False), (2, True), (2, True), (4, False)]
    assert [awards[1].amount - awards[2].amount, sum(award.amount for award in awards)] == [1, 10**9]


def test_a_tie_across_the_last_place_shares_what_weight_its_places_have() -> None:
    awards = ranked_pool([entry("a", 1), entry("b", 2), entry("c", 2), entry("d", 2)], 1885 * 3, places=2)
    assert [award.amount for award in awards] == [3000, 885, 885, 885]
    assert [award.place for award in awards] == [1, 2, 2, 2]


def test_thirty_equal_scores_are_paid_alike_to_one_unit() -> None:
    amounts = list(paid([entry(f"{k:02}", 5, precedence=k) for k in range(30)], 100_000, places=20).values())
    assert sum(amounts) == 100_000
    assert set(amounts) == {3333, 3334}
    assert amounts == sorted(amounts, reverse=True)


def test_who_is_not_eligible_takes_no_place() -> None:
    awards = ranked_pool([entry("best", 1, eligible=False), entry("a", 2), entry("b", 3)], 1885, places=2)
    assert [(award.key, award.place, award.amount) for award in awards] == [
        ("a", 1, 1000),
        ("b", 2, 885),
        ("best", None, 0),
    ]


def test_a_pool_without_anyone_eligible_rolls_over() -> None:
    assert sum(paid([entry("a", 1, eligible=False)], 500, places=3).values()) == 0
    assert ranked_pool([], 500, places=3) == []


def test_fewer_entrants_than_places_share_the_whole_pool() -> None:
    assert paid([entry("a", 1)], 999, places=10) == {"a": 999}


ENTRIES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 5), st.booleans()), min_size=0, max_size=25
).map(lambda rows: [entry(f"{k:02}", *row) for k, row in enumerate(rows)])


@given(ENTRIES, MONEY, st.integers(1, 12), st.randoms(use_true_random=False))
def test_a_ranked_pool_is_conserved_fair_and_blind_to_order(
    entries: list[RankedEntry[str]], pool: int, places: int, random: Any
) -> None:
    awards = ranked_pool(entries, pool, places)
    assert ranked_pool(random.sample(entries, len(entries)), pool, places) == awards
    eligible = [award for award in awards if award.place is not None]
    assert sum(award.amount for award in awards) == (pool if eligible else 0)
    assert {award.key for award in eligible} == {one.key for one in entries if one.eligible}
    for better, worse in pairwise(eligible):
        assert better.weight >= worse.weight
        assert better.amount >= worse.amount - (better.weight == worse.weight)
        if better.place == worse.place:
            assert abs(better.amount - worse.amount) <= 1
    assert all(award.amount == 0 for award in eligible if (award.place or 0) > places)


@pytest.mark.parametrize(
    ("pool", "weights", "order", "code"),
    [
        (1.0, [1], [0], "not_an_integer"),
        (1, [1.5], [0], "not_an_integer"),
        (True, [1], [0], "not_an_integer"),
        (1, [-1, 2], [0, 1], "negative_weight"),
        (1, [1, 1], [0, 0], "bad_order"),
        (1, [1, 1], [0], "bad_order"),
    ],
)
def test_divisions_of_anything_but_integers_are_refused(
    pool: Any, weights: Any, order: Any, code: str
) -> None:
    with pytest.raises(NumericsError) as caught:
        divide(pool, weights, order)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("entries", "pool", "places", "code"),
    [
        ([RankedEntry("a", 0.69, 1, True)], 10, 1, "not_an_integer"),  # type: ignore[arg-type]
        ([RankedEntry("a", 1, 1, float("nan"))], 10, 1, "not_a_boolean"),  # type: ignore[arg-type]
        ([entry("a", 1), entry("a", 2)], 10, 1, "duplicate_key"),
        ([entry("a", 1)], -1, 1, "negative_pool"),
        ([entry("a", 1)], 10.0, 1, "not_an_integer"),
        ([entry("a", 1)], 10, 0, "bad_places"),
    ],
)
def test_bad_pools_are_refused_with_a_code(entries: Any, pool: Any, places: Any, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        ranked_pool(entries, pool, places)
    assert caught.value.code == code
