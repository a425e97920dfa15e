"""Until when a participant may upload, and the one check that every upload passes under the round's lock."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from tournaments.models import Extension, Participant, Round, Selection, Submission, Upload
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


_FACTS = """
    SELECT clock_timestamp(), p.banned_at, p.banned_until,
        EXISTS (SELECT FROM tournaments_exclusion WHERE round_id = %(round)s AND participant_id = p.id),
        (SELECT closes_at FROM tournaments_extension WHERE round_id = %(round)s AND participant_id = p.id),
        (SELECT count(*) FROM tournaments_upload WHERE round_id = %(round)s AND participant_id = p.id)
    FROM tournaments_participant p WHERE p.id = %(participant)s"""


def refuse_unless_open(round_: Round, participant: Participant, *, of_files: bool = True) -> datetime:
    """Refuse an upload with `excluded`, `round_not_open`, `too_late` or `over_quota`, or return the moment.

    Without `of_files` it is a stake, which spends no quota.
    All that it hangs on is asked for in one statement, written by hand: it stands in the way of every upload,
    once under the round's lock, and composing it anew each time takes longer than answering it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"round": round_.pk, "participant": participant.pk})
        now, banned_at, banned_until, out, extended, used = cursor.fetchone()
    what = "files" if of_files else "stakes"
    if bans.holds(banned_at, banned_until, now) or out:
        raise Forbidden("excluded", f"{participant.alias} is excluded from round {round_.number}.")
    if round_.state != Round.State.OPEN:
        raise Conflict("round_not_open", f"Round {round_.number} is {round_.state}; it takes no {what}.")
    until = max(round_.closes_at, extended or round_.closes_at)
    if not now < until:
        raise Conflict(
            "too_late",
            f"Round {round_.number} closed at {until:%Y-%m-%d %H:%M:%S} UTC; it is {now:%H:%M:%S} UTC now.",
            closes_at=until.isoformat(),
            now=now.isoformat(),
        )
    if of_files and used >= round_.read_rules().quota:
        raise Conflict(
            "over_quota",
            f"You have used all {round_.read_rules().quota} files of round {round_.number}.",
        )
    moment: datetime = now
    return moment


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
