"""API keys: made once, shown once, revoked, and turned back into the one who asks."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from tournaments.models import ApiKey, Role, Tournament, User
from tournaments.services import audit
from tournaments.services.access import AUDIT, OPERATE, READ, SCOPES, STAKE, UPLOAD, Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Forbidden, Invalid, Unknown
from tournaments.services.people.profile import need_user

# A key's last use is shown in hours; writing it on each request would cost a row lock each time.
LAST_USED_GRAIN = timedelta(minutes=10)
MOST_KEYS = 50
MOST_DAYS = 10 * 365


def create_key(user: User, name: str, scopes: list[str], days: int | None = None) -> tuple[ApiKey, str]:
    """Make an API key; returns it and the token `PUBLIC$SECRET`, which is never shown again."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise Invalid("unknown_scope", f"Scopes are {', '.join(SCOPES)}.", unknown=unknown)
    public, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        user=user,
        name=name,
        public=public,
        secret_sha256=_digest(secret),
        scopes=sorted(set(scopes), key=SCOPES.index),
        expires_at=db_now() + timedelta(days=days) if days else None,
    )
    return key, f"{public}${secret}"


def scopes_for(user: User) -> list[str]:
    """Return the scopes that are of use to a user: roles and stakes only where they have them somewhere."""
    roles = set(Role.objects.filter(user=user).values_list("kind", flat=True))
    plays_for = Tournament.objects.filter(participants__members__user=user)
    useful = {
        READ: True,
        UPLOAD: True,
        STAKE: any(one.read_rules().rewards != "none" for one in plays_for),
        OPERATE: user.is_superuser or Role.Kind.OPERATOR in roles,
        AUDIT: Role.Kind.AUDITOR in roles,
    }
    return [scope for scope in SCOPES if useful[scope]]


def list_keys(actor: Actor) -> QuerySet[ApiKey]:
    """Return the actor's own keys that nobody has revoked, the newest first."""
    return ApiKey.objects.filter(user=need_user(actor), revoked_at__isnull=True).order_by("-pk")


def make_key(actor: Actor, name: str, scopes: list[str], days: int | None) -> tuple[ApiKey, str]:
    """Make a key for oneself, with scopes that are of use; returns it and its token, which is shown once.

    Raises Invalid `bad_key_name`, `bad_days`, `unknown_scope`, Conflict `too_many_keys`.
    """
    user, name = need_user(actor), " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise Invalid("bad_key_name", "A key needs a name of 1 to 80 characters, to know it by.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Invalid("bad_days", f"A key lasts from 1 to {MOST_DAYS:,} days, or until it is revoked.")
    useless = sorted(set(scopes) - set(scopes_for(user)))
    if useless:
        raise Invalid("unknown_scope", f"You have no use for the scope {useless[0]}.", unknown=useless)
    with transaction.atomic():
        if list_keys(actor).count() >= MOST_KEYS:
            raise Conflict("too_many_keys", f"You have {MOST_KEYS} keys. Revoke one that is not in use.")
        key, token = create_key(user, name, scopes, days)
        audit.record(user, "key_made", key=key.public, name=name, scopes=key.scopes)
    return key, token


def find_key(actor: Actor, public: str) -> ApiKey:
    """Return one of the actor's own keys by its public part. Raises Unknown `not_found`."""
    found = list_keys(actor).filter(public=public).first()
    if found is None:
        raise Unknown("not_found", "You have no such key, or it was revoked already.")
    return found


def revoke_key(actor: Actor, public: str) -> None:
    """Make one of the actor's own keys useless, at once and for good. Raises Unknown `not_found`."""
    key = find_key(actor, public)
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=db_now()) == 1:
            audit.record(key.user, "key_revoked", key=key.public, name=key.name)


def actor_of_token(token: str) -> Actor:
    """Return who a token speaks for, with its scopes; refuses with `bad_key`, not saying what is wrong."""
    public, _, secret = token.partition("$")
    key = ApiKey.objects.select_related("user").filter(public=public, revoked_at__isnull=True).first()
    # Compared even when there is no such key, so that the time taken tells nothing.
    right = secrets.compare_digest(key.secret_sha256 if key else _digest(""), _digest(secret))
    now = db_now()
    if key is None or not right or not key.user.is_active or (key.expires_at and key.expires_at <= now):
        raise Forbidden("bad_key", "This API key is not valid, has expired or was revoked.")
    _touch(key, now)
    return Actor(key.user, frozenset(key.scopes))


def _touch(key: ApiKey, now: datetime) -> None:
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - LAST_USED_GRAIN)
    if key.last_used_at is None or key.last_used_at < now - LAST_USED_GRAIN:
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
