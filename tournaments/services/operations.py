"""What operators do about work that failed."""

from django.db import transaction

from tournaments.models import Round, Work
from tournaments.services import audit, work
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Unknown


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


def retry_all(actor: Actor, round_: Round) -> list[Work]:
    """Make all failed work of a round due again; operators only. Returns what was failed."""
    by = need_operator(actor, round_.tournament)
    with transaction.atomic():
        failed = list(Work.objects.filter(round=round_, state=Work.State.FAILED).order_by("pk"))
        for one in failed:
            work.retry(one)
        if failed:
            audit.record(by, "work_retried", round_, work=[one.pk for one in failed])
    return failed
