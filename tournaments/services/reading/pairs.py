"""Near-copies to read: each selected submission with the nearest one that came first, sorted by likeness.

Before the close nobody, operators included, is told more of it than clear, near or too near.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tournaments.models import Originality, Participant, Round, Selection
from tournaments.numerics.losses import quantise
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
    pairs: list[Pair]
    bins: list[int]

    @property
    def gated(self) -> int:
        """Return how many players' submissions the threshold would gate, those decided on included."""
        return sum(pair.gated and pair.plays for pair in self.pairs)

    @property
    def decided(self) -> int:
        """Return how many pass by decision."""
        return sum(pair.decided for pair in self.pairs)


@dataclass(frozen=True)
class Word:
    """A selected submission of a round that takes files, and the one word that is told of it."""

    alias: str
    forecaster: str
    position: int
    nearness: str


def of_round(actor: Actor, round_: Round, threshold: float | None) -> Pairs:
    """Return all pairs of a closed round; empty until originality is measured. For those who oversee it."""
    need_overseer(actor, round_.tournament)
    found = Originality.objects.filter(round=round_, submission__selection__isnull=False).select_related(
        "submission__participant",
        "submission__forecaster",
        "nearest__participant",
        "nearest__forecaster",
        "overridden_by",
    )
    rows = list(found.order_by("-max_abs_rho", "submission__position"))
    gate = None if threshold is None else quantise(threshold)
    pairs = [Pair(one, gate is not None and quantise(one.max_abs_rho) > gate) for one in rows]
    return Pairs(threshold, pairs, _bins(rows))


def _bins(rows: list[Originality]) -> list[int]:
    counted = Counter(min(int(one.max_abs_rho * BINS), BINS - 1) for one in rows)
    return [counted[i] for i in range(BINS)]


def words_of(actor: Actor, round_: Round) -> list[Word]:
    """Return the selected submissions of a round with their words, the nearest first; for its overseers."""
    need_overseer(actor, round_.tournament)
    selections = Selection.objects.filter(round=round_).select_related(
        "submission", "forecaster__participant"
    )
    words = [
        Word(
            one.forecaster.participant.alias,
            one.forecaster.name,
            one.submission.position,
            one.submission.nearness,
        )
        for one in selections
    ]
    return sorted(words, key=lambda word: (WORDS.index(word.nearness), word.position))
