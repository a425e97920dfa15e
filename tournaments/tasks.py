"""Celery's side of the queue: tasks that call one service each.

The database is the queue's truth. A message lost, doubled or late changes nothing but the hour.
"""

from typing import Any

from celery import shared_task, signals

from tournaments.ringing import DELIVER, RUN
from tournaments.services import jobs, queues, work
from tournaments.services.telling import outbox, sending
from tournaments.services.upkeep import pulse


@shared_task(name=RUN)
def run(pk: int) -> None:
    """Do one piece of work, if it is still due."""
    jobs.run(pk)


@shared_task(name="tournaments.sweep")
def sweep() -> None:
    """Ring whatever is due; beat sends this every SWEEP_SECONDS."""
    # Of a queue that is long already, nothing is said again until its workers have heard what is in it.
    work.sweep(besides=queues.kinds_of(pulse.long_queues()))
    outbox.sweep()
    pulse.beat(pulse.SWEEP)


@shared_task(name="tournaments.tidy")
def tidy() -> None:
    """Delete what nobody needs any more; beat sends this once a day."""
    outbox.forget()


@shared_task(name=DELIVER)
def deliver() -> None:
    """Send the notices that are due."""
    sending.deliver()


@signals.heartbeat_sent.connect(dispatch_uid="signs of life")
def alive(sender: Any, **_: Any) -> None:
    """Leave a sign of life of this worker and of its queues, every two seconds; the health page reads it."""
    heard = sender.eventer.app.amqp.queues.consume_from
    pulse.beat(sender.eventer.hostname, *(pulse.heard(name) for name in heard))
