"""A round's blends side by side: what each gained, how many voices count, and which is the meta-model."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, Prefetch, Sum

from tournaments.models import MetaModel, Round, Score
from tournaments.services.reading.feedback import splits_of
from tournaments.services.reading.rows import UNSHOWN


@dataclass(frozen=True)
class Blend:
    """One blend: its scores and its lead over the meta-model by split, and how it weighs the participants."""

    name: str
    headline: bool
    scores: dict[str, Score]
    leads: dict[str, dict[str, Any]]
    participants: int
    voices: float
    """How many of like weight would weigh so: one over the sum of the squared weights."""
    largest: float
    slope: float | None
    gap: float | None
    certified: bool
    fitted_eras: int


@dataclass(frozen=True)
class Blends:
    """All blends of a round, the best on the most telling split first.

    `missing` are those that could not be made, with the reason; `chosen` is the one that the rules name.
    """

    rows: list[Blend]
    missing: dict[str, str]
    splits: list[str]
    chosen: str

    @property
    def headline(self) -> Blend | None:
        """Return the blend that is the meta-model."""
        return next((one for one in self.rows if one.headline), None)


def of_round(round_: Round) -> Blends | None:
    """Return the blends of a round that is closed and blended, in two questions; None of any other."""
    if round_.state not in Round.CLOSED_STATES or round_.blended_at is None:
        return None
    shown = [split for split in splits_of(round_) if split != "validation"]
    scores = Score.objects.filter(split__in=shown).defer(*UNSHOWN)
    weight = F("weights__weight")
    models = MetaModel.objects.filter(round=round_).annotate(
        squares=Sum(weight * weight), largest=Max(weight)
    )
    rows = [_row(one, shown) for one in models.prefetch_related(Prefetch("scores", scores))]
    return Blends(
        sorted(rows, key=lambda one: (_place(one, shown), one.name)),
        dict(sorted(round_.missing_blends.items())),
        shown,
        round_.read_rules().blend,
    )


def _row(model: MetaModel, shown: list[str]) -> Blend:
    return Blend(
        name=model.blend,
        headline=model.headline,
        scores={one.split: one for one in model.scores.all()},
        leads={split: lead for split, lead in model.leads.items() if split in shown},
        participants=model.forecasters,
        voices=1.0 / model.squares,  # type: ignore[attr-defined]
        largest=model.largest,  # type: ignore[attr-defined]
        slope=model.slope,
        gap=model.gap,
        certified=model.certified,
        fitted_eras=model.fitted_eras,
    )


def _place(blend: Blend, shown: list[str]) -> int:
    """Return what a blend is placed by: its loss on the most telling split that it has a score on."""
    units = [blend.scores[split].units for split in reversed(shown) if split in blend.scores]
    return units[0] if units else 2**62
