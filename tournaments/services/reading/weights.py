"""A participant in the meta-model, round by round: its weights, what it added, and why its weight moved.

Everything is read from what was stored at the closes and the resolutions; nothing is blended anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Avg, Count, Exists, Max, OuterRef, Q, QuerySet

from tournaments.models import (
    Contribution,
    Evidence,
    Exclusion,
    MetaModel,
    MetaModelWeight,
    Participant,
    Round,
    Score,
    Selection,
    Tournament,
)
from tournaments.numerics.blending.registry import METHODS
from tournaments.services.access import Actor, reader_in
from tournaments.services.reading import contributions
from tournaments.services.reading.contributions import CROWD_SPLITS
from tournaments.services.reading.feedback import splits_of
from tournaments.services.reading.histories import find_participant
from tournaments.services.reading.moves import Learnt, Reason, Stand, why

LAST = 20
"""So many rounds are told of, the newest first."""
PLAYER = Participant.Kind.PLAYER
TEST, LIVE = "test", "live"


@dataclass(frozen=True)
class Line:
    """One round of a participant: its weight in each blend, and what it added on the most telling rows."""

    round: Round
    blend: str
    weight: float
    moved: float | None
    """Since the round played before; None where there is none."""
    equal: float
    """What each weighs where all weigh the same."""
    weights: dict[str, float]
    added: dict[str, Any] | None
    reasons: list[Reason]


@dataclass(frozen=True)
class Report:
    """A participant's rounds in the crowd, newest first, and whether the reader is that participant."""

    participant: Participant
    own: bool
    lines: list[Line]


def find(actor: Actor, tournament: Tournament, alias: str) -> Report:
    """Return the report of who plays under an alias, or refuse with `not_found`.

    Resolved rounds are told to all, closed ones to the participant itself and to those who oversee.
    """
    return of_participant(actor, find_participant(tournament, alias))


def of_participant(actor: Actor, participant: Participant, everything: bool = True) -> Report:
    """Return a participant's report as far as the reader may see it, of resolved rounds alone if not
    `everything`.
    """
    tournament = participant.tournament
    mine = reader_in(actor, tournament)
    own = mine is not None and mine.pk == participant.pk
    states = [*Round.RESOLVED_STATES]
    if everything and (own or actor.oversees(tournament)):
        states.append(Round.State.CLOSED)
    return Report(participant, own, _lines(participant, states))


def as_json(line: Line) -> dict[str, Any]:
    """Return a line as programs read it."""
    return {
        "round": line.round.number,
        "state": line.round.state,
        "blend": line.blend,
        "weight": line.weight,
        "moved": line.moved,
        "equal": line.equal,
        "weights": line.weights,
        "added": line.added,
        "reasons": [asdict(one) for one in line.reasons],
    }


def _lines(participant: Participant, states: Sequence[str]) -> list[Line]:
    among = Round.objects.filter(
        tournament=participant.tournament_id, state__in=states, blended_at__isnull=False
    )
    played = MetaModelWeight.objects.filter(
        participant=participant, meta_model__headline=True, meta_model__round__in=among
    )
    # One more than is shown, for the oldest shown to be compared with.
    numbers = played.order_by("-meta_model__round__number").values_list("meta_model__round", flat=True)
    rounds = list(Round.objects.filter(pk__in=list(numbers[: LAST + 1])).defer("findings").order_by("number"))
    if not rounds:
        return []
    blended = list(among.order_by("number").values_list("number", flat=True))
    around = _Around.of(participant, rounds)
    before: Stand | None = None
    lines = []
    for one in rounds:
        now = around.stand(one)
        away = sum(before.number < number < one.number for number in blended) if before else 0
        lines.append(
            Line(
                round=one,
                blend=now.blend,
                weight=now.weight,
                moved=now.weight - before.weight if before else None,
                equal=now.equal,
                weights=around.weights[one.pk],
                added=around.added(one),
                reasons=why(now, before, away),
            )
        )
        before = now
    return lines[::-1][:LAST]


Gains = dict[tuple[int, str], float]
"""Mean gain by round and split."""


@dataclass(frozen=True)
class _Around:
    """What else is known of these rounds, by round."""

    models: dict[int, MetaModel]
    weights: dict[int, dict[str, float]]
    forecasters: dict[int, int]
    contributions: dict[tuple[int, str], Contribution]
    sources: dict[int, list[tuple[int, int, int]]]
    own: Gains
    everyone: Gains

    @classmethod
    def of(cls, participant: Participant, rounds: list[Round]) -> "_Around":
        """Ask for all rounds at once."""
        models = _headlines(rounds)
        # Where all weigh alike nothing that anybody gained moves a weight.
        weighed = [one for one in rounds if not METHODS[models[one.pk].blend].alike]
        weights: dict[int, dict[str, float]] = defaultdict(dict)
        shares = MetaModelWeight.objects.filter(participant=participant, meta_model__round__in=rounds)
        for pk, blend, weight in shares.values_list("meta_model__round", "meta_model__blend", "weight"):
            weights[pk][blend] = weight
        chosen = Selection.objects.filter(round__in=rounds, forecaster__participant=participant)
        added = Contribution.objects.filter(round__in=rounds, participant=participant)
        sources = _sources(weighed)
        judged = _judged(weighed, {source for found in sources.values() for source, _, _ in found})
        mine = judged.filter(submission__participant=participant)
        return cls(
            models=models,
            weights=weights,
            forecasters=dict(chosen.values_list("round").annotate(Count("pk"))),
            contributions={(one.round_id, one.split): one for one in added},
            sources=sources,
            own=_means(mine),
            everyone=_means(judged),
        )

    def stand(self, round_: Round) -> Stand:
        """Return how the participant stood in a round."""
        model, rules = self.models[round_.pk], round_.read_rules()
        return Stand(
            number=round_.number,
            blend=model.blend,
            weight=self.weights[round_.pk][model.blend],
            players=frozenset(model.who),  # type: ignore[attr-defined]
            wanted=rules.blend,
            why_not=round_.missing_blends.get(rules.blend, ""),
            cap=_cap(rules.weight_cap, rules.weight_cap_forecaster, self.forecasters.get(round_.pk, 1)),
            floor=rules.weight_floor,
            top=model.top,  # type: ignore[attr-defined]
            top_cap=rules.weight_cap,
            history=self._history(round_, model),
            cwmm=self._cwmm(round_),
            learnt=tuple(self._learnt(round_)),
        )

    def added(self, round_: Round) -> dict[str, Any] | None:
        """Return what was added on the most telling rows that may be shown."""
        shown = [split for split in splits_of(round_) if split in CROWD_SPLITS]
        found = [self.contributions.get((round_.pk, split)) for split in shown[::-1]]
        return next((contributions.as_json(one) for one in found if one), None)

    def _cwmm(self, round_: Round) -> float | None:
        """Return its correlation with the meta-model, on test rows where there are any."""
        found = [self.contributions.get((round_.pk, split)) for split in CROWD_SPLITS]
        return next((one.cwmm for one in found if one), None)

    def _learnt(self, round_: Round) -> Iterable[Learnt]:
        """Tell of the labels that the round's blends were fitted on: earlier rounds', then its own test's."""
        for pk, number, _ in self.sources.get(round_.pk, []):
            if (pk, LIVE) in self.everyone:
                yield Learnt(number, LIVE, self.own.get((pk, LIVE)), self.everyone[pk, LIVE])
        if round_.read_rules().fits_on_test and (round_.pk, TEST) in self.everyone:
            yield Learnt(round_.number, TEST, self.own.get((round_.pk, TEST)), self.everyone[round_.pk, TEST])

    def _history(self, round_: Round, model: MetaModel) -> float | None:
        """Return the share of the rows that were fitted on for which the participant was there."""
        if not model.fitted_rows:
            return None
        missed = sum(rows for pk, _, rows in self.sources.get(round_.pk, []) if (pk, LIVE) not in self.own)
        return max(0.0, 1.0 - missed / model.fitted_rows)


def _headlines(rounds: list[Round]) -> dict[int, MetaModel]:
    """Return each round's meta-model, with who is in it and the largest weight."""
    found = MetaModel.objects.filter(round__in=rounds, headline=True)
    whole = found.annotate(who=ArrayAgg("weights__participant"), top=Max("weights__weight"))
    return {one.round_id: one for one in whole}


def _sources(rounds: list[Round]) -> dict[int, list[tuple[int, int, int]]]:
    """Return the earlier rounds that each was fitted on: key, number, and labels known of live rows."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    kept = Evidence.objects.filter(round__in=rounds).order_by("source__number")
    for pk, source, number, known in kept.values_list("round", "source", "source__number", "labels__known"):
        found[pk].append((source, number, known.get(LIVE, 0)))
    return found


def _judged(rounds: list[Round], sources: set[int]) -> QuerySet[Score]:
    """Return the scores by which players are weighed: live of the sources, test of the rounds themselves."""
    out = Exclusion.objects.filter(round=OuterRef("round"), participant=OuterRef("submission__participant"))
    where = Q(split=LIVE, round__in=sources) | Q(split=TEST, round__in=[one.pk for one in rounds])
    kept = Score.objects.filter(where, submission__selection__isnull=False)
    return kept.filter(~Exists(out), submission__participant__kind=PLAYER)


def _means(scores: QuerySet[Score]) -> Gains:
    found = scores.order_by().values_list("round", "split").annotate(mean=Avg("gain"))
    return {(pk, split): mean for pk, split, mean in found}


def _cap(everyone: float | None, forecaster: float | None, forecasters: int) -> float | None:
    """Return the most that a participant with so many forecasters may weigh, None without a cap."""
    caps = [everyone, None if forecaster is None else forecaster * forecasters]
    found = [one for one in caps if one is not None and one < 1]
    return min(found) if found else None
