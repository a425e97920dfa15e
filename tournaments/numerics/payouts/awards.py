"""What a payout rule answers: an award for each entry, and totals in which no unit is made or lost.

An award counts what changes hands, and not the stake itself: `paid` comes on top of the stake, `burned` is
lost of it, and at most one of them is above 0. So a stake of 100 that wins 7 is `paid` 7 and has 107
`returned`. What is burned falls to the pool, and of all awards of a table

    sum of paid + rolled over = pool + sum of burned.

Where participants play against each other (`wager`) the burned of the losers are the paid of the winners.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.division import divide
from tournaments.numerics.payouts.entries import Entry, Key

REASONS = {
    "": "Takes part.",
    "not_eligible": "A gate keeps it out; a stake is returned whole.",
    "not_scored": "A score that the rule reads is undefined; a stake is returned whole.",
    "beyond_paid_places": "Ranked behind the last place that is paid.",
    "no_weight": "Its weight in the pool is 0.",
    "no_stake": "Nothing was staked, so that nothing is won or lost.",
    "not_better_than_a_coin": "Log loss of ln 2 or more: the stake is burned.",
    "pool_exhausted": "The pool was empty before its turn was over; what it did not win is not owed.",
    "budget_exhausted": "Gains were more than the house may lose, and all were scaled down.",
}
"""Why an award is what it is, where that needs saying: stable codes."""


@dataclass(frozen=True)
class Award(Generic[Key]):
    """What an entry gets. It has no place if it takes no part; weights of a table have one denominator.

    `paid` and `burned` in minor units, as the module says; `tied`: whether others share the place.
    """

    key: Key
    place: int | None
    tied: bool
    weight: int
    stake: int
    paid: int
    burned: int
    reason: str

    @property
    def change(self) -> int:
        """What the entry wins or, negative, loses."""
        return self.paid - self.burned

    @property
    def returned(self) -> int:
        """What goes back to the participant, the stake included."""
        return self.stake + self.paid - self.burned


@dataclass(frozen=True)
class Table(Generic[Key]):
    """All awards of a pool: those with a place by place, precedence and key, then the others.

    Raises NumericsError `overdrawn` if more were paid than there is, or more burned than was staked: no rule
    makes such a table.
    """

    pool: int
    awards: tuple[Award[Key], ...]

    def __post_init__(self) -> None:
        for award in self.awards:
            if not (0 <= award.burned <= award.stake and award.paid >= 0):
                raise NumericsError("overdrawn", "An award is negative, or burns too much.", key=award.key)
        if not self.rolled_over >= 0:
            raise NumericsError("overdrawn", "More is paid than there is.", rolled_over=self.rolled_over)

    @property
    def paid(self) -> int:
        """Sum of what is paid on top of stakes."""
        return sum(award.paid for award in self.awards)

    @property
    def burned(self) -> int:
        """Sum of what is lost of stakes."""
        return sum(award.burned for award in self.awards)

    @property
    def rolled_over(self) -> int:
        """What is left in the pool."""
        return self.pool + self.burned - self.paid


@dataclass(frozen=True)
class Standing(Generic[Key]):
    """An entry that takes part, where it stands, and whether others stand there too."""

    entry: Entry[Key]
    place: int
    tied: bool

    def award(self, weight: int, change: int, reason: str = "") -> Award[Key]:
        """Its award: paid a change above 0, burned one below."""
        own = self.entry
        return Award(
            own.key, self.place, self.tied, weight, own.stake, max(change, 0), max(-change, 0), reason
        )


def standings(
    entries: Sequence[Entry[Key]], reads: Sequence[str], merit: Callable[[Entry[Key]], Any]
) -> list[Standing[Key]]:
    """Those who take part in a rule that reads these scores, by merit, the lowest first.

    Entries of equal merit share the place of the first of them, and follow by precedence, then key.
    """
    taking_part = [entry for entry in entries if not entry.why_out(reads)]
    ranked = sorted(taking_part, key=lambda entry: (merit(entry), entry.order))
    found: list[Standing[Key]] = []
    for _, group in groupby(ranked, key=merit):
        equals = list(group)
        place = len(found) + 1
        found += [Standing(entry, place, len(equals) > 1) for entry in equals]
    return found


def shares(
    pool: int, ranked: Sequence[Standing[Key]], weights: Sequence[int], unpaid: str
) -> list[Award[Key]]:
    """Awards of a pool that `divide` splits by weights; those of weight 0 have the reason `unpaid`."""
    amounts = divide(pool, weights, [one.entry.order for one in ranked])
    return [
        one.award(weight, amount, "" if weight else unpaid)
        for one, weight, amount in zip(ranked, weights, amounts, strict=True)
    ]


def table(
    pool: int, awards: Sequence[Award[Key]], entries: Sequence[Entry[Key]], reads: Sequence[str]
) -> Table[Key]:
    """The table of those who take part, and of the others with the reason and their stake."""
    others = sorted((entry for entry in entries if entry.why_out(reads)), key=lambda entry: entry.order)
    out = list(awards)
    out += [Award(one.key, None, False, 0, one.stake, 0, 0, one.why_out(reads)) for one in others]
    return Table(pool, tuple(out))
