"""Splits worked by hand, and what no split may do."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.numerics.payouts.pools import HUGE, MONEY
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.division import divide, on_common_denominator, settle_fractions

WEIGHTS = st.lists(st.one_of(st.integers(0, 3), st.integers(0, HUGE)), min_size=1, max_size=40)


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
        (HUGE + 1, [HUGE, HUGE], [HUGE // 2 + 1, HUGE // 2]),
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


@given(MONEY, st.integers(1, HUGE), st.integers(1, 60))
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


@pytest.mark.parametrize(
    ("numerators", "denominator", "amounts"),
    [
        # -2.5, 1.5, 1 are floored to -3, 1, 1; the unit that is missing goes to the first of the two halves.
        ([-5, 3, 2], 2, [-2, 1, 1]),
        ([-4, 4], 2, [-2, 2]),
        # -1/3, -1/3, 2/3: floors -1, -1, 0, remainders all 2/3, two units left over.
        ([-1, -1, 2], 3, [0, 0, 0]),
        ([0, 0], 7, [0, 0]),
        ([], 1, []),
    ],
)
def test_signed_splits_worked_by_hand(numerators: list[int], denominator: int, amounts: list[int]) -> None:
    assert settle_fractions(numerators, denominator, range(len(numerators))) == amounts


@given(st.lists(st.integers(-HUGE, HUGE), max_size=30), st.integers(1, 10**20))
def test_signed_splits_keep_the_sum_and_stay_within_a_unit(values: list[int], denominator: int) -> None:
    numerators = [*values, -sum(values)]
    amounts = settle_fractions(numerators, denominator, range(len(numerators)))
    assert sum(amounts) == 0
    for amount, numerator in zip(amounts, numerators, strict=True):
        assert abs(amount - Fraction(numerator, denominator)) < 1


def test_rational_weights_have_a_common_denominator() -> None:
    assert on_common_denominator([5, 1, 1], [1, 2, 3]) == [30, 3, 2]
    assert on_common_denominator([], []) == []


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
    ("numerators", "denominator", "order", "code"),
    [
        ([1.0, -1.0], 1, [0, 1], "not_an_integer"),
        ([1, -1], 1.0, [0, 1], "not_an_integer"),
        ([1, -1], 0, [0, 1], "bad_denominator"),
        ([1, 1], 3, [0, 1], "not_whole"),
        ([1, -1], 3, [0, 0], "bad_order"),
    ],
)
def test_signed_splits_that_cannot_be_are_refused(
    numerators: Any, denominator: Any, order: Any, code: str
) -> None:
    with pytest.raises(NumericsError) as caught:
        settle_fractions(numerators, denominator, order)
    assert caught.value.code == code
