"""`ranked_pool`: a prize for each of the first K places (FORMULAS section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.about import NO, PARTLY, About, Claim
from tournaments.numerics.payouts.awards import Standing, Table, shares, standings, table
from tournaments.numerics.payouts.division import on_common_denominator
from tournaments.numerics.payouts.entries import Entry, Key, check
from tournaments.numerics.payouts.parameters import Parameters, whole

_STEP, _WHOLE = 885, 1000  # each place weighs 88.5 % of the one before: it fits Numerai's table of June 2017


@dataclass(frozen=True)
class RankedPool(Parameters):
    """How many places are paid."""

    places: int = whole(
        100, 1, 1_000, "places", "How many places are paid; each gets 88.5% of the one before."
    )

    @property
    def reads(self) -> tuple[str, ...]:
        """Log loss alone."""
        return ("log_loss",)


ABOUT = About(
    sentence="Those who pass the gates are ranked by log loss, and the first places share the pool, each "
    "88.5% of the one before; those who tie share what their places get.",
    pool="The prize; it is paid out whole, or rolls over when nobody passes the gates.",
    stakes=False,
    truthful=Claim(
        NO,
        "A prize for ranks rewards boldness: who is behind gains by exaggerating, and loses nothing by it.",
    ),
    sybil_proof=Claim(
        NO, "Every further entry takes a place of its own. Only the gate on originality stands against it."
    ),
    copy_proof=Claim(
        PARTLY,
        "By itself it pays a copy like the original. The gate on originality keeps out copies up to a noise "
        "of about 0.3 standard deviations; what is drowned in more noise, or mixed, passes.",
    ),
)


def place_weight(place: int, places: int) -> int:
    """885^(k-1) 1000^(K-k) for place k of K, 0 beyond K (FORMULAS section 6).

    Raises NumericsError `bad_places`.

    >>> [place_weight(k, places=3) for k in (1, 2, 3, 4)]
    [1000000, 885000, 783225, 0]
    """
    if not (place >= 1 and places >= 1):
        raise NumericsError("bad_places", "Places count from 1.", place=place, places=places)
    return 0 if place > places else _STEP ** (place - 1) * _WHOLE ** (places - place)


def settle(entries: Sequence[Entry[Key]], pool: int, parameters: RankedPool) -> Table[Key]:
    """Awards of a pool paid by rank: the lowest log loss takes place 1 of K.

    Entries of equal log loss are a tie group: they share the place of its first and divide the summed weight
    of the places that it covers, those beyond K weighing 0. Weights are brought to a common denominator, then
    `divide` splits the pool, remainders by precedence, then key. All of the pool is paid, or nothing when
    nobody takes part: then it rolls over. Stakes are returned whole. Source: FORMULAS section 6.
    Raises NumericsError: as `entries.check`.

    >>> losses = {"ann": 692, "bob": 692, "cyd": 1}
    >>> entries = [Entry(key, i, key != "cyd", 0, {"log_loss": losses[key]}) for i, key in enumerate(losses)]
    >>> [(a.key, a.place, a.tied, a.paid) for a in settle(entries, 101, RankedPool(places=3)).awards]
    [('ann', 1, True, 51), ('bob', 1, True, 50), ('cyd', None, False, 0)]
    """
    check(entries, pool)
    ranked = standings(entries, parameters.reads, lambda entry: entry.scores["log_loss"])
    weights = _weights(ranked, parameters.places)
    awards = shares(pool, ranked, weights, "beyond_paid_places")
    return table(pool, awards, entries, parameters.reads)


def _weights(ranked: Sequence[Standing[Key]], places: int) -> list[int]:
    summed, sharing = [], []
    for place, group in groupby(ranked, key=lambda one: one.place):
        size = len(list(group))
        summed += [sum(place_weight(place + step, places) for step in range(size))] * size
        sharing += [size] * size
    return on_common_denominator(summed, sharing)
