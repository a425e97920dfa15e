"""`stake_curve`: a house account pays and burns a share of each stake (FORMULAS section 6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tournaments.numerics.payouts.about import NO, PARTLY, YES, About, Claim
from tournaments.numerics.payouts.awards import Table, standings, table
from tournaments.numerics.payouts.division import divide
from tournaments.numerics.payouts.entries import Entry, Key, check
from tournaments.numerics.payouts.parameters import LARGEST, MILLION, Parameters, whole
from tournaments.numerics.units import UNITS

_MOST = 100 * MILLION


@dataclass(frozen=True)
class StakeCurve(Parameters):
    """Multipliers a and b, the limit of a round, and the threshold T of all that is at risk."""

    corr_multiplier: int = whole(500_000, 0, _MOST, "millionths", "What CORR is multiplied by (a).")
    mmc_multiplier: int = whole(
        2_000_000,
        0,
        _MOST,
        "millionths",
        "What MMC, the contribution to the meta-model, is multiplied by (b).",
    )
    limit: int = whole(
        50_000, 1, MILLION, "millionths", "The largest share of a stake that a round can pay or burn."
    )
    threshold: int | None = whole(
        None, 1, LARGEST, "minor units",
        "T: once more than this is at risk in all, every share is scaled by T / total at risk. None: never.",
        optional=True,
    )  # fmt: skip

    @property
    def reads(self) -> tuple[str, ...]:
        """CORR and MMC, as far as they are multiplied by anything."""
        used = (("corr", self.corr_multiplier), ("mmc", self.mmc_multiplier))
        return tuple(name for name, multiplier in used if multiplier)

    def worth(self, entry: Entry[Key]) -> int:
        """What a CORR + b MMC say of an entry, in 1e-15."""
        multipliers = {"corr": self.corr_multiplier, "mmc": self.mmc_multiplier}
        return sum(multipliers[name] * entry.scores[name] for name in self.reads)

    def factor(self, at_risk: int) -> Fraction:
        """How much all is scaled by: f = min(1, T / total at risk)."""
        if self.threshold is None or at_risk <= self.threshold:
            return Fraction(1)
        return Fraction(self.threshold, at_risk)


ABOUT = About(
    sentence="A house account pays, or burns, a share of each stake: a multiple of CORR plus a multiple of "
    "MMC, at most 5% either way unless set otherwise, and less once much is at risk.",
    pool="The house account, a hard budget: all gains together are at most the pool and what is burned.",
    stakes=True,
    truthful=Claim(
        PARTLY, "Only the order of the values is read, so boldness wins nothing; the limit cuts off what is "
        "better or worse than it."
    ),
    sybil_proof=Claim(
        YES, "A stake divided among several with the same forecast wins the same, or less by rounding. One "
        "person can stake on many forecasts, and only what is at risk counts."
    ),
    copy_proof=Claim(
        NO, "A copy has the CORR of its original, and its MMC, which falls for both the more the meta-model "
        "is like them. Only the stake stands against it: a copy loses where the original loses."
    ),
)  # fmt: skip


def settle(entries: Sequence[Entry[Key]], pool: int, parameters: StakeCurve) -> Table[Key]:
    """Awards of stake · clip(f (a CORR + b MMC), ±limit), f = min(1, T / total at risk), the pool the budget.

    Each is an exact fraction, rounded down (toward minus infinity) to whole units, so that a stake that is
    divided never wins more. Should gains exceed the pool and what is burned together, `divide` splits that
    sum by the gains, by precedence, then key (`budget_exhausted`); burned stays burned. Places are by
    a CORR + b MMC. Weights are what the curve alone would pay. Source: FORMULAS section 6.
    Raises NumericsError: as `entries.check`.

    >>> corr = {"ann": 40_000_000, "bob": -200_000_000}
    >>> entries = [Entry(key, 1, True, 1000, {"corr": corr[key]}) for key in corr]
    >>> curve = StakeCurve(corr_multiplier=1_000_000, mmc_multiplier=0)
    >>> [(a.key, a.change, a.returned) for a in settle(entries, 100, curve).awards]
    [('ann', 40, 1040), ('bob', -50, 950)]
    """
    check(entries, pool)
    ranked = standings(entries, parameters.reads, lambda entry: -parameters.worth(entry))
    factor = parameters.factor(sum(one.entry.stake for one in ranked))
    changes = [_change(one.entry, factor, parameters) for one in ranked]
    gains = [max(0, change) for change in changes]
    budget = pool + sum(-change for change in changes if change < 0)
    paid = gains if sum(gains) <= budget else divide(budget, gains, [one.entry.order for one in ranked])
    awards = [
        one.award(gain, change if change < 0 else amount, _reason(one.entry, gain, amount))
        for one, change, gain, amount in zip(ranked, changes, gains, paid, strict=True)
    ]
    return table(pool, awards, entries, parameters.reads)


def _change(entry: Entry[Key], factor: Fraction, parameters: StakeCurve) -> int:
    limit = Fraction(parameters.limit, MILLION)
    share = factor * Fraction(parameters.worth(entry), MILLION * UNITS)
    return math.floor(entry.stake * min(limit, max(-limit, share)))


def _reason(entry: Entry[Key], gain: int, amount: int) -> str:
    if not entry.stake:
        return "no_stake"
    return "budget_exhausted" if amount < gain else ""
