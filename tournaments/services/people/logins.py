"""One-time login links for participants, one or many at once, so that no mail server is needed."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tournaments.models import ApiKey, Member, OneTimeLink, Participant, Role, Tournament, User
from tournaments.services import audit
from tournaments.services.access import Actor, need_operator
from tournaments.services.clock import db_now
from tournaments.services.errors import Forbidden, Unknown

HOURS = 7 * 24
LOGIN = OneTimeLink.Kind.LOGIN


def issuable(tournament: Tournament, users: Iterable[User]) -> QuerySet[User]:
    """Return those for whom an operator of this tournament may issue login links: who play here and nowhere
    else, and have no role. For others such a link would let the operator speak beyond the tournament.
    """
    elsewhere = Member.objects.filter(user=OuterRef("pk")).exclude(tournament=tournament)
    return User.objects.filter(
        ~Exists(elsewhere),
        ~Exists(Role.objects.filter(user=OuterRef("pk"))),
        Exists(Member.objects.filter(user=OuterRef("pk"), tournament=tournament)),
        pk__in=[user.pk for user in users],
        is_active=True,
        is_staff=False,
        is_superuser=False,
        # Who comes by single sign-on needs no link.
        socialaccount__isnull=True,
    ).order_by("pk")


def issue_logins(
    actor: Actor, tournament: Tournament, users: Iterable[User], hours: int = HOURS
) -> list[tuple[User, str]]:
    """Issue a login link for each user who may get one; returns them with tokens, which are shown once.

    Earlier links of theirs end. Operators only.
    """
    by = need_operator(actor, tournament)
    with transaction.atomic():
        now = db_now()
        found = list(issuable(tournament, users))
        _open_links(found).update(revoked_at=now)
        made = [(user, secrets.token_urlsafe(32)) for user in found]
        OneTimeLink.objects.bulk_create(
            OneTimeLink(
                kind=LOGIN,
                user=user,
                token_sha256=hashlib.sha256(token.encode()).hexdigest(),
                created_by=by,
                expires_at=now + timedelta(hours=hours),
            )
            for user, token in made
        )
        if made:
            named = [user.username for user in found[:20]]
            audit.record(by, "login_links_issued", tournament, links=len(made), users=named, hours=hours)
    return made


def issue_login(actor: Actor, tournament: Tournament, participant: Participant, username: str) -> str:
    """Issue a login link for one member of a participant; returns its token, which is shown once.

    Raises Unknown `unknown_member`, Forbidden `login_not_yours_to_issue`.
    """
    made = issue_logins(actor, tournament, [_member(actor, tournament, participant, username)])
    if not made:
        raise Forbidden(
            "login_not_yours_to_issue",
            f"{username} also plays elsewhere or has a role, so only they themselves can reset their login.",
        )
    return made[0][1]


def revoke_logins(actor: Actor, tournament: Tournament, participant: Participant, username: str) -> None:
    """End the login links of a member that nobody has used yet; operators only."""
    user = _member(actor, tournament, participant, username)
    with transaction.atomic():
        if _open_links(issuable(tournament, [user])).update(revoked_at=db_now()):
            audit.record(actor.user, "login_links_revoked", tournament, user=user.username)


def _open_links(users: Iterable[User]) -> QuerySet[OneTimeLink]:
    return OneTimeLink.objects.filter(
        kind=LOGIN, user__in=list(users), used_at__isnull=True, revoked_at__isnull=True
    )


def _member(actor: Actor, tournament: Tournament, participant: Participant, username: str) -> User:
    need_operator(actor, tournament)
    found = participant.members.filter(tournament=tournament, user__username=username).first()
    if found is None:
        raise Unknown("unknown_member", f"{username} does not play for {participant.alias}.")
    return found.user


def never_here(tournament: Tournament) -> QuerySet[User]:
    """Return the players of a tournament who have neither logged in nor used a key, by user name."""
    used = ApiKey.objects.filter(user=OuterRef("pk"), last_used_at__isnull=False)
    players = User.objects.filter(
        memberships__tournament=tournament,
        memberships__participant__kind=Participant.Kind.PLAYER,
        last_login__isnull=True,
    )
    return players.exclude(Exists(used)).order_by("username")


def reissue_never_here(actor: Actor, tournament: Tournament) -> list[tuple[User, str]]:
    """Issue fresh login links for all who have never come; operators only."""
    need_operator(actor, tournament)
    return issue_logins(actor, tournament, never_here(tournament))
