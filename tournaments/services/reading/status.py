"""What the one who asks has in the rounds that are open: submitted, rejected or missing."""

from typing import Any

from tournaments.models import Forecaster, Participant, Rejection, Round, Selection, Tournament
from tournaments.services import intake
from tournaments.services.access import READ, Actor, need_participant
from tournaments.services.deadlines import deadline, used_quota


def of_actor(actor: Actor, tournament: Tournament) -> list[dict[str, Any]]:
    """Return `of_participant` of the participant that the actor plays for, or refuse."""
    return of_participant(need_participant(actor, tournament, READ))


def of_participant(participant: Participant) -> list[dict[str, Any]]:
    """Return `in_round` of each open round, the newest first."""
    rounds = Round.objects.filter(tournament=participant.tournament_id, state=Round.State.OPEN)
    newest_first = rounds.select_related("tournament").order_by("-number")
    return [in_round(participant, round_) for round_ in newest_first]


def in_round(participant: Participant, round_: Round) -> dict[str, Any]:
    """Return a participant's deadline, quota and the state of each forecaster in an open round."""
    return {
        "round": round_.number,
        "closes_at": deadline(round_, participant),
        "quota": round_.read_rules().quota,
        "quota_used": used_quota(round_, participant),
        "forecasters": _forecasters(participant, round_),
    }


def _forecasters(participant: Participant, round_: Round) -> list[dict[str, Any]]:
    selections = Selection.objects.filter(round=round_, forecaster__participant=participant).select_related(
        "submission__upload", "submission__forecaster", "submission__round__tournament"
    )
    rejections = Rejection.objects.filter(round=round_, participant=participant)
    last = rejections.order_by("forecaster", "-pk").distinct("forecaster")
    selected = {one.forecaster_id: one for one in selections}
    rejected = {one.forecaster_id: one for one in last}
    return [
        _of(one, selected.get(one.pk), rejected.get(one.pk)) for one in participant.forecasters.order_by("pk")
    ]


def _of(forecaster: Forecaster, selection: Selection | None, rejection: Rejection | None) -> dict[str, Any]:
    found: dict[str, Any] = {"forecaster": forecaster.name, "state": "missing"}
    if rejection is not None:
        found |= {"state": "rejected", "rejected_at": rejection.at, "faults": rejection.faults}
    if selection is not None:
        found |= {
            "state": "submitted",
            "receipt": intake.receipt_of(selection.submission),
            "nearness": selection.submission.nearness or None,
            "pinned": selection.pinned,
        }
    return found
