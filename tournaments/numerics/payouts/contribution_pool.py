"""`contribution_pool`: a pool shared by what each adds to what others know (FORMULAS sections 4, 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.about import NO, PARTLY, About, Claim
from tournaments.numerics.payouts.awards import Table, shares, standings, table
from tournaments.numerics.payouts.entries import Entry, Key, check
from tournaments.numerics.payouts.parameters import Parameters, choice


@dataclass(frozen=True)
class ContributionPool(Parameters):
    """Which measure of contribution the pool is shared by."""

    measure: str = choice(
        "pcs",
        ("pcs", "src"),
        "pcs: the mean over random orders, in which honest participants who overlap take turns. src: in "
        "order of precedence alone, which leaves less to latecomers; for where much money is at stake.",
    )

    @property
    def reads(self) -> tuple[str, ...]:
        """The measure."""
        return (self.measure,)


ABOUT = About(
    sentence="The pool is shared in proportion to what each participant adds to what those before them knew: "
    "PCS, or SRC in order of precedence.",
    pool="The prize; it is paid out whole, or rolls over when nobody adds anything.",
    stakes=False,
    truthful=Claim(
        PARTLY, "Only the order of the values is read, so boldness wins nothing; what is sent as an idea of "
        "one's own is best sent whole."
    ),
    sybil_proof=Claim(
        NO, "Noise is paid a little, for luck has a mean: many files of it add up. So do several copies of "
        "one original, each drowned in noise of its own. Entering must cost something, or be by invitation."
    ),
    copy_proof=Claim(
        PARTLY, "Copies, any increasing transform of them, plain mixes, and copies with noise up to one "
        "standard deviation are paid next to nothing, and the original keeps its pay. Mixes of many with "
        "noise of their own are paid."
    ),
)  # fmt: skip


def settle(entries: Sequence[Entry[Key]], pool: int, parameters: ContributionPool) -> Table[Key]:
    """Awards of a pool split by PCS or SRC, non-negative integers of any unit and size.

    `divide` splits it, remainders by precedence, then key. All of the pool is paid, or nothing when all
    weights are 0: then it rolls over. Places are by weight. Stakes are returned whole. Source: FORMULAS
    section 6.
    Raises NumericsError: as `entries.check`, and `negative_weight`.

    >>> entries = [Entry(key, key, True, 0, {"pcs": weight}) for key, weight in ((1, 20), (2, 0), (3, 10))]
    >>> [(a.key, a.place, a.paid, a.reason) for a in settle(entries, 100, ContributionPool()).awards]
    [(1, 1, 67, ''), (3, 2, 33, ''), (2, 3, 0, 'no_weight')]
    """
    check(entries, pool)
    name = parameters.measure
    for entry in entries:
        if not entry.scores.get(name, 0) >= 0:
            raise NumericsError("negative_weight", "A contribution is at least 0.", key=entry.key, name=name)
    ranked = standings(entries, parameters.reads, lambda entry: -entry.scores[name])
    weights = [one.entry.scores[name] for one in ranked]
    return table(pool, shares(pool, ranked, weights, "no_weight"), entries, parameters.reads)
