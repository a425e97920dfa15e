"""The Celery application. Its configuration is the `CELERY_` part of the settings."""

import logging.config
import os
from typing import Any

from celery import Celery, signals
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aggregator.settings")

app = Celery("crowdblend")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@signals.setup_logging.connect
def _log_as_django_does(**_: Any) -> None:
    from django.conf import settings  # the settings may not be read while this module is imported

    logging.config.dictConfig(settings.LOGGING)
