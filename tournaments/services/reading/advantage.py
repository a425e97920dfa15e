"""The crowd against the benchmark and its own members, over the rounds of a season.

Gains are those on the rows that the round's rules rank by, as they were stored at the resolution.
"""

from dataclasses import dataclass

from django.db.models import Aggregate, Count, Exists, F, FloatField, Max, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform

from tournaments.models import Exclusion, Participant, Round, Score, Tournament

RESOLVED = (Round.State.RESOLVED, Round.State.SETTLED)


class Median(Aggregate):
    """PostgreSQL's median of a column."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class Line:
    """One resolved round: gains in nats per row; None where there is nobody of that kind."""

    number: int
    crowd: float | None
    crowd_low: float | None
    crowd_high: float | None
    benchmark: float | None
    best: float | None
    median: float | None
    forecasters: int

    @property
    def beats_benchmark(self) -> bool | None:
        """Say whether the crowd gained more than the best benchmark; None without either."""
        return None if self.crowd is None or self.benchmark is None else self.crowd > self.benchmark

    @property
    def beats_best(self) -> bool | None:
        """Say whether the crowd gained more than its best member; None without either."""
        return None if self.crowd is None or self.best is None else self.crowd > self.best


def of_season(tournament: Tournament) -> list[Line]:
    """Return a line per resolved round, the oldest first, in four queries."""
    resolved = Score.objects.filter(round__tournament=tournament, round__state__in=RESOLVED)
    scores = resolved.alias(ruled=KeyTextTransform("paid_split", "round__rules")).filter(split=F("ruled"))
    players = _players(scores)
    benchmarks = _benchmarks(scores)
    crowds = {
        number: gains
        for number, *gains in scores.filter(meta_model__headline=True).values_list(
            "round__number", "gain", "gain_low", "gain_high"
        )
    }
    rounds = Round.objects.filter(tournament=tournament, state__in=RESOLVED).order_by("number")
    lines = []
    for number in rounds.values_list("number", flat=True):
        best, median, forecasters = players.get(number, (None, None, 0))
        crowd, low, high = crowds.get(number, (None, None, None))
        lines.append(Line(number, crowd, low, high, benchmarks.get(number), best, median, forecasters))
    return lines


def _selected(scores: QuerySet[Score], kind: str) -> QuerySet[Score]:
    excluded = Exclusion.objects.filter(
        round=OuterRef("round"), participant=OuterRef("submission__participant")
    )
    found = scores.filter(submission__selection__isnull=False, submission__participant__kind=kind)
    return found.exclude(Exists(excluded))


def _players(scores: QuerySet[Score]) -> dict[int, tuple[float, float, int]]:
    ranked = _selected(scores, Participant.Kind.PLAYER).values("round__number")
    rows = ranked.annotate(best=Max("gain"), middle=Median("gain"), forecasters=Count("pk"))
    return {
        number: (best, middle, forecasters)
        for number, best, middle, forecasters in rows.values_list(
            "round__number", "best", "middle", "forecasters"
        )
    }


def _benchmarks(scores: QuerySet[Score]) -> dict[int, float]:
    ours = _selected(scores, Participant.Kind.BENCHMARK).values(number=F("round__number"))
    return dict(ours.annotate(best=Max("gain")).values_list("number", "best"))
