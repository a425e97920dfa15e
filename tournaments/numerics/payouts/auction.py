"""`auction`: stakes bid for a pool, the most confident first (FORMULAS section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.about import NO, PARTLY, About, Claim
from tournaments.numerics.payouts.awards import Award, Standing, Table, standings, table
from tournaments.numerics.payouts.division import divide
from tournaments.numerics.payouts.entries import Entry, Key, check
from tournaments.numerics.payouts.parameters import Parameters
from tournaments.numerics.units import COIN, UNITS


@dataclass(frozen=True)
class Auction(Parameters):
    """It has none."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Log loss, and the confidence that was bid."""
        return ("log_loss", "confidence")


ABOUT = About(
    sentence="Stakes queue by the confidence c that was bid, the highest first: whoever beats a coin wins "
    "stake / c until the pool is empty, whoever does not loses the stake.",
    pool="The prize; what nobody wins rolls over, together with the stakes that were burned.",
    stakes=True,
    truthful=Claim(
        PARTLY, "It asks only whether one beats a coin; how good one is beyond that counts for nothing. "
        "The bid is no belief: a low one wins more, and risks coming after the pool is empty."
    ),
    sybil_proof=Claim(
        NO, "A timid forecast and its opposite, both staked at a confidence below 1, win on balance without "
        "any knowledge, if the pool lasts. A stake divided at one confidence wins no more."
    ),
    copy_proof=Claim(
        NO, "A copy beats a coin whenever its original does, and with a higher bid it stands before it and "
        "empties the pool. Forecasts and bids must be hidden until the close."
    ),
)  # fmt: skip


def settle(entries: Sequence[Entry[Key]], pool: int, parameters: Auction) -> Table[Key]:
    """Awards of stakes s that queue by confidence c, in 1e-9, the highest first.

    Log loss below ln 2 wins s / c, rounded down; ln 2 and more burns s. Those of one confidence come
    together: if they win more than is left, `divide` splits what is left pro rata, by precedence, then key.
    Once the pool is empty nobody wins and nobody loses: stakes are returned whole (`pool_exhausted`). Burned
    stakes do not fill the pool again. Places are those in the queue. Weights are what would be won if the
    pool had no end. Source: FORMULAS section 6, Numerai 2017.
    Raises NumericsError: as `entries.check`, and `bad_confidence` below 1.

    >>> told = {"ann": (690_000_000, 500_000_000), "bob": (690_000_000, 100_000_000)}
    >>> entries = [Entry(k, 1, True, 10, {"log_loss": l, "confidence": c}) for k, (l, c) in told.items()]
    >>> [(a.key, a.paid, a.reason) for a in settle(entries, 50, Auction()).awards]
    [('ann', 20, ''), ('bob', 30, 'pool_exhausted')]
    """
    check(entries, pool)
    for entry in entries:
        if not entry.scores.get("confidence", 1) >= 1:
            raise NumericsError("bad_confidence", "A confidence is above 0.", key=entry.key)
    queue = standings(entries, parameters.reads, lambda entry: -entry.scores["confidence"])
    awards: list[Award[Key]] = []
    left = pool
    for _, group in groupby(queue, key=lambda one: one.place):
        equals = _of_one_confidence(list(group), left)
        left -= sum(award.paid for award in equals)
        awards += equals
    return table(pool, awards, entries, parameters.reads)


def _of_one_confidence(equals: Sequence[Standing[Key]], left: int) -> list[Award[Key]]:
    claims = [_claim(one.entry) for one in equals]
    # At one confidence what they win goes with their stakes.
    paid = claims if sum(claims) <= left else divide(left, claims, [one.entry.order for one in equals])
    return [_award(one, claim, amount, left) for one, claim, amount in zip(equals, claims, paid, strict=True)]


def _claim(entry: Entry[Key]) -> int:
    if entry.scores["log_loss"] >= COIN:
        return 0
    return entry.stake * UNITS // entry.scores["confidence"]


def _award(one: Standing[Key], claim: int, amount: int, left: int) -> Award[Key]:
    if not one.entry.stake:
        return one.award(0, 0, "no_stake")
    if not left:
        return one.award(claim, 0, "pool_exhausted")
    if one.entry.scores["log_loss"] >= COIN:
        return one.award(0, -one.entry.stake, "not_better_than_a_coin")
    return one.award(claim, amount, "pool_exhausted" if amount < claim else "")
