"""API keys: made once, shown once, and turned back into the one who asks."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q

from tournaments.models import ApiKey, User
from tournaments.services.access import SCOPES, Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Forbidden, Invalid

# A key's last use is shown in hours; writing it on each request would cost a row lock each time.
LAST_USED_GRAIN = timedelta(minutes=10)


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
