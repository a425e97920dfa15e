"""A round's work to look at: what waits, runs, failed and was done, and how fast; and when files came in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import TruncDay, TruncHour

from tournaments.models import Round, Submission, Work
from tournaments.services.access import Actor, need_overseer
from tournaments.services.clock import db_now

State = Work.State
LISTED = 50
HOURLY_UP_TO = timedelta(days=7)
STUCK_AFTER = timedelta(minutes=2)
"""Work is claimed within seconds of being due; what waits longer waits for a worker that is not there."""


@dataclass(frozen=True)
class Piece:
    """One piece of work as people read it."""

    pk: int
    kind: str
    part: str
    """Which of several alike: a blend."""
    submission: Submission | None = field(repr=False)  # its text asks the database for the round
    attempts: int
    error: str
    due_at: datetime
    started_at: datetime | None
    lease_until: datetime | None

    @property
    def last_line(self) -> str:
        """Return what went wrong, without the way there."""
        return (self.error.strip().splitlines() or ["No error was kept."])[-1]


@dataclass(frozen=True)
class Kind:
    """One kind of work: pieces by state, and the pace of the last hour."""

    kind: str
    waiting: int
    planned: int
    """Due at a later time."""
    due: int
    running: int
    failed: int
    done: int
    cancelled: int
    last_hour: int
    seconds: float | None
    """Mean time of those done in the last hour."""


@dataclass(frozen=True)
class Workload:
    """The state of a round's work at one moment."""

    kinds: list[Kind]
    oldest: Piece | None
    """What has been due the longest."""
    stuck: bool
    running: list[Piece]
    again: list[Piece]
    """What failed once and will be tried again by itself."""
    failed: list[Piece]

    @property
    def failed_count(self) -> int:
        """Return how many have failed, listed or not."""
        return sum(kind.failed for kind in self.kinds)

    @property
    def unfinished(self) -> int:
        """Return how many are to be done now, or wait for such."""
        return sum(kind.waiting + kind.due + kind.running for kind in self.kinds)


@dataclass(frozen=True)
class Arrivals:
    """How many submissions came in, and how many there were then, per hour (or day, in a long round)."""

    unit: str
    rows: list[tuple[datetime, int, int]]
    """Start of the hour, submissions in it, submissions until its end; hours without any are left out."""


def unfinished_of(actor: Actor, round_: Round) -> QuerySet[Work]:
    """Return the pieces of a round's work that are not done, and those that had to be tried again."""
    need_overseer(actor, round_.tournament)
    ended = [State.DONE, State.CANCELLED]
    found = Work.objects.filter(~Q(state__in=ended) | Q(attempts__gt=1), round=round_)
    return found.select_related("submission").order_by("pk")


def counts_of(actor: Actor, round_: Round) -> list[dict[str, Any]]:
    """Return how many pieces of a round's work are in which state, by kind; for those who oversee it."""
    need_overseer(actor, round_.tournament)
    pieces = Work.objects.filter(round=round_).values("kind", "state").annotate(pieces=Count("pk"))
    return [dict(row) for row in pieces.order_by("kind", "state")]


def of_round(actor: Actor, round_: Round) -> Workload:
    """Return a round's work as it stands; for those who oversee it."""
    need_overseer(actor, round_.tournament)
    now = db_now()
    due = Q(state=State.DUE)
    oldest = pieces(round_, due & Q(due_at__lte=now), "due_at", 1)
    return Workload(
        kinds=_kinds(round_, now),
        oldest=oldest[0] if oldest else None,
        stuck=bool(oldest) and oldest[0].due_at < now - STUCK_AFTER,
        running=pieces(round_, Q(state=State.RUNNING), "started_at"),
        again=pieces(round_, due & Q(attempts__gt=0), "due_at"),
        failed=failed_of(round_),
    )


def failed_of(round_: Round) -> list[Piece]:
    """Return what failed at its last attempt; a fault may strike all submissions, so a page of it."""
    return pieces(round_, Q(state=State.FAILED), "pk")


def pieces(round_: Round, which: Q, order: str, limit: int = LISTED) -> list[Piece]:
    """Return some of a round's pieces of work, in order."""
    found = Work.objects.filter(which, round=round_).select_related("submission__forecaster__participant")
    return [_piece(one) for one in found.order_by(order, "pk")[:limit]]


def _piece(one: Work) -> Piece:
    return Piece(
        one.pk,
        one.kind,
        one.part,
        one.submission,
        one.attempts,
        one.error,
        one.due_at,
        one.started_at,
        one.lease_until,
    )


def _kinds(round_: Round, now: datetime) -> list[Kind]:
    lately = Q(state=State.DONE, finished_at__gte=now - timedelta(hours=1))
    by_state = {str(state): Count("pk", filter=Q(state=state)) for state in State.values}
    by_state["due"] = Count("pk", filter=Q(state=State.DUE, due_at__lte=now))
    by_state["planned"] = Count("pk", filter=Q(state=State.DUE, due_at__gt=now))
    took = Avg(F("finished_at") - F("started_at"), filter=lately)
    counted = Work.objects.filter(round=round_).values("kind").annotate(**by_state)
    rows: list[dict[str, Any]] = [
        dict(row) for row in counted.annotate(last_hour=Count("pk", filter=lately), took=took)
    ]
    order = list(Work.Kind.values)
    return [_kind(row) for row in sorted(rows, key=lambda row: order.index(row["kind"]))]


def _kind(row: dict[str, Any]) -> Kind:
    took = row.pop("took")
    return Kind(**row, seconds=None if took is None else took.total_seconds())


def arrivals(actor: Actor, round_: Round) -> Arrivals:
    """Return when submissions came in; for those who oversee the round."""
    need_overseer(actor, round_.tournament)
    began = round_.opened_at or round_.opens_at
    hourly = (round_.closed_at or round_.closes_at) - began <= HOURLY_UP_TO
    bucket = (TruncHour if hourly else TruncDay)("upload__received_at")
    found = Submission.objects.filter(round=round_).annotate(bucket=bucket).values("bucket")
    counted = found.annotate(came=Count("pk")).order_by("bucket").values_list("bucket", "came")
    return Arrivals("hour" if hourly else "day", list(_summed(counted)))


def _summed(counted: Iterable[tuple[datetime, int]]) -> Iterable[tuple[datetime, int, int]]:
    total = 0
    for at, came in counted:
        total += came
        yield at, came, total
