"""What operators have before them in a round: the next step, who is missing, and work that failed."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from tournaments.models import Participant, Rejection, Round, Submission, VoidRow, Work
from tournaments.services import audit, labels, work
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Unknown

State = Round.State
Kind = Work.Kind


@dataclass(frozen=True)
class Desk:
    """A round as its operators see it."""

    step: str
    """What comes next: open, close, blend, labels, resolve, resolving, settle, or "" at the end."""
    unlabelled: int
    """Live rows that are neither labelled nor void, where that is what comes next."""
    work_done: int
    work_all: int
    players: int
    missing: list[str]
    """Aliases of those who have sent nothing yet."""
    rejections: int
    void_rows: int
    problems: list["Problem"]

    @property
    def present(self) -> int:
        """Return how many participants have sent something."""
        return self.players - len(self.missing)


@dataclass(frozen=True)
class Problem:
    """A piece of work that failed at its last attempt."""

    pk: int
    kind: str
    submission: Submission | None
    attempts: int
    error: str

    @property
    def last_line(self) -> str:
        """Return what went wrong, without the way there."""
        return (self.error.strip().splitlines() or ["No error was kept."])[-1]


def desk(actor: Actor, round_: Round) -> Desk:
    """Return what the operators of a round need to know; operators only."""
    need_operator(actor, round_.tournament)
    step, unlabelled = _next(round_)
    players = Participant.objects.filter(
        tournament=round_.tournament_id, kind=Participant.Kind.PLAYER, banned_at__isnull=True
    )
    counted = Work.objects.filter(round=round_).aggregate(
        done=Count("pk", filter=Q(state=Work.State.DONE)), all=Count("pk")
    )
    return Desk(
        step=step,
        unlabelled=unlabelled,
        work_done=counted["done"],
        work_all=counted["all"],
        players=players.count(),
        missing=_missing(round_, players),
        rejections=Rejection.objects.filter(round=round_).count(),
        void_rows=VoidRow.objects.filter(round=round_).count(),
        problems=_problems(round_),
    )


def _problems(round_: Round) -> list[Problem]:
    failed = Work.objects.filter(round=round_, state=Work.State.FAILED).order_by("pk")
    return [
        Problem(one.pk, one.kind, one.submission, one.attempts, one.error)
        for one in failed.select_related("submission__forecaster__participant")
    ]


def _missing(round_: Round, players: QuerySet[Participant]) -> list[str]:
    found = Participant.objects.filter(pk__in=players).exclude(submissions__round=round_)
    return list(found.order_by("alias").values_list("alias", flat=True))


def _next(round_: Round) -> tuple[str, int]:
    """Name what comes next, and how many live rows lack a label where that decides it."""
    fixed = {State.DRAFT: "open", State.OPEN: "close", State.RESOLVED: "settle"}
    if round_.state != State.CLOSED:
        return fixed.get(State(round_.state), ""), 0
    if round_.blended_at is None or work.unfinished(round_, kind=Kind.BLEND):
        return "blend", 0
    if work.unfinished(round_, kind=Kind.CONCLUDE):
        return "resolving", 0
    unlabelled = labels.missing(round_, "live")
    return ("labels" if unlabelled else "resolve"), unlabelled


def retry(actor: Actor, round_: Round, pk: int) -> Work:
    """Make a failed piece of a round's work due again; operators only. Raises Unknown `not_found`."""
    by = need_operator(actor, round_.tournament)
    found = Work.objects.filter(pk=pk, round=round_).first()
    if found is None:
        raise Unknown("not_found", f"Round {round_.number} has no piece of work {pk}.")
    with transaction.atomic():
        work.retry(found)
        audit.record(by, "work_retried", round_, kind=found.kind, work=found.pk)
    return found
