"""A player's rounds one after another: scores, ranks, weights, originality and what was paid.

Told is what a resolved round's board tells everyone: scores on the rows that it pays on, no predictions.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from tournaments.models import (
    Exclusion,
    Forecaster,
    MetaModelWeight,
    Originality,
    Participant,
    Payout,
    Round,
    Score,
    Selection,
    Tournament,
)
from tournaments.services.access import Actor, participant_of
from tournaments.services.errors import Unknown
from tournaments.services.reading.feedback import likeness_json, score_json
from tournaments.services.reading.rows import UNSHOWN
from tournaments.services.settlement import why_not

State = Round.State


@dataclass(frozen=True)
class Played:
    """One round of a player; without `submission` it was missed."""

    round: Round
    split: str
    submission: int | None = None
    forecaster: str = ""
    row: dict[str, Any] = field(default_factory=dict)
    """As a board's row: score, interval, originality, gate."""
    rank: int | None = None
    """Among the ranked; none where the round is not resolved, or this is not ranked in it."""
    tied_with: int | None = None
    """How many others are tied with it, where ties were told."""
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
    def ranked(self) -> int:
        """Return how many were ranked."""
        return int(self.round.ranked.get(self.split, 0))

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
    return _played(forecaster.participant, chosen, Round.CLOSED_STATES)


def of_participant(participant: Participant) -> list[Played]:
    """Return the resolved rounds of a participant's paid place, newest first: what all may see."""
    chosen = Selection.objects.filter(forecaster__participant=participant, paid_place=True)
    return _played(participant, chosen, Round.RESOLVED_STATES)


def last_before(round_: Round, participant: Participant) -> Played | None:
    """Return the participant's last resolved round before this one, if there is one; without the crowd."""
    rounds = Round.objects.filter(tournament=round_.tournament_id, state__in=Round.RESOLVED_STATES)
    last = rounds.filter(number__lt=round_.number).order_by("-number").first()
    if last is None:
        return None
    chosen = Selection.objects.filter(forecaster__participant=participant, paid_place=True, round=last)
    played = _played(participant, chosen, Round.RESOLVED_STATES, [last])
    return played[0] if played else Played(last, last.read_rules().paid_split)


def _played(
    participant: Participant, chosen: QuerySet[Selection], states: Any, rounds: list[Round] | None = None
) -> list[Played]:
    whole = rounds is None
    if rounds is None:
        among = Round.objects.filter(tournament=participant.tournament_id, state__in=states)
        rounds = list(among.defer("findings").order_by("-number"))
    found = chosen.filter(round__in=rounds).values_list(
        "round", "submission", "forecaster__name", "paid_place"
    )
    selected = {row[0]: _Chosen(*row) for row in found}
    # Rounds before the first that was played are not missed: one had not come yet.
    first = min((one.number for one in rounds if one.pk in selected), default=math.inf)
    submissions = [one.submission for one in selected.values()]
    around = _Around.of(participant, rounds, submissions, _crowd(participant, rounds) if whole else ({}, {}))
    seen = [one for one in rounds if one.number >= first]
    return [around.played(one, selected.get(one.pk)) for one in seen]


_Crowd = tuple[dict[int, float], dict[int, float]]
"""By round, a participant's weight in the meta-model, and the meta-model's gain."""


def _crowd(participant: Participant, rounds: list[Round]) -> _Crowd:
    weights = MetaModelWeight.objects.filter(
        participant=participant, meta_model__headline=True, meta_model__round__in=rounds
    )
    gains = Score.objects.filter(_judged(rounds), meta_model__headline=True)
    by_round = dict(weights.values_list("meta_model__round", "weight"))
    return by_round, dict(gains.values_list("round", "gain"))


class _Chosen(NamedTuple):
    """What was selected of a player in a round."""

    round: int
    submission: int
    forecaster: str
    paid_place: bool


@dataclass(frozen=True)
class _Around:
    """What else is known of these rounds, by round."""

    scores: dict[int, Score]
    originalities: dict[int, Originality]
    nearest: dict[int, str | None]
    weights: dict[int, float]
    payouts: dict[int, int]
    crowd: dict[int, float]
    excluded: set[int]

    @classmethod
    def of(
        cls, participant: Participant, rounds: list[Round], submissions: list[int], crowd: "_Crowd"
    ) -> "_Around":
        """Ask for all rounds at once."""
        scores = Score.objects.filter(_judged(rounds), submission__in=submissions).defer(*UNSHOWN)
        alike = Originality.objects.filter(submission__in=submissions)
        measured = list(alike.annotate(alias=F("nearest__participant__alias")))
        payouts = Payout.objects.filter(
            participant=participant, settlement__round__in=rounds, settlement__reversed_at__isnull=True
        )
        out = Exclusion.objects.filter(participant=participant, round__in=rounds)
        return cls(
            scores={score.round_id: score for score in scores},
            originalities={one.round_id: one for one in measured},
            nearest={one.round_id: one.alias for one in measured},
            weights=crowd[0],
            payouts=dict(payouts.values_list("settlement__round", "amount")),
            crowd=crowd[1],
            excluded=set(out.values_list("round", flat=True)),
        )

    def played(self, round_: Round, chosen: _Chosen | None) -> Played:
        """Return one round."""
        rules, crowd = round_.read_rules(), self.crowd.get(round_.pk)
        if chosen is None:
            return Played(round_, rules.paid_split, crowd=crowd)
        score, originality = self.scores.get(round_.pk), self.originalities.get(round_.pk)
        gate = "excluded" if round_.pk in self.excluded else why_not(rules, score, originality)
        return Played(
            round=round_,
            split=rules.paid_split,
            submission=chosen.submission,
            forecaster=chosen.forecaster,
            row={
                "kind": "player",
                **score_json(score),
                **likeness_json(originality, self.nearest.get(round_.pk)),
                "gate": gate,
            },
            rank=score.rank if score else None,
            tied_with=score.tied_with if score else None,
            weight=self.weights.get(round_.pk),
            payout=self.payouts.get(round_.pk) if chosen.paid_place else None,
            paid_place=chosen.paid_place,
            crowd=crowd,
        )


def _judged(rounds: list[Round]) -> Q:
    """Return the condition of scores on the rows that each resolved round pays on."""
    splits: dict[str, list[int]] = defaultdict(list)
    for round_ in rounds:
        if round_.state in Round.RESOLVED_STATES:
            splits[round_.read_rules().paid_split].append(round_.pk)
    found = Q(pk__in=[])
    for split, pks in splits.items():
        found |= Q(split=split, round__in=pks)
    return found
