"""What no rule takes, and the guard on what no rule makes."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.numerics.payouts.pools import entry
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.awards import Award, Table
from tournaments.numerics.payouts.entries import Entry, check

NAN = float("nan")


@pytest.mark.parametrize(
    ("entries", "pool", "code"),
    [
        ([Entry("a", 1, True, 0, {"log_loss": cast(Any, 0.69)})], 10, "not_an_integer"),
        ([Entry("a", 1, True, 0, {"log_loss": True})], 10, "not_an_integer"),
        ([Entry("a", 1, True, 0, {"corr": cast(Any, NAN)})], 10, "not_an_integer"),
        ([Entry("a", 1.0, True)], 10, "not_an_integer"),
        ([Entry("a", 1, True, 5.0)], 10, "not_an_integer"),
        ([Entry("a", 1, NAN)], 10, "not_a_boolean"),
        ([Entry("a", 1, True, -1)], 10, "negative_stake"),
        ([Entry("a", 1, True, 0, {"luck": 7})], 10, "unknown_score"),
        ([Entry("a", 1), Entry("a", 2)], 10, "duplicate_key"),
        ([Entry("a", 1), Entry(2, 2)], 10, "not_a_key"),
        ([Entry(None, 1)], 10, "not_a_key"),  # type: ignore[type-var]
        ([entry("a")], -1, "negative_pool"),
        ([entry("a")], 10.0, "not_an_integer"),
        ([entry("a")], NAN, "not_an_integer"),
    ],
)
def test_bad_entries_and_pools_are_refused_with_a_code(entries: Any, pool: Any, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        check(entries, pool)
    assert caught.value.code == code


def test_amounts_of_38_digits_pass() -> None:
    check([entry("a", stake=10**38 - 1, pcs=10**38 - 1)], 10**38 - 1)


def award(stake: int, paid: int, burned: int) -> Award[str]:
    return Award("a", 1, False, 1, stake, paid, burned, "")


def test_the_stake_comes_back_with_what_it_won_or_without_what_it_lost() -> None:
    assert (award(100, 7, 0).returned, award(100, 7, 0).change) == (107, 7)
    assert (award(100, 0, 7).returned, award(100, 0, 7).change) == (93, -7)


@pytest.mark.parametrize(
    ("pool", "awards"),
    [
        (10, (award(0, 11, 0),)),
        (10, (award(5, 0, 6),)),
        (10, (award(5, -1, 0),)),
        (10, (award(5, 0, -1),)),
    ],
)
def test_a_table_that_pays_what_is_not_there_cannot_be_made(pool: int, awards: Any) -> None:
    with pytest.raises(NumericsError) as caught:
        Table(pool, awards)
    assert caught.value.code == "overdrawn"


def test_what_is_burned_falls_to_the_pool() -> None:
    table = Table(10, (award(5, 0, 5), award(0, 12, 0)))
    assert (table.paid, table.burned, table.rolled_over) == (12, 5, 3)
