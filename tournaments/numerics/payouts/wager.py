"""`wager`: participants stake against each other on whose forecast is better (FORMULAS section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.about import NO, YES, About, Claim
from tournaments.numerics.payouts.awards import Table, standings, table
from tournaments.numerics.payouts.division import settle_fractions
from tournaments.numerics.payouts.entries import Entry, Key, check
from tournaments.numerics.payouts.parameters import Parameters, whole
from tournaments.numerics.units import UNITS


@dataclass(frozen=True)
class Wager(Parameters):
    """How the score is clipped: `wager_score.wager_units` reads it, what is settled does not."""

    clip: int = whole(
        300_000, 1, 499_999, "millionths",
        "Probabilities are clipped to [ε, 1 − ε] before they are scored here. The narrower this is, the more "
        "money a small edge moves; beliefs beyond it are rewarded as if they were at its end.",
    )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        """The score S alone."""
        return ("wager",)


ABOUT = About(
    sentence="Each stake wins, or loses, by how much its score is better than the mean score, weighted by "
    "stakes: what the better win is what the worse lose.",
    pool="It is not touched, and rolls over: nobody but the participants pays.",
    stakes=True,
    truthful=Claim(
        YES, "In expectation it is best to send what one believes, whatever the others send, as long as "
        "beliefs lie within the clip; beyond it nothing more is won by boldness, and nothing lost."
    ),
    sybil_proof=Claim(
        YES, "A stake divided among several with one forecast wins the same, to one unit for each of them."
    ),
    copy_proof=Claim(
        NO, "A copy wins at the rate of its original, and takes from it: the mean score that both have to "
        "beat rises. Forecasts must be hidden until the close, and the gate on originality be set."
    ),
)  # fmt: skip


def settle(entries: Sequence[Entry[Key]], pool: int, parameters: Wager) -> Table[Key]:
    """Awards of weighted-score wagering: Π_i = m_i (S_i - Σ m_j S_j / Σ m_j), stakes m and scores S.

    Exact fractions of whole units that sum to 0, settled by `settle_fractions`: floored, left-over units to
    the largest remainders, by precedence, then key. Π_i is at least -m_i. The pool rolls over. Places are by
    score. Weights are the stakes. Source: FORMULAS section 6, Lambert et al. 2008.
    Raises NumericsError: as `entries.check`, and `out_of_range` for a score outside 0 to 10^9.

    >>> scores = {"ann": 600_000_000, "bob": 400_000_000}
    >>> entries = [Entry(key, 1, True, 100, {"wager": scores[key]}) for key in scores]
    >>> [(a.key, a.paid, a.burned, a.returned) for a in settle(entries, 0, Wager()).awards]
    [('ann', 10, 0, 110), ('bob', 0, 10, 90)]
    """
    check(entries, pool)
    for entry in entries:
        if not 0 <= entry.scores.get("wager", 0) <= UNITS:
            raise NumericsError("out_of_range", "A wager score lies between 0 and 1.", key=entry.key)
    ranked = standings(entries, parameters.reads, lambda entry: -entry.scores["wager"])
    staked = sum(one.entry.stake for one in ranked)
    summed = sum(one.entry.stake * one.entry.scores["wager"] for one in ranked)
    above = [one.entry.stake * (one.entry.scores["wager"] * staked - summed) for one in ranked]
    changes = settle_fractions(above, max(1, staked) * UNITS, [one.entry.order for one in ranked])
    awards = [
        one.award(one.entry.stake, change, "" if one.entry.stake else "no_stake")
        for one, change in zip(ranked, changes, strict=True)
    ]
    return table(pool, awards, entries, parameters.reads)
