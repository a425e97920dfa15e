"""Tells workers that something is due, by the names of tasks: who only rings loads none of their numerics."""

from typing import Any

from celery import current_app
from django.dispatch import receiver

from tournaments.services import queues, work
from tournaments.services.telling import outbox

RUN, DELIVER = "tournaments.run", "tournaments.deliver"


@receiver(work.work_due, dispatch_uid="ring the workers")
def ring(kinds: dict[int, str], **_: Any) -> None:
    """Send a message for each piece of work that is due. When the broker is away the sweep finds them."""
    for pk, kind in kinds.items():
        current_app.send_task(RUN, (pk,), queue=queues.queue_of(kind), retry=False)


@receiver(outbox.notices_due, dispatch_uid="ring the sender")
def ring_sender(**_: Any) -> None:
    """Send one message, however many notices there are. When the broker is away the sweep finds them."""
    current_app.send_task(DELIVER, retry=False)
