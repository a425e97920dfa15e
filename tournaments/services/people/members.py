"""The users who play for a participant: invited by a link that works once, removed, gone by themselves."""

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from tournaments.models import Member, OneTimeLink, Participant, Tournament, User
from tournaments.services import audit
from tournaments.services.access import UPLOAD, Actor, need_participant
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Forbidden, Unknown
from tournaments.services.people import bans, players, signup

LASTS = timedelta(days=7)
MOST_OPEN = 20
SPENT = "This invitation is not valid: it was used, revoked or is too old. Ask who sent it for a new one."


def open_invitations(participant: Participant) -> QuerySet[OneTimeLink]:
    """Return a participant's invitations that could still be accepted, newest first."""
    live = OneTimeLink.objects.filter(
        kind=OneTimeLink.Kind.MEMBER, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=db_now()
    )
    return live.filter(participant=participant).select_related("created_by").order_by("-pk")


def invite(actor: Actor, tournament: Tournament) -> tuple[OneTimeLink, str]:
    """Make an invitation to the actor's own participant; returns it and its token, never shown again."""
    mine = need_participant(actor, tournament, UPLOAD)
    bans.refuse_banned(mine)
    with transaction.atomic():
        _lock(mine)
        if open_invitations(mine).count() >= MOST_OPEN:
            raise Conflict("too_many_invitations", f"{MOST_OPEN} invitations are open. Revoke some first.")
        token = secrets.token_urlsafe(32)
        link = OneTimeLink.objects.create(
            kind=OneTimeLink.Kind.MEMBER,
            participant=mine,
            token_sha256=_digest(token),
            created_by=actor.user,
            expires_at=db_now() + LASTS,
        )
        audit.record(actor.user, "member_invited", tournament, alias=mine.alias)
    return link, token


def revoke(actor: Actor, tournament: Tournament, pk: int) -> None:
    """Make an invitation of the actor's own participant useless. Raises Unknown `not_found`."""
    mine = need_participant(actor, tournament, UPLOAD)
    with transaction.atomic():
        if not open_invitations(mine).filter(pk=pk).update(revoked_at=db_now()):
            raise Unknown("not_found", "This invitation is not open any more.")
        audit.record(actor.user, "invitation_revoked", tournament, alias=mine.alias)


def invitation(token: str) -> OneTimeLink:
    """Return the open invitation of a token without using it up, or refuse with `link_spent`."""
    live = OneTimeLink.objects.filter(kind=OneTimeLink.Kind.MEMBER, token_sha256=_digest(token))
    found = live.select_related("participant__tournament", "created_by").first()
    if found is None or not _is_open(found):
        raise Unknown("link_spent", SPENT)
    return found


def _is_open(link: OneTimeLink) -> bool:
    return link.used_at is None and link.revoked_at is None and db_now() < link.expires_at


def accept(actor: Actor, token: str) -> Participant:
    """Make the actor a member; the invitation is used up by it, once.

    Raises Unknown `link_spent`, Forbidden `banned`, Conflict `plays_already`.
    """
    actor.need_scope(UPLOAD)
    assert actor.user is not None, "A scope needs a user."
    with transaction.atomic():
        return _accept(actor.user, token)


def accept_as_new(new: signup.NewUser, token: str) -> tuple[User, Participant]:
    """Make a user and a member, both or neither. Refuses as `accept` and `signup.make_user` do."""
    with transaction.atomic():
        user = signup.make_user(new)
        return user, _accept(user, token)


def _accept(user: User, token: str) -> Participant:
    # The lock makes a second one wait, who then reads that the link is used.
    OneTimeLink.objects.select_for_update(no_key=True).filter(token_sha256=_digest(token)).first()
    link = invitation(token)
    participant = link.participant
    assert participant is not None, "The database lets no member link be without."
    bans.refuse_banned(participant)
    try:
        with transaction.atomic():
            Member.objects.create(participant=participant, tournament=participant.tournament, user=user)
    except IntegrityError as error:
        raise players.why_taken(error) from error
    OneTimeLink.objects.filter(pk=link.pk).update(used_at=db_now(), used_by=user)
    audit.record(user, "member_joined", participant.tournament, alias=participant.alias, user=user.username)
    return participant


def remove(actor: Actor, tournament: Tournament, username: str) -> None:
    """Take a member, or oneself, out of the actor's own participant; never the last one.

    Their open invitations end with them, so that nobody comes back by one of their own. While a ban
    holds nobody leaves: they could join anew.
    """
    mine = need_participant(actor, tournament, UPLOAD)
    with transaction.atomic():
        _lock(mine)
        member = _removable(actor, mine, username)
        open_invitations(mine).filter(created_by=member.user).update(revoked_at=db_now())
        member.delete()
        audit.record(actor.user, "member_removed", tournament, alias=mine.alias, user=username)


def refuse_removal(actor: Actor, tournament: Tournament, username: str) -> None:
    """Refuse as `remove` would."""
    _removable(actor, need_participant(actor, tournament, UPLOAD), username)


def _removable(actor: Actor, mine: Participant, username: str) -> Member:
    bans.refuse_banned(mine)
    if not mine.members.filter(user=actor.user).exists():
        raise Forbidden("not_a_participant", f"You do not play for {mine.alias} any more.")
    member = mine.members.select_related("user").filter(user__username=username).first()
    if member is None:
        raise Unknown("unknown_member", f"{username} does not play for {mine.alias}.")
    if mine.members.count() == 1:
        raise Conflict("last_member", f"{username} is the only member of {mine.alias}. Invite one first.")
    return member


def _lock(participant: Participant) -> None:
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
