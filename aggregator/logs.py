"""Structured logs: one line an event, on standard error, as JSON or for people."""

import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET = re.compile(r"(?<=/)([\w:~-]{4})[\w:~-]{32,}(?=/)")
"""A part of an address longer than names of tournaments are: the token of a link, the key of a mail."""


def discreet(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave only the beginning of such a part, where Django tells of a request that went wrong."""
    event["event"] = SECRET.sub(r"\1…", str(event.get("event", "")))
    return event


# What structlog's own loggers and the loggers of libraries have in common.
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    discreet,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def logging_configuration(form: str, level: str) -> dict[str, Any]:
    """The dictionary for `logging.config`; `form` is json or console."""
    if form == "json":
        rendering = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        rendering = [
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
        ]
    quiet = {"level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Each request and task is logged by django-structlog already.
        "loggers": {"django.server": quiet, "celery.app.trace": quiet, "celery.worker.strategy": quiet},
    }


def configure(configuration: dict[str, Any]) -> None:
    """Set up logging for the standard library and structlog alike (Django's LOGGING_CONFIG)."""
    logging.config.dictConfig(configuration)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
