"""What payments by several rules come to, side by side, as a page shows them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from tournaments.models import Rules
from tournaments.services.settlement.what_if import Concentration, concentration
from tournaments.web.formats import MINUS, grouped, plain_money

NONE = "–"


class Paid(Protocol):
    """Sums of a round, or of several, in minor units; by alias what is won or lost, and what is won alone."""

    pool: int
    totals: Counter[str]
    gains: Counter[str]
    burned: int
    rolled_over: int


@dataclass(frozen=True)
class Side:
    """A way to pay, by its name, and by a shorter one where there is little room."""

    name: str
    paid: Paid
    short: str = ""

    @property
    def brief(self) -> str:
        """Return the shortest name."""
        return self.short or self.name

    @property
    def unequal(self) -> Concentration:
        """Return how unequally it is shared out."""
        return concentration(self.paid.gains.values())


@dataclass(frozen=True)
class Row:
    """A figure of each side."""

    title: str
    texts: list[str]


def rows(sides: Sequence[Side], rules: Rules) -> list[Row]:
    """Return what each side comes to, the first being the one to compare with."""

    def amounts(title: str, values: Sequence[int]) -> Row:
        return Row(title, [plain_money(value, rules) for value in values])

    paid, unequal = [side.paid for side in sides], [side.unequal for side in sides]
    found = [amounts("Pool", [one.pool for one in paid])]
    if any(one.burned for one in paid):
        found.append(amounts("Lost by those who staked", [one.burned for one in paid]))
    found += [
        amounts("Paid", [one.gains.total() for one in paid]),
        amounts("Rolled over", [one.rolled_over for one in paid]),
        Row("Participants who get something", [_some(one.gains) for one in paid]),
        Row("Gini", [_digits(one.gini) for one in unequal]),
        Row("Share of the first one", [_share(one.top_one) for one in unequal]),
        Row("Share of the first tenth", [_share(one.top_tenth) for one in unequal]),
    ]
    return found


def moved(before: Counter[str], after: Counter[str]) -> tuple[int, int]:
    """Return how many have more than before, and how many less."""
    changes = [after[alias] - before[alias] for alias in {*before, *after}]
    return sum(change > 0 for change in changes), sum(change < 0 for change in changes)


def signed(amount: int, digits: int) -> str:
    """Return a difference in minor units with its sign.

    >>> signed(1234, 2), signed(-5, 2), signed(0, 0)
    ('+12.34', '−0.05', '0')
    """
    return f"{'+' if amount > 0 else MINUS if amount < 0 else ''}{grouped(abs(amount), digits)}"


def _some(gains: Counter[str]) -> str:
    return f"{sum(one > 0 for one in gains.values()):,} of {len(gains):,}"


def _digits(value: Fraction | None) -> str:
    return NONE if value is None else f"{float(value):.3f}"


def _share(value: Fraction | None) -> str:
    return NONE if value is None else f"{float(value):.1%}"
