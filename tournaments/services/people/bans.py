"""Bans: who may not play at the moment, why, and until when. A ban that has ended is no ban anywhere."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tournaments.models import Participant
from tournaments.services import audit
from tournaments.services.access import Actor, need_operator
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Forbidden, Invalid


def in_force(now: datetime) -> Q:
    """Return the condition of participants who are banned at this moment."""
    return Q(banned_at__isnull=False) & (Q(banned_until__isnull=True) | Q(banned_until__gt=now))


def free(now: datetime) -> Q:
    """Return the condition of participants who may play: never banned, or the ban has ended."""
    return Q(banned_at__isnull=True) | Q(banned_until__lte=now)


def holds(since: datetime | None, until: datetime | None, now: datetime) -> bool:
    """Say whether a ban of these moments holds now."""
    return since is not None and (until is None or now < until)


def is_banned(participant: Participant, now: datetime) -> bool:
    """Say whether a participant, as read before, is banned at this moment."""
    return holds(participant.banned_at, participant.banned_until, now)


def refuse_banned(participant: Participant) -> None:
    """Refuse with `banned` while a ban holds, as the database has it now."""
    if Participant.objects.filter(in_force(db_now()), pk=participant.pk).exists():
        raise Forbidden(
            "banned", f"{participant.alias} is banned at the moment. Ask the operators of the tournament."
        )


def ban(actor: Actor, participant: Participant, reason: str, until: datetime | None = None) -> Participant:
    """Keep a participant from uploading and from changing its members, from now on; operators only.

    Raises Invalid `reason_needed`, `ban_ends_in_the_past`. Files that count already are another matter: a
    participant is taken out of a round by `rounds.exclude`.
    """
    by = need_operator(actor, participant.tournament)
    reason = audit.need_reason(reason)
    with transaction.atomic():
        one = _lock(participant)
        now = db_now()
        if until is not None and not now < until:
            raise Invalid("ban_ends_in_the_past", "The ban would have ended already. Choose a later day.")
        one.banned_at, one.banned_until, one.ban_reason = now, until, reason
        one.save(update_fields=["banned_at", "banned_until", "ban_reason"])
        end = until.isoformat() if until else None
        audit.record(by, "participant_banned", one.tournament, reason, alias=one.alias, until=end)
    return one


def lift(actor: Actor, participant: Participant) -> Participant:
    """End a ban now; operators only. Raises Conflict `not_banned`."""
    by = need_operator(actor, participant.tournament)
    with transaction.atomic():
        one = _lock(participant)
        if not is_banned(one, db_now()):
            raise Conflict("not_banned", f"{one.alias} is not banned.")
        audit.record(by, "ban_lifted", one.tournament, one.ban_reason, alias=one.alias)
        one.banned_at, one.banned_until, one.ban_reason = None, None, ""
        one.save(update_fields=["banned_at", "banned_until", "ban_reason"])
    return one


def _lock(participant: Participant) -> Participant:
    return (
        Participant.objects.select_for_update(no_key=True, of=("self",))
        .select_related("tournament")
        .get(pk=participant.pk)
    )
