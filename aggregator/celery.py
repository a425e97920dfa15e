"""The Celery application. What the environment decides is the `CELERY_` part of the settings."""

import logging.config
import os
from typing import Any

from celery import Celery, signals
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aggregator.settings")

app = Celery("crowdblend")
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # Ringing a task gives up at once when the broker is away: the sweep finds the work. A broker that is
    # there and does not answer is away too; without a time-out an upload would wait for ever.
    task_publish_retry=False,
    broker_transport_options={
        "visibility_timeout": 3600,
        "max_retries": 0,
        "socket_connect_timeout": 2,
        "socket_timeout": 2,
    },
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=1000,
    task_soft_time_limit=40 * 60,
    task_time_limit=45 * 60,
)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)


@signals.celeryd_init.connect
def _load(**_: Any) -> None:
    """Load the tasks where they are done, before the pool forks. Who rings, beat too, knows them by name."""
    app.autodiscover_tasks(force=True)


@signals.celeryd_after_setup.connect
def _listen(instance: Any, **_: Any) -> None:
    """Let a worker take from the queues of CROWDBLEND_QUEUES only; without the word, from all."""
    from django.conf import settings  # the settings may not be read while this module is imported

    instance.app.amqp.queues.select(settings.LISTENED)


@signals.setup_logging.connect
def _log_as_django_does(**_: Any) -> None:
    from django.conf import settings  # as above

    logging.config.dictConfig(settings.LOGGING)
