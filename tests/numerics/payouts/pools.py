"""Entries in one line each, entries of every shape, and what holds of every table of every rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tournaments.numerics.payouts.awards import Award, Table
from tournaments.numerics.payouts.entries import Entry

HUGE = 10**37
COIN = 693_147_181
MONEY = st.one_of(st.integers(0, 100), st.integers(0, 10**15), st.just(HUGE))
FEW = st.integers(0, 3)
STAKES = st.one_of(FEW, st.integers(0, 10**9), st.just(HUGE))
SCORES = {
    "log_loss": st.one_of(st.integers(COIN - 2, COIN + 2), st.integers(0, 3 * COIN)),
    "corr": st.integers(-(10**9), 10**9),
    "mmc": st.integers(-4 * 10**9, 4 * 10**9),
    "wager": st.one_of(FEW, st.integers(0, 10**9)),
    "confidence": st.one_of(st.integers(1, 3), st.integers(1, 10**12)),
    "pcs": STAKES,
    "src": STAKES,
}


def entry(key: Any, stake: int = 0, precedence: int = 0, eligible: bool = True, **scores: int) -> Entry[Any]:
    return Entry(key, precedence, eligible, stake, scores)


def by_key(table: Table[Any]) -> dict[Any, Award[Any]]:
    return {award.key: award for award in table.awards}


def changes(table: Table[Any]) -> dict[Any, int]:
    return {award.key: award.change for award in table.awards}


def crowds(*names: str, most: int = 12) -> st.SearchStrategy[list[Entry[Any]]]:
    """Up to so many entries with these scores, many of which are equal, some absent."""
    scores = st.fixed_dictionaries({}, optional={name: SCORES[name] for name in names})
    some = st.fixed_dictionaries({name: SCORES[name] for name in names})
    one = st.tuples(FEW, st.sampled_from([True, True, True, False]), STAKES, st.one_of(some, some, scores))
    return st.lists(one, max_size=most).map(
        lambda rows: [Entry(key, *row) for key, row in enumerate(rows)]  # type: ignore[arg-type]
    )


def assert_sound(table: Table[Any], entries: Sequence[Entry[Any]], pool: int) -> None:
    """No unit is made or lost, nobody loses what was not staked, and who is out has the stake back."""
    assert table.paid + table.rolled_over == pool + table.burned
    assert table.rolled_over >= 0
    assert sorted(award.key for award in table.awards) == sorted(one.key for one in entries)
    given = {one.key: one for one in entries}
    for award in table.awards:
        assert award.stake == given[award.key].stake
        assert 0 <= award.burned <= award.stake
        assert award.paid >= 0
        assert not (award.paid and award.burned)
        assert award.returned == award.stake + award.paid - award.burned
        if award.place is None:
            assert award.reason in ("not_eligible", "not_scored")
            assert award.returned == award.stake
