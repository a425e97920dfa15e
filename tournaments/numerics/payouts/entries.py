"""What a payout rule is given of each participant, and who of them takes part."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tournaments.numerics.errors import NumericsError

Key = TypeVar("Key", int, str)

SCORES = {
    "log_loss": "Log loss on the paid split, in 1e-9 nats a row",
    "corr": "CORR on the paid split, in 1e-9",
    "mmc": "MMC on the paid split, in 1e-9",
    "wager": "Wager score S between 0 and 1, in 1e-9",
    "confidence": "What the participant bids in the auction: how much is staked for each unit that may be "
    "won, in 1e-9",
    "pcs": "PCS on the paid split, a non-negative integer: 1e-9 nats a row, or any finer unit",
    "src": "SRC on the paid split, a non-negative integer: 1e-9 nats a row, or any finer unit",
}
"""Every score that a rule can read, with its unit."""


@dataclass(frozen=True)
class Entry(Generic[Key]):
    """A participant's one entry. `precedence`: who comes first among equals, lowest first; `eligible`:
    whether it passed the gates; `stake` in minor units; `scores` by name (`SCORES`), undefined ones absent.
    """

    key: Key
    precedence: int
    eligible: bool = True
    stake: int = 0
    scores: Mapping[str, int] = field(default_factory=dict)

    @property
    def order(self) -> tuple[int, Key]:
        """By what odd units go: precedence, then key."""
        return self.precedence, self.key

    def why_out(self, reads: Collection[str]) -> str:
        """Why it takes no part in a rule that reads these scores: a code, "" when it does."""
        if not self.eligible:
            return "not_eligible"
        return "" if all(name in self.scores for name in reads) else "not_scored"


def check(entries: Sequence[Entry[Key]], pool: int) -> None:
    """Raise NumericsError if a rule could not take these entries or this pool, in minor units.

    Codes: `not_an_integer`, `not_a_boolean`, `not_a_key`, `unknown_score`, `duplicate_key`, `negative_stake`,
    `negative_pool`.
    """
    for entry in entries:
        _check_entry(entry)
    if len({type(entry.key) for entry in entries}) > 1 or any(type(e.key) not in (int, str) for e in entries):
        raise NumericsError("not_a_key", "Keys are all integers or all strings.")
    if len({entry.key for entry in entries}) != len(entries):
        raise NumericsError("duplicate_key", "Each participant has one entry.")
    if type(pool) is not int:
        raise NumericsError("not_an_integer", "The pool is an integer.", name="pool")
    if not pool >= 0:
        raise NumericsError("negative_pool", "A pool is at least 0.", pool=pool)


def _check_entry(entry: Entry[Key]) -> None:
    unknown = sorted(set(entry.scores) - set(SCORES))
    if unknown:
        raise NumericsError("unknown_score", "There is no such score.", key=entry.key, name=unknown[0])
    for name, value in {"precedence": entry.precedence, "stake": entry.stake, **entry.scores}.items():
        if type(value) is not int:
            raise NumericsError("not_an_integer", "A rule reads integers only.", key=entry.key, name=name)
    if type(entry.eligible) is not bool:
        raise NumericsError("not_a_boolean", "Eligible is True or False.", key=entry.key)
    if not entry.stake >= 0:
        raise NumericsError("negative_stake", "A stake is at least 0.", key=entry.key)
