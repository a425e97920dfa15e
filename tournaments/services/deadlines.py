"""Until when a participant may upload, and the one check that every upload passes under the round's lock."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Subquery

from tournaments.models import Exclusion, Extension, Participant, Round, Selection, Submission, Upload
from tournaments.services.access import UPLOAD, Actor, need_participant
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Forbidden
from tournaments.services.people import bans


def deadline(round_: Round, participant: Participant) -> datetime:
    """Return until when this participant may upload: the round's close, or their own extension of it."""
    extended = Extension.objects.filter(round=round_, participant=participant).first()
    return max(round_.closes_at, extended.closes_at) if extended else round_.closes_at


def last_deadline(round_: Round) -> datetime:
    """Return the latest moment at which anyone may still upload; the round closes then."""
    latest = Extension.objects.filter(round=round_).aggregate(at=Max("closes_at"))["at"]
    return max(round_.closes_at, latest) if latest else round_.closes_at


def used_quota(round_: Round, participant: Participant) -> int:
    """Count the accepted files of a participant in a round."""
    return Upload.objects.filter(round=round_, participant=participant).count()


def refuse_unless_open(round_: Round, participant: Participant, now: datetime) -> None:
    """Refuse an upload with `excluded`, `round_not_open`, `too_late` or `over_quota`.

    All that it hangs on is asked for at once: it stands in the way of every upload, under the round's lock.
    """
    whose = {"round": round_, "participant": OuterRef("pk")}
    used = Upload.objects.filter(**whose).order_by().values("participant").annotate(n=Count("pk"))
    found = Participant.objects.filter(pk=participant.pk).annotate(
        out=Exists(Exclusion.objects.filter(**whose)),
        extended=Subquery(Extension.objects.filter(**whose).values("closes_at")[:1]),
        used=Subquery(used.values("n")),
    )
    facts = found.only("banned_at", "banned_until").get()
    if bans.is_banned(facts, now) or facts.out:
        raise Forbidden("excluded", f"{participant.alias} is excluded from round {round_.number}.")
    if round_.state != Round.State.OPEN:
        raise Conflict("round_not_open", f"Round {round_.number} is {round_.state}; it takes no files.")
    until = max(round_.closes_at, facts.extended or round_.closes_at)
    if not now < until:
        raise Conflict(
            "too_late",
            f"Round {round_.number} closed at {until:%Y-%m-%d %H:%M:%S} UTC; it is {now:%H:%M:%S} UTC now.",
            closes_at=until.isoformat(),
            now=now.isoformat(),
        )
    if (facts.used or 0) >= round_.read_rules().quota:
        raise Conflict(
            "over_quota",
            f"You have used all {round_.read_rules().quota} files of round {round_.number}.",
        )


def choose(actor: Actor, submission: Submission) -> Selection:
    """Pin one of the actor's own submissions as the one that counts, as long as uploads may come.

    Raises Forbidden `not_yours`, Conflict `round_not_open`.
    """
    participant = need_participant(actor, submission.round.tournament, UPLOAD)
    if submission.participant_id != participant.pk:
        raise Forbidden("not_yours", "This submission belongs to another participant.")
    with transaction.atomic():
        round_ = Round.objects.select_for_update(no_key=True).get(pk=submission.round_id)
        if round_.state != Round.State.OPEN or not db_now() < deadline(round_, participant):
            raise Conflict("round_not_open", f"Round {round_.number} is closed; the selection is fixed.")
        selection, _ = Selection.objects.update_or_create(
            round=round_,
            forecaster=submission.forecaster,
            defaults={"submission": submission, "pinned": True},
        )
    return selection
