"""A pool shared by contribution: hand-checked tables, and what holds of every table."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.numerics.payouts.pools import HUGE, MONEY, assert_sound, by_key, changes, crowds, entry
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.contribution_pool import ContributionPool, settle
from tournaments.numerics.payouts.entries import Entry

PCS = ContributionPool()


def test_a_pool_is_shared_as_contributions_are() -> None:
    # 100 x 20/30 = 66 rest 20, 100 x 10/30 = 33 rest 10: the odd unit goes to the larger rest.
    table = settle([entry("a", pcs=10), entry("b", pcs=20), entry("c", pcs=0)], 100, PCS)
    assert [(award.key, award.place, award.weight, award.paid, award.reason) for award in table.awards] == [
        ("b", 1, 20, 67, ""),
        ("a", 2, 10, 33, ""),
        ("c", 3, 0, 0, "no_weight"),
    ]


def test_which_measure_is_read_is_a_parameter() -> None:
    entries = [entry("a", pcs=3, src=0), entry("b", pcs=1, src=5)]
    assert changes(settle(entries, 8, PCS)) == {"a": 6, "b": 2}
    assert changes(settle(entries, 8, ContributionPool("src"))) == {"a": 0, "b": 8}


def test_a_pool_to_which_nobody_added_rolls_over() -> None:
    table = settle([entry("a", pcs=0), entry("b", pcs=0)], 100, PCS)
    assert (table.paid, table.rolled_over) == (0, 100)
    assert [(award.place, award.tied) for award in table.awards] == [(1, True), (1, True)]


def test_an_undefined_contribution_is_out_and_not_zero() -> None:
    table = settle([entry("a", pcs=1, src=1), entry("b", src=1)], 10, PCS)
    assert (by_key(table)["b"].place, by_key(table)["b"].reason) == (None, "not_scored")


def test_a_negative_contribution_is_refused() -> None:
    with pytest.raises(NumericsError) as caught:
        settle([entry("a", pcs=-1)], 10, PCS)
    assert caught.value.code == "negative_weight"


@given(crowds("pcs", "src"), MONEY, st.sampled_from(["pcs", "src"]), st.randoms(use_true_random=False))
def test_a_contribution_pool_is_conserved_proportional_and_blind_to_order(
    entries: list[Entry[Any]], pool: int, measure: str, random: Any
) -> None:
    parameters = ContributionPool(measure)
    table = settle(entries, pool, parameters)
    assert_sound(table, entries, pool)
    assert settle(random.sample(entries, len(entries)), pool, parameters) == table
    whole = sum(award.weight for award in table.awards)
    assert (table.paid, table.burned) == (pool if whole else 0, 0)
    for award in table.awards:
        assert abs(award.paid - Fraction(pool * award.weight, max(1, whole))) < 1


@given(st.integers(1, HUGE), MONEY, st.integers(1, 30))
def test_equal_contributions_are_paid_alike_to_one_unit(weight: int, pool: int, count: int) -> None:
    paid = settle([entry(key, pcs=weight) for key in range(count)], pool, PCS).awards
    assert paid[0].paid - paid[-1].paid in (0, 1)
