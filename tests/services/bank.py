"""A bank in dictionaries beside the real one: the same operations, by the simplest arithmetic there is."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tournaments.models import Account, Balance, Settlement

Where = tuple[Any, ...]
"""Whose money it is: its kind, and by whom or what it is named."""


@dataclass
class Bank:
    """What each account should hold, in minor units. Only the house and the outside may be below zero."""

    held: Counter[Where] = field(default_factory=Counter)

    def move(self, *lines: tuple[Where, int]) -> None:
        """Move amounts that sum to zero."""
        assert sum(amount for _, amount in lines) == 0
        for where, amount in lines:
            self.held[where] += amount

    def can(self, *lines: tuple[Where, int]) -> bool:
        """Whether no account would go below zero."""
        sums = Counter[Where]()
        for where, amount in lines:
            sums[where] += amount
        free = ("house", "outside")
        return all(self.held[where] + amount >= 0 or where[0] in free for where, amount in sums.items())

    def settled(self, made: Settlement, sign: int = 1) -> list[tuple[Where, int]]:
        """Return what a settlement moves, out of what its payouts say; with -1 what its reversal does."""
        lines: list[tuple[Where, int]] = [
            (("pool", made.round_id), -made.pool),
            (("rollover", made.round.tournament_id), made.rolled_over),
        ]
        for one in made.payouts.all():
            back = one.stake + one.amount - one.burned
            lines += [(("escrow", made.round_id, one.forecaster_id), -one.stake)]
            lines += [(("participant", one.participant_id), back)]
        return [(where, sign * amount) for where, amount in lines]

    def differs(self) -> dict[Where, tuple[int, int]]:
        """Return every account that the database has otherwise: (database, model)."""
        kept = Counter[Where]()
        for one in Balance.objects.select_related("account"):
            kept[_named(one.account)] += one.amount
        return {
            where: (kept[where], self.held[where])
            for where in {*kept, *self.held}
            if kept[where] != self.held[where]
        }


def _named(one: Account) -> Where:
    owner = {
        "participant": (one.participant_id,),
        "pool": (one.round_id,),
        "escrow": (one.round_id, one.forecaster_id),
        "batch": (one.batch_id,),
    }
    return (one.kind, *owner.get(one.kind, (one.tournament_id,)))
