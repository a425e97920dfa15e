"""What is told when something happened. Each verb is called in the transaction of what it tells.

What concerns one participant is written at once. What concerns all players of a round is written by a
piece of work (`announcing`), so that opening a round for a thousand is as quick as for ten.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tournaments.models import (
    AuditEvent,
    Extension,
    Member,
    Notice,
    Participant,
    Rejection,
    Round,
    Score,
    Submission,
    Upload,
    User,
    Work,
)
from tournaments.services import audit, practice, work
from tournaments.services.access import Actor, need_operator
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict
from tournaments.services.people import bans
from tournaments.services.telling import mail, outbox
from tournaments.services.telling.outbox import Letter

FAULTS_TOLD = 10
REMIND_EVERY = timedelta(hours=1)
SOON = timedelta(days=1)


def facts(round_: Round, path: str = "", at: datetime | None = None, /, **more: Any) -> dict[str, Any]:
    """Return a notice's facts: when, where, the page's address, and what is particular to the kind."""
    slug = round_.tournament.slug
    return {
        "at": (at or db_now()).isoformat(),
        "tournament": slug,
        "tournament_name": round_.tournament.name,
        "round": round_.number,
        "url": f"{settings.BASE_URL}{path or f'/t/{slug}/{round_.number}/'}",
        **more,
    }


def _tell(participant: Participant, kind: str, event: str, body: dict[str, Any]) -> None:
    members = outbox.listeners(User.objects.filter(memberships__participant=participant), kind)
    outbox.put(kind, event, [Letter(user, body) for user in members])


def accepted(round_: Round, upload: Upload, submissions: list[Submission]) -> None:
    """Tell a participant that their file was accepted."""
    made = [
        {"submission": one.pk, "forecaster": one.forecaster.name, "position": one.position}
        for one in submissions
    ]
    body = facts(
        round_,
        f"/s/{submissions[0].pk}/",
        upload.received_at,
        filename=upload.filename,
        sha256=upload.sha256,
        size=upload.size,
        received_at=upload.received_at.isoformat(),
        submissions=made,
    )
    _tell(upload.participant, Notice.ACCEPTED, f"accepted:{upload.pk}", body)


def rejected(rejection: Rejection) -> None:
    """Tell a participant that their file was refused, with its first faults."""
    round_ = rejection.round
    faults = [
        {"code": fault["code"], "message": fault["message"]} for fault in rejection.faults[:FAULTS_TOLD]
    ]
    path = f"/t/{round_.tournament.slug}/{round_.number}/upload/"
    body = facts(round_, path, filename=rejection.filename, faults=faults)
    _tell(rejection.participant, Notice.REJECTED, f"rejected:{rejection.pk}", body)


def scored(submission: Submission) -> None:
    """Tell a participant that their submission has its practice score: as much of it as the rules allow."""
    round_ = submission.round
    score = Score.objects.filter(submission=submission, split="validation").first()
    body = facts(
        round_,
        f"/s/{submission.pk}/",
        submission=submission.pk,
        forecaster=submission.forecaster.name,
        position=submission.position,
        score=practice.told(round_, submission.participant, score),
    )
    _tell(submission.participant, Notice.SCORED, f"scored:{submission.pk}", body)


def opened(round_: Round) -> None:
    """Tell all players that a round is open, and plan to tell them before it closes."""
    to_all(round_)
    moved(round_)


def moved(round_: Round) -> None:
    """Plan what is told before the close, anew when the deadline has moved."""
    work.add(Work.Kind.REMIND, round_, due_at=soon(round_))


def soon(round_: Round) -> datetime:
    """Return when people are told that a round closes soon: a day before, or its last quarter."""
    return round_.closes_at - min(SOON, (round_.closes_at - round_.opens_at) / 4)


def to_all(round_: Round) -> None:
    """Have all players told of the state that the round has come to, if anyone there can be told."""
    ways = Q(user__webhooks__active=True)
    if mail.configured():
        ways |= ~Q(user__email="")
    if players(round_).filter(ways).exists():
        work.add(Work.Kind.ANNOUNCE, round_)


def players(round_: Round) -> QuerySet[Member]:
    """Return the members of the tournament's players, but for those who are banned."""
    playing = Participant.objects.filter(
        bans.free(db_now()), tournament=round_.tournament_id, kind=Participant.Kind.PLAYER
    )
    found = Member.objects.filter(participant__in=playing, user__is_active=True)
    return found.select_related("user").order_by("pk")


def invited(round_: Round) -> QuerySet[Member]:
    """Return the members of players who may send files to this round."""
    return players(round_).exclude(participant__exclusions__round=round_)


def has_sent(round_: Round) -> Exists:
    """Return the condition of a member whose participant has a file in this round."""
    return Exists(Submission.objects.filter(round=round_, participant=OuterRef("participant")))


def deadlines(round_: Round) -> dict[int, str]:
    """Return participant id → their own deadline, where they have a later one."""
    own = Extension.objects.filter(round=round_, closes_at__gt=round_.closes_at)
    return {one.participant_id: one.closes_at.isoformat() for one in own}


def remind_missing(actor: Actor, round_: Round) -> int:
    """Remind the members of players who have nothing in; operators only. Returns how many users it reaches.

    Raises Conflict `wrong_state`, and `reminded_lately` within an hour of the last time.
    """
    by = need_operator(actor, round_.tournament)
    with transaction.atomic():
        round_ = Round.objects.select_for_update(no_key=True).select_related("tournament").get(pk=round_.pk)
        if round_.state != Round.State.OPEN:
            raise Conflict("wrong_state", f"Round {round_.number} is {round_.state}; nobody can send a file.")
        now = db_now()
        last = AuditEvent.objects.filter(round=round_, action="missing_reminded").order_by("-pk").first()
        if last is not None and now < last.at + REMIND_EVERY:
            raise Conflict("reminded_lately", "They were reminded within the last hour. Wait a while.")
        own, body = deadlines(round_), facts(round_)
        letters = [
            Letter(one.user, {**body, "closes_at": own.get(one.participant_id, round_.closes_at.isoformat())})
            for one in invited(round_).exclude(has_sent(round_))
        ]
        reached = outbox.put(Notice.REMINDER, f"reminder:{round_.pk}:{now.isoformat()}", letters)
        if reached:
            audit.record(by, "missing_reminded", round_, users=reached)
    return reached
