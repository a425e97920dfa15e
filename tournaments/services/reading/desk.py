"""What operators have before them: where a round stands, what comes next, who is missing, what went wrong."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tournaments.models import (
    AuditEvent,
    Originality,
    Participant,
    Rejection,
    Role,
    Round,
    Submission,
    Tournament,
    VoidRow,
    Work,
)
from tournaments.services import labels, work
from tournaments.services.access import OPERATE, Actor, need_overseer
from tournaments.services.clock import db_now
from tournaments.services.people import bans
from tournaments.services.reading import trail, workload

State = Round.State
LISTED = 10
TABS = 12
# Which round under way comes first on the desk: the one that people upload to now.
FIRST = (State.OPEN, State.CLOSED, State.RESOLVED, State.DRAFT)


@dataclass(frozen=True)
class Missing:
    """A participant who has sent nothing yet; the real name and the group are told to operators only."""

    alias: str
    name: str = ""
    group: str = ""


@dataclass(frozen=True)
class Refusal:
    """A rejected file with its faults, and whether a good one came after it."""

    alias: str
    forecaster: str
    filename: str
    at: datetime
    faults: list[dict[str, Any]]
    mended: bool


@dataclass(frozen=True)
class Desk:
    """A round as those who oversee it see it."""

    step: str
    """What comes next: open, close, blend, labels, resolve, resolving, settle, or "" at the end."""
    unlabelled: int
    """Live rows that are neither labelled nor void, where that is what comes next."""
    work_done: int
    work_all: int
    players: int
    """Those who may upload: neither banned at the moment nor excluded from the round."""
    missing: list[Missing]
    rejections: int
    void_rows: int
    failed: int
    problems: list[workload.Piece] = field(default_factory=list)
    """Work that failed at its last attempt."""

    @property
    def present(self) -> int:
        """Return how many participants have sent something."""
        return self.players - len(self.missing)


@dataclass(frozen=True)
class Details:
    """What the desk shows of a round beyond its panel on the round's page."""

    refusals: list[Refusal]
    stuck: list[workload.Piece]
    """What has been due for minutes: no worker takes it."""
    voided: list[tuple[str, int]]
    """Reasons and how many rows were voided for them."""
    near: int
    too_near: int
    """Selected submissions by their word; once originality is measured, none and those beyond the gate."""
    undecided: int
    """Submissions that would be gated in a round that is not settled, without a decision."""


def of_round(actor: Actor, round_: Round) -> Desk:
    """Return what those who run a round need to know; operators and auditors."""
    need_overseer(actor, round_.tournament)
    step, unlabelled = _next(round_)
    players, missing = _attendance(actor, round_)
    counted = Work.objects.filter(round=round_).aggregate(
        done=Count("pk", filter=Q(state=Work.State.DONE)),
        failed=Count("pk", filter=Q(state=Work.State.FAILED)),
        all=Count("pk"),
    )
    return Desk(
        step=step,
        unlabelled=unlabelled,
        work_done=counted["done"],
        work_all=counted["all"],
        players=players,
        missing=missing,
        rejections=Rejection.objects.filter(round=round_).count(),
        void_rows=VoidRow.objects.filter(round=round_).count(),
        failed=counted["failed"],
        problems=workload.failed_of(round_) if counted["failed"] else [],
    )


def _players(round_: Round, now: datetime) -> QuerySet[Participant]:
    everyone = Participant.objects.filter(tournament=round_.tournament_id, kind=Participant.Kind.PLAYER)
    return everyone.filter(bans.free(now)).exclude(exclusions__round=round_)


def _attendance(actor: Actor, round_: Round) -> tuple[int, list[Missing]]:
    """Return how many may upload to a round, and those of them who have sent nothing yet."""
    everyone = _players(round_, actor.recall("now", db_now)).order_by("alias")
    sent = Submission.objects.filter(round=round_, participant=OuterRef("pk"))
    told = ("alias", "name", "group") if actor.operates(round_.tournament) else ("alias",)
    found = list(everyone.values_list(Exists(sent), *told))
    return len(found), [Missing(*row) for here, *row in found if not here]


def _next(round_: Round) -> tuple[str, int]:
    """Name what comes next, and how many live rows lack a label where that decides it."""
    fixed = {State.DRAFT: "open", State.OPEN: "close", State.RESOLVED: "settle"}
    if round_.state != State.CLOSED:
        return fixed.get(State(round_.state), ""), 0
    if round_.blended_at is None or work.unfinished(round_, kind=Work.Kind.META_MODEL):
        return "blend", 0
    if work.unfinished(round_, kind=Work.Kind.CONCLUDE):
        return "resolving", 0
    unlabelled = labels.missing(round_, "live")
    return ("labels" if unlabelled else "resolve"), unlabelled


def details_of(actor: Actor, round_: Round) -> Details:
    """Return the problems of a round one by one; operators and auditors."""
    need_overseer(actor, round_.tournament)
    now = actor.recall("now", db_now)
    late = Q(state=Work.State.DUE, attempts=0, due_at__lt=now - workload.STUCK_AFTER)
    voided = VoidRow.objects.filter(round=round_).values_list("reason").annotate(rows=Count("pk"))
    near, too_near, undecided = _nearness(round_)
    return Details(
        refusals=_refusals(round_),
        stuck=workload.pieces(round_, late, "due_at", LISTED),
        voided=list(voided.order_by("-rows", "reason")),
        near=near,
        too_near=too_near,
        undecided=undecided,
    )


def _refusals(round_: Round) -> list[Refusal]:
    later = Submission.objects.filter(
        round=round_, participant=OuterRef("participant"), upload__received_at__gt=OuterRef("at")
    )
    found = Rejection.objects.filter(round=round_).annotate(mended=Exists(later))
    return [
        Refusal(
            one.participant.alias,
            one.forecaster.name if one.forecaster else "",
            one.filename,
            one.at,
            one.faults,
            one.mended,
        )
        for one in found.select_related("participant", "forecaster").order_by("mended", "-pk")[:LISTED]
    ]


def _nearness(round_: Round) -> tuple[int, int, int]:
    """Count near, too near and undecided: before the close by their word, then by what was measured."""
    if round_.state in (State.DRAFT, State.OPEN):
        return *_words(round_), 0
    measured = Originality.objects.filter(round=round_, submission__selection__isnull=False)
    decisive = round_.state in (State.CLOSED, State.RESOLVED)
    gated = Q(passes=False, submission__participant__kind=Participant.Kind.PLAYER)
    found = measured.aggregate(
        all=Count("pk"),
        gated=Count("pk", filter=gated),
        free=Count("pk", filter=gated & Q(override_reason="")),
    )
    if not found["all"]:
        return *_words(round_), 0
    return 0, found["gated"], found["free"] if decisive else 0


def _words(round_: Round) -> tuple[int, int]:
    words = Submission.objects.filter(round=round_, selection__isnull=False).aggregate(
        near=Count("pk", filter=Q(nearness=Submission.Nearness.NEAR)),
        too_near=Count("pk", filter=Q(nearness=Submission.Nearness.TOO_NEAR)),
    )
    return words["near"], words["too_near"]


def rounds_of(actor: Actor, tournament: Tournament) -> list[Round]:
    """Return the rounds under way, the one that comes first on the desk first; without any, the last one."""
    need_overseer(actor, tournament)
    rounds = Round.objects.filter(tournament=tournament).select_related("tournament")
    under_way = list(rounds.filter(state__in=FIRST).order_by("-number")[:TABS])
    if not under_way:
        return list(rounds.order_by("-number")[:1])
    return sorted(under_way, key=lambda one: FIRST.index(State(one.state)))


def last_acts(actor: Actor, tournament: Tournament) -> list[AuditEvent]:
    """Return the newest events of a tournament's audit log."""
    return list(trail.events_of(actor, tournament)[:LISTED])


def only_desk(actor: Actor) -> Tournament | None:
    """Return the tournament whose desk is this actor's first page: they operate it and nothing else, and
    play nowhere.
    """
    if actor.user is None or OPERATE not in actor.scopes or actor.user.memberships.exists():
        return None
    if actor.user.is_superuser:
        found = Tournament.objects.order_by("pk")
    else:
        found = Tournament.objects.filter(roles__user=actor.user, roles__kind=Role.Kind.OPERATOR)
    tournaments = list(found[:2])
    return tournaments[0] if len(tournaments) == 1 else None
