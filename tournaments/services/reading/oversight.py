"""What operators and auditors may look at: a round's unfinished work, and the audit log."""

from django.db.models import Q, QuerySet

from tournaments.models import AuditEvent, Round, Tournament, Work
from tournaments.services.access import Actor, need_overseer


def work_of(actor: Actor, round_: Round) -> QuerySet[Work]:
    """Return the pieces of a round's work that are not done, and those that had to be tried again."""
    need_overseer(actor, round_.tournament)
    ended = [Work.State.DONE, Work.State.CANCELLED]
    found = Work.objects.filter(~Q(state__in=ended) | Q(attempts__gt=1), round=round_)
    return found.select_related("submission").order_by("pk")


def audit_log(actor: Actor, tournament: Tournament) -> QuerySet[AuditEvent]:
    """Return a tournament's audit events, newest first."""
    need_overseer(actor, tournament)
    return AuditEvent.objects.filter(tournament=tournament).select_related("actor", "round").order_by("-pk")
