"""The crowd against the benchmark and its own members, over the rounds of a season.

Gains are those on the rows that the round's rules rank by, of those ranked there, as both were stored at the
resolution.
"""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Aggregate, Count, Exists, FloatField, Max, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from tournaments.models import Exclusion, Participant, Round, Score, Tournament


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
    rounds = Round.objects.filter(tournament=tournament, state__in=Round.RESOLVED_STATES).order_by("number")
    ruled = KeyTextTransform("paid_split", "rules")
    numbers, scores = _scores(list(rounds.values_list("pk", "number", ruled)))
    players, benchmarks = _players(scores), _benchmarks(scores)
    crowds = {
        pk: gains
        for pk, *gains in scores.filter(meta_model__headline=True).values_list(
            "round", "gain", "gain_low", "gain_high"
        )
    }
    lines = []
    for pk, number in numbers.items():
        best, median, forecasters = players.get(pk, (None, None, 0))
        crowd, low, high = crowds.get(pk, (None, None, None))
        lines.append(Line(number, crowd, low, high, benchmarks.get(pk), best, median, forecasters))
    return lines


def _scores(rounds: list[tuple[int, int, str]]) -> tuple[dict[int, int], QuerySet[Score]]:
    """Return the numbers of some rounds by their keys, and the scores on the splits that they rank by.

    Rounds and splits are written out in the query: joined, the database expects a twentieth of the rows that
    there are, and looks each of them up by itself.
    """
    by_split: dict[str, list[int]] = {}
    for pk, _, split in rounds:
        by_split.setdefault(split, []).append(pk)
    ruled = [Q(split=split, round__in=pks) for split, pks in by_split.items()]
    scores = Score.objects.filter(reduce(or_, ruled)) if ruled else Score.objects.none()
    return {pk: number for pk, number, _ in rounds}, scores


def _players(scores: QuerySet[Score]) -> dict[int, tuple[float, float, int]]:
    """Return the best and the median gain of the ranked, and how many they are, by round."""
    found = scores.filter(rank__isnull=False).order_by().values_list("round")
    rows = found.annotate(best=Max("gain"), middle=Median("gain"), forecasters=Count("pk"))
    return {pk: (best, middle, forecasters) for pk, best, middle, forecasters in rows}


def _benchmarks(scores: QuerySet[Score]) -> dict[int, float]:
    excluded = Exclusion.objects.filter(
        round=OuterRef("round"), participant=OuterRef("submission__participant")
    )
    kind = Participant.Kind.BENCHMARK
    ours = scores.filter(submission__selection__isnull=False, submission__participant__kind=kind)
    found = ours.exclude(Exists(excluded)).order_by().values_list("round")
    return dict(found.annotate(best=Max("gain")))
