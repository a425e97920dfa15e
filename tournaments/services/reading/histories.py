"""A player's rounds one after another: scores, ranks, weights, originality and what was paid.

Told is what a resolved round's board tells everyone: scores on the rows that it pays on, no predictions.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window

from tournaments.models import (
    Exclusion,
    Forecaster,
    MetaModelWeight,
    Participant,
    Payout,
    Round,
    Score,
    Selection,
    Submission,
    Tournament,
)
from tournaments.services.access import Actor, participant_of
from tournaments.services.errors import Unknown
from tournaments.services.reading import ranking
from tournaments.services.reading.feedback import originality_json, score_json
from tournaments.services.reading.rows import UNSHOWN
from tournaments.services.settlement import why_not

State = Round.State
PAST = (State.CLOSED, State.RESOLVED, State.SETTLED)
RESOLVED = (State.RESOLVED, State.SETTLED)


@dataclass(frozen=True)
class Place:
    """A place among the ranked of a round, and how many others are tied with it."""

    rank: int
    ranked: int
    tied_with: int | None


@dataclass(frozen=True)
class Played:
    """One round of a player; without `submission` it was missed."""

    round: Round
    split: str
    submission: int | None = None
    forecaster: str = ""
    row: dict[str, Any] = field(default_factory=dict)
    """As a board's row: score, interval, originality, gate."""
    place: Place | None = None
    """Among the ranked; none where the round is not resolved, or this is not ranked in it."""
    weight: float | None = None
    payout: int | None = None
    paid_place: bool = False
    crowd: float | None = None
    """The meta-model's gain in the same round."""

    @property
    def missed(self) -> bool:
        """Say whether nothing counted."""
        return self.submission is None

    @property
    def rank(self) -> int | None:
        """Return the rank, if there is one."""
        return self.place.rank if self.place else None

    @property
    def ranked(self) -> int:
        """Return how many were ranked."""
        return self.place.ranked if self.place else 0

    @property
    def tied_with(self) -> int | None:
        """Return how many others are tied with it, where ties were told."""
        return self.place.tied_with if self.place else None

    @property
    def settled(self) -> bool:
        """Say whether the round has been paid."""
        return self.round.state == State.SETTLED


def find_forecaster(actor: Actor, tournament: Tournament, pk: int) -> Forecaster:
    """Return a forecaster of the actor's own, or any to those who oversee the tournament.

    Raises Unknown `not_found`.
    """
    found = Forecaster.objects.filter(pk=pk, participant__tournament=tournament)
    one = found.select_related("participant").first()
    mine = participant_of(actor, tournament)
    own = one is not None and mine is not None and one.participant_id == mine.pk
    if one is None or not (own or actor.oversees(tournament)):
        raise Unknown("not_found", f"There is no forecaster {pk}, or it is not yours to see.")
    return one


def find_participant(tournament: Tournament, alias: str) -> Participant:
    """Return who plays under an alias, or refuse with `not_found`."""
    found = Participant.objects.filter(tournament=tournament, alias=alias).first()
    if found is None:
        raise Unknown("not_found", f"Nobody plays under {alias} here.")
    return found


def of_forecaster(forecaster: Forecaster) -> list[Played]:
    """Return the closed rounds of a forecaster since it was made, newest first."""
    chosen = Selection.objects.filter(forecaster=forecaster)
    return _played(forecaster.participant, chosen, PAST)


def of_participant(participant: Participant) -> list[Played]:
    """Return the resolved rounds of a participant's paid place, newest first: what all may see."""
    chosen = Selection.objects.filter(forecaster__participant=participant, paid_place=True)
    return _played(participant, chosen, RESOLVED)


def last_before(round_: Round, participant: Participant) -> Played | None:
    """Return the participant's last resolved round before this one, if there is one."""
    rounds = Round.objects.filter(tournament=round_.tournament_id, state__in=RESOLVED)
    last = rounds.filter(number__lt=round_.number).order_by("-number").first()
    if last is None:
        return None
    chosen = Selection.objects.filter(forecaster__participant=participant, paid_place=True, round=last)
    played = _played(participant, chosen, RESOLVED, [last])
    return played[0] if played else Played(last, last.read_rules().paid_split)


def _played(
    participant: Participant, chosen: QuerySet[Selection], states: Any, rounds: list[Round] | None = None
) -> list[Played]:
    if rounds is None:
        whole = Round.objects.filter(tournament=participant.tournament_id, state__in=states)
        rounds = list(whole.order_by("-number"))
    chosen = chosen.filter(round__in=rounds).select_related(
        "forecaster", "submission__originality__nearest__participant"
    )
    selected = {one.round_id: one for one in chosen}
    # Rounds before the first that was played are not missed: one had not come yet.
    first = min((one.number for one in rounds if one.pk in selected), default=math.inf)
    around = _Around.of(participant, rounds, [one.submission_id for one in selected.values()])
    seen = [one for one in rounds if one.number >= first]
    return [around.played(one, selected.get(one.pk)) for one in seen]


@dataclass(frozen=True)
class _Around:
    """What else is known of these rounds, by round."""

    scores: dict[int, Score]
    places: dict[int, "Place"]
    """By submission."""
    weights: dict[int, float]
    payouts: dict[int, int]
    crowd: dict[int, float]
    excluded: set[int]

    @classmethod
    def of(cls, participant: Participant, rounds: list[Round], submissions: list[int]) -> "_Around":
        """Ask for all rounds at once."""
        judged = _judged(rounds)
        scores = Score.objects.filter(judged, submission__in=submissions).defer(*UNSHOWN)
        crowd = Score.objects.filter(judged, meta_model__headline=True)
        weights = MetaModelWeight.objects.filter(
            participant=participant, meta_model__headline=True, meta_model__round__in=rounds
        )
        payouts = Payout.objects.filter(
            participant=participant, settlement__round__in=rounds, settlement__reversed_at__isnull=True
        )
        out = Exclusion.objects.filter(participant=participant, round__in=rounds)
        return cls(
            scores={score.round_id: score for score in scores},
            places=_places(judged, submissions),
            weights=dict(weights.values_list("meta_model__round", "weight")),
            payouts=dict(payouts.values_list("settlement__round", "amount")),
            crowd=dict(crowd.values_list("round", "gain")),
            excluded=set(out.values_list("round", flat=True)),
        )

    def played(self, round_: Round, selection: Selection | None) -> Played:
        """Return one round."""
        split, crowd = round_.read_rules().paid_split, self.crowd.get(round_.pk)
        if selection is None:
            return Played(round_, split, crowd=crowd)
        score = self.scores.get(round_.pk)
        originality = getattr(selection.submission, "originality", None)
        gate = why_not(round_.read_rules(), score, originality)
        place = self.places.get(selection.submission_id)
        excluded = round_.pk in self.excluded
        row = {
            "kind": "player",
            **score_json(score),
            **originality_json(selection.submission),
            "gate": "excluded" if excluded else gate,
        }
        return Played(
            round=round_,
            split=split,
            submission=selection.submission_id,
            forecaster=selection.forecaster.name,
            row=row,
            place=place,
            weight=self.weights.get(round_.pk),
            payout=self.payouts.get(round_.pk) if selection.paid_place else None,
            paid_place=selection.paid_place,
            crowd=crowd,
        )


def _judged(rounds: list[Round]) -> Q:
    """Return the condition of scores on the rows that each resolved round pays on."""
    splits: dict[str, list[int]] = defaultdict(list)
    for round_ in rounds:
        if round_.state in RESOLVED:
            splits[round_.read_rules().paid_split].append(round_.pk)
    found = Q(pk__in=[])
    for split, pks in splits.items():
        found |= Q(split=split, round__in=pks)
    return found


def _places(judged: Q, submissions: list[int]) -> dict[int, Place]:
    """Return where these submissions stand in their rounds."""
    rounds = Submission.objects.filter(pk__in=submissions).values("round")
    ranked = ranking.ranked_among(judged & Q(round__in=rounds)).annotate(
        ranked=Window(Count("pk"), partition_by=[F("round")]),
        tied=Window(Count("pk"), partition_by=[F("round"), F("tie_group")]),
        rank=Window(ranking.Rank(), partition_by=[F("round")], order_by=F("units").asc()),
    )
    # Joined by OR to the rank, the condition is asked of the ranked, so that all of them take part.
    shown = ranked.filter(Q(submission__in=submissions) | Q(rank__lt=1))
    found = shown.values_list("submission", "rank", "ranked", "tie_group", "tied")
    return {pk: Place(rank, n, tied - 1 if group else None) for pk, rank, n, group, tied in found}
