"""One-time login links: issued by an operator or on the machine itself, and used once."""

import hashlib
import secrets
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import QuerySet

from tournaments.models import Member, OneTimeLink, Role, Tournament, User
from tournaments.services import audit
from tournaments.services.access import Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Forbidden, Invalid, Unknown
from tournaments.services.people import logins

HOURS = 72
MOST_HOURS = 30 * 24
SPENT = "This link works once. It was used already, has expired or was replaced by a newer one."


def issue_login(
    actor: Actor, tournament: Tournament, user: User, hours: int = HOURS
) -> tuple[OneTimeLink, str]:
    """Issue a link by which a user of this tournament can log in; returns it and its token, shown once.

    Earlier links of theirs end. Operators only. Raises Forbidden `not_yours_to_let_in` for whoever also
    plays or has a role elsewhere, since the operator could speak for them there; Invalid `bad_hours`.
    """
    _check(hours)
    made = logins.issue_logins(actor, tournament, [user], hours)
    if not made:
        raise Forbidden(
            "not_yours_to_let_in",
            f"{user.username} has a role, comes by single sign-on, or does not play in this tournament "
            "alone. Only those who run the server can issue a login link for them.",
        )
    token = made[0][1]
    return OneTimeLink.objects.get(token_sha256=digest(token)), token


def issue_on_the_machine(user: User, hours: int = HOURS) -> tuple[OneTimeLink, str]:
    """Issue a login link for anyone. Only for those who can run commands on the server.

    Raises Invalid `bad_hours`, Forbidden `user_is_off`.
    """
    _check(hours)
    if not user.is_active:
        raise Forbidden("user_is_off", f"{user.username} is switched off and cannot log in.")
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        now = db_now()
        _open(now).filter(user=user).update(revoked_at=now)
        link = OneTimeLink.objects.create(
            kind=OneTimeLink.Kind.LOGIN,
            user=user,
            token_sha256=digest(token),
            expires_at=now + timedelta(hours=hours),
        )
        audit.record(None, "login_link_issued", user=user.username, hours=hours)
    return link, token


def remove_second_factor(user: User) -> None:
    """Turn off the second factor of someone who has lost it. Only for those who can run commands here."""
    with transaction.atomic():
        if Authenticator.objects.filter(user=user).delete()[0]:
            audit.record(None, "second_factor_removed", user=user.username)


def find(token: str) -> OneTimeLink:
    """Return the link of a token that would let someone in now; nothing is used up. Unknown `link_spent`."""
    found = _open(db_now()).select_related("user", "created_by").filter(token_sha256=digest(token)).first()
    if found is None or not _stands(found):
        raise Unknown("link_spent", SPENT)
    return found


def use(token: str) -> User:
    """Take a link, once, and return who may log in by it. Raises Unknown `link_spent`."""
    link = find(token)
    user = link.user
    assert user is not None, "A login link is a user's."
    with transaction.atomic():
        now = db_now()
        # Of several at once, the one whose update finds the row unused gets in. No join may be in this
        # statement: PostgreSQL would not look at a joined row again after waiting for the first.
        if _open(now).filter(pk=link.pk).update(used_at=now, used_by=user) != 1:
            raise Unknown("link_spent", SPENT)
        issuer = link.created_by.username if link.created_by else None
        audit.record(user, "login_link_used", issued_by=issuer)
    return user


def alias_of(user: User) -> str:
    """Return the alias of someone who plays in one tournament, or "" where there is no such one name."""
    aliases = list(Member.objects.filter(user=user).values_list("participant__alias", flat=True)[:2])
    return aliases[0] if len(aliases) == 1 else ""


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _check(hours: int) -> None:
    if not 1 <= hours <= MOST_HOURS:
        raise Invalid("bad_hours", f"A login link lasts from 1 to {MOST_HOURS} hours.")


def _open(now: datetime) -> QuerySet[OneTimeLink]:
    return OneTimeLink.objects.filter(
        kind=OneTimeLink.Kind.LOGIN,
        used_at__isnull=True,
        revoked_at__isnull=True,
        expires_at__gt=now,
    )


def _stands(link: OneTimeLink) -> bool:
    """Say whether its issuer might issue it now: the user may have got a role, or joined elsewhere, since."""
    user, issuer = link.user, link.created_by
    assert user is not None, "A login link is a user's."
    if issuer is None or not user.is_active:
        return user.is_active
    if user.is_staff or user.is_superuser or SocialAccount.objects.filter(user=user).exists():
        return False
    if Role.objects.filter(user=user).exists():
        return False
    tournaments = set(Member.objects.filter(user=user).values_list("tournament_id", flat=True))
    if issuer.is_superuser:
        return bool(tournaments)
    operated = Role.objects.filter(user=issuer, kind=Role.Kind.OPERATOR, tournament__in=tournaments)
    return bool(tournaments) and operated.count() == len(tournaments)
