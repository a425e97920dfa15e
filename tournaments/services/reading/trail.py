"""The audit log to read: filtered, page by page, and as a file. Who exports it stands in it too."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from tournaments.models import AuditEvent, Tournament, User
from tournaments.services import audit
from tournaments.services.access import AUDIT, OPERATE, Actor, need_overseer
from tournaments.services.errors import Forbidden

PAGE = 50
LOOKS = (
    "meta_model_downloaded",
    "predictions_read",
    "submission_viewed",
    "submissions_listed",
)
"""Looks at predictions."""
LOOK = "looks"
"""The name under which all of them are found."""


@dataclass(frozen=True)
class Wanted:
    """Which events are wanted; what is empty does not filter. Days are whole days in UTC."""

    action: str = ""
    actor: str = ""
    round: int | None = None
    since: date | None = None
    until: date | None = None
    q: str = ""
    """Text in the reason or the details."""

    def as_details(self) -> dict[str, Any]:
        """Return what filters, for the log."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
            if value not in ("", None)
        }


@dataclass(frozen=True)
class Page:
    """A page of the log, newest first, and where the next older one begins."""

    events: list[AuditEvent]
    older: int | None


@dataclass(frozen=True)
class Choices:
    """What there is to filter by."""

    actions: list[str]
    actors: list[str]
    rounds: list[int]


def need_superuser(actor: Actor) -> User:
    """Return the superuser, or refuse with `superuser_only`."""
    if actor.user is None:
        raise Forbidden("login_needed", "Log in, or send an API key.")
    if not (actor.user.is_superuser and actor.scopes & {OPERATE, AUDIT}):
        raise Forbidden("superuser_only", "Only superusers may see this.")
    return actor.user


def events_of(actor: Actor, tournament: Tournament | None) -> QuerySet[AuditEvent]:
    """Return a tournament's audit events, newest first; without one, those of the server itself."""
    _need(actor, tournament)
    return AuditEvent.objects.filter(tournament=tournament).select_related("actor", "round").order_by("-pk")


def _need(actor: Actor, tournament: Tournament | None) -> User:
    return need_superuser(actor) if tournament is None else need_overseer(actor, tournament)


def choices(actor: Actor, tournament: Tournament | None) -> Choices:
    """Return the actions, actors and rounds that occur in the log."""
    found = events_of(actor, tournament).select_related(None)
    return Choices(
        actions=sorted(found.order_by().values_list("action", flat=True).distinct()),
        actors=sorted(
            found.order_by().exclude(actor=None).values_list("actor__username", flat=True).distinct()
        ),
        rounds=sorted(
            found.order_by().exclude(round=None).values_list("round__number", flat=True).distinct()
        ),
    )


def page(actor: Actor, tournament: Tournament | None, wanted: Wanted, before: int | None = None) -> Page:
    """Return a page of the filtered log: the newest, or those older than the event `before`."""
    found = _filtered(actor, tournament, wanted)
    if before is not None:
        found = found.filter(pk__lt=before)
    events = list(found[: PAGE + 1])
    return Page(events[:PAGE], events[PAGE - 1].pk if len(events) > PAGE else None)


def export(actor: Actor, tournament: Tournament | None, wanted: Wanted) -> Iterator[AuditEvent]:
    """Return all of the filtered log, and record that it was exported."""
    by = _need(actor, tournament)
    found = _filtered(actor, tournament, wanted)
    with transaction.atomic():
        last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        audit.record(by, "audit_exported", tournament, filter=wanted.as_details())
    return found.filter(pk__lte=last).iterator(chunk_size=2_000)


def _filtered(actor: Actor, tournament: Tournament | None, wanted: Wanted) -> QuerySet[AuditEvent]:
    found = events_of(actor, tournament)
    if wanted.action:
        found = found.filter(action__in=LOOKS if wanted.action == LOOK else [wanted.action])
    if wanted.actor:
        found = found.filter(actor__username=wanted.actor)
    if wanted.round is not None:
        found = found.filter(round__number=wanted.round)
    if wanted.since:
        found = found.filter(at__date__gte=wanted.since)
    if wanted.until:
        found = found.filter(at__date__lte=wanted.until)
    if wanted.q:
        text = Cast("details", CharField())
        found = found.annotate(said=text).filter(Q(reason__icontains=wanted.q) | Q(said__icontains=wanted.q))
    return found
