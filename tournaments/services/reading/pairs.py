"""Near-copies to read: each selected submission with the nearest one that came first, sorted by likeness.

Before the close nobody, operators included, is told more of it than clear, near or too near.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tournaments.models import Originality, Participant, Round, Selection
from tournaments.numerics.units import quantise
from tournaments.services.access import Actor, need_overseer
from tournaments.services.originality import MIXED_BELOW

BINS = 50
WORDS = ("too_near", "near", "clear", "")


@dataclass(frozen=True)
class Pair:
    """A selected submission against those that came first, and what a threshold would do to it."""

    originality: Originality
    gated: bool
    """By the threshold that was asked for, before any decision."""

    @property
    def decided(self) -> bool:
        """Say whether it passes by decision."""
        return bool(self.originality.override_reason)

    @property
    def plays(self) -> bool:
        """Say whether the gate concerns it: a benchmark is never paid."""
        return self.originality.submission.participant.kind == Participant.Kind.PLAYER

    @property
    def figures(self) -> dict[str, Any]:
        """Return what was measured by name, with the reasons of what is undefined."""
        one = self.originality
        names = ("nearest_rho", "originality", "residual", "ks")
        return {**{name: getattr(one, name) for name in names}, "undefined_originality": one.undefined}

    @property
    def mixed(self) -> bool:
        """Say whether it is mostly a mix of earlier ones, which gates nothing."""
        residual = self.originality.residual
        return residual is not None and residual < MIXED_BELOW


@dataclass(frozen=True)
class Pairs:
    """A round's pairs at a threshold, the likest first; `bins` counts them by max abs(ρ) from 0 to 1."""

    threshold: float | None
    total: int
    gated: int
    """Players' submissions that the threshold would gate, those decided on included."""
    decided: int
    """Those that pass by decision."""
    bins: list[int]
    pairs: list[Pair]
    """The part that was asked for."""


@dataclass(frozen=True)
class Word:
    """A selected submission of a round that takes files, and the one word that is told of it."""

    alias: str
    forecaster: str
    position: int
    nearness: str


def of_round(actor: Actor, round_: Round, threshold: float | None, page: int = 1, size: int = 50) -> Pairs:
    """Return a page of the pairs of a closed round, and the counts of all; nothing until originality is
    measured; behind the last page lies the last. For those who oversee the round.
    """
    need_overseer(actor, round_.tournament)
    found = Originality.objects.filter(round=round_, submission__selection__isnull=False)
    found = found.order_by("-max_abs_rho", "submission__position")
    rows = list(found.values_list("max_abs_rho", "override_reason", "submission__participant__kind"))
    gate = None if threshold is None else quantise(threshold)
    start = min(page - 1, max(0, len(rows) - 1) // size) * size
    return Pairs(
        threshold,
        total=len(rows),
        gated=sum(kind == Participant.Kind.PLAYER and _gated(rho, gate) for rho, _, kind in rows),
        decided=sum(bool(reason) for _, reason, _ in rows),
        bins=_bins(rho for rho, _, _ in rows),
        pairs=[_pair(one, gate) for one in _whole(found)[start : start + size]],
    )


def of_submission(actor: Actor, round_: Round, pk: int) -> Pair | None:
    """Return the pair of one submission by the rule's gate; None where it was not selected or measured."""
    need_overseer(actor, round_.tournament)
    gate = round_.read_rules().originality_gate
    found = Originality.objects.filter(round=round_, submission=pk, submission__selection__isnull=False)
    one = _whole(found).first()
    return None if one is None else _pair(one, None if gate is None else quantise(gate))


def _whole(found: QuerySet[Originality]) -> QuerySet[Originality]:
    return found.select_related(
        "submission__participant",
        "submission__forecaster",
        "nearest__participant",
        "nearest__forecaster",
        "overridden_by",
    )


def _pair(one: Originality, gate: int | None) -> Pair:
    return Pair(one, _gated(one.max_abs_rho, gate))


def _gated(rho: float, gate: int | None) -> bool:
    return gate is not None and quantise(rho) > gate


def _bins(rhos: Iterable[float]) -> list[int]:
    counted = Counter(min(int(rho * BINS), BINS - 1) for rho in rhos)
    return [counted[i] for i in range(BINS)]


def words_of(actor: Actor, round_: Round) -> list[Word]:
    """Return the selected submissions of a round with their words, the nearest first; for its overseers."""
    need_overseer(actor, round_.tournament)
    selections = Selection.objects.filter(round=round_).values_list(
        "forecaster__participant__alias", "forecaster__name", "submission__position", "submission__nearness"
    )
    words = [Word(*row) for row in selections]
    return sorted(words, key=lambda word: (WORDS.index(word.nearness), word.position))
