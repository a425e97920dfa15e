"""Celery's side of the queue: two tasks that take ids and call one service each.

The database is the queue's truth. A message lost, doubled or late changes nothing but the hour.
"""

from typing import Any

from celery import shared_task
from django.dispatch import receiver

from tournaments.services import jobs, work


@shared_task(name="tournaments.run")
def run(pk: int) -> None:
    """Do one piece of work, if it is still due."""
    jobs.run(pk)


@shared_task(name="tournaments.sweep")
def sweep() -> None:
    """Ring whatever is due; beat sends this every SWEEP_SECONDS."""
    work.sweep()


@receiver(work.work_due, dispatch_uid="ring the workers")
def ring(ids: list[int], **_: Any) -> None:
    """Send a message for each piece of work that is due. When the broker is away the sweep finds them."""
    for pk in ids:
        run.apply_async((pk,), retry=False)
