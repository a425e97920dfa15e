"""Users, keys, participants, members and forecasters: who is here and by which names."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from tournaments.models import ApiKey, Forecaster, Member, Participant, Role, Tournament, User
from tournaments.services import audit
from tournaments.services.access import SCOPES, UPLOAD, Actor, need_operator, need_participant
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Forbidden, Invalid, Unknown

FIRST_FORECASTER = "main"
RESERVED_NAMES = frozenset({"id", "t_id", "era", "split", "probability", "prediction", "target"})
# A key's last use is shown in hours; writing it on each request would cost a row lock each time.
LAST_USED_GRAIN = timedelta(minutes=10)


def create_user(username: str, password: str | None = None, email: str = "") -> tuple[User, str]:
    """Create someone who can log in; returns the user and the password (made here when none is given)."""
    if not re.fullmatch(r"[\w.@+-]{1,150}", username):
        raise Invalid("bad_username", "A user name has letters, digits and . @ + - _ only.")
    password = password or secrets.token_urlsafe(12)
    try:
        with transaction.atomic():
            return User.objects.create_user(username, email, password), password
    except IntegrityError as error:
        raise Conflict("username_taken", f"There is a user {username} already.") from error


def grant_role(user: User, tournament: Tournament, kind: str) -> None:
    """Make a user operator or auditor of a tournament."""
    Role.objects.get_or_create(user=user, tournament=tournament, kind=kind)
    audit.record(None, "role_granted", tournament, user=user.username, role=kind)


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


def add_participant(
    actor: Actor,
    tournament: Tournament,
    user: User,
    alias: str,
    *,
    name: str = "",
    external_id: str = "",
    kind: str = Participant.Kind.PLAYER,
) -> Participant:
    """Let a user play under an alias, with a first forecaster; operators only."""
    by = need_operator(actor, tournament)
    alias = " ".join(alias.split())
    if not re.fullmatch(r"[\w][\w .&'-]{0,39}", alias):
        raise Invalid("bad_alias", "An alias has 1 to 40 letters, digits, spaces and . & ' - _ only.")
    if kind not in Participant.Kind.values:
        raise Invalid("bad_kind", f"A participant is one of {', '.join(Participant.Kind.values)}.")
    try:
        with transaction.atomic():
            participant = Participant.objects.create(
                tournament=tournament, kind=kind, alias=alias, name=name, external_id=external_id
            )
            Member.objects.create(participant=participant, tournament=tournament, user=user)
            Forecaster.objects.create(participant=participant, name=FIRST_FORECASTER)
            audit.record(by, "participant_added", tournament, alias=alias, kind=kind)
    except IntegrityError as error:
        raise Conflict(
            "participant_exists", "The alias or external id is taken, or this user plays here already."
        ) from error
    return participant


def add_forecaster(actor: Actor, tournament: Tournament, name: str) -> Forecaster:
    """Add a named source of predictions to the actor's own participant."""
    participant = need_participant(actor, tournament, UPLOAD)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", name) or name.lower() in RESERVED_NAMES:
        raise Invalid(
            "bad_forecaster_name",
            "A forecaster's name has 1 to 40 letters, digits and _ . - and is not a column's name.",
        )
    try:
        with transaction.atomic():
            return Forecaster.objects.create(participant=participant, name=name)
    except IntegrityError as error:
        raise Conflict("forecaster_exists", f"You have a forecaster {name} already.") from error


def find_forecaster(participant: Participant, name: str) -> Forecaster:
    """Return a participant's forecaster by name, or refuse with `unknown_forecaster`."""
    found = participant.forecasters.filter(name=name).first()
    if found is None:
        raise Unknown("unknown_forecaster", f"You have no forecaster {name}. Create it first.")
    return found


def paid_forecaster(participant: Participant) -> Forecaster:
    """Return the forecaster with the participant's one paid place: nominated, else the first created."""
    first = participant.nominated or participant.forecasters.order_by("pk").first()
    if first is None:
        raise Unknown("unknown_forecaster", "This participant has no forecaster.")
    return first


def nominate(actor: Actor, tournament: Tournament, name: str) -> Forecaster:
    """Choose which forecaster takes the paid place in rounds that close from now on."""
    participant = need_participant(actor, tournament, UPLOAD)
    forecaster = find_forecaster(participant, name)
    with transaction.atomic():
        Participant.objects.filter(pk=participant.pk).update(nominated=forecaster)
        audit.record(actor.user, "nominated", tournament, forecaster=name)
    return forecaster
