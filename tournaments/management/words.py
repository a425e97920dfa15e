"""What people type: deadlines, rules, scopes. A wrong word is a usage error that says how to write it."""

import argparse
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from tournaments.services.access import SCOPES
from tournaments.services.clock import db_now

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SPAN = re.compile(r"(?:in\s+)?(\d{1,6})\s*(s|m|h|d|w|seconds?|min|minutes?|hours?|days?|weeks?)")
Deadline = datetime | timedelta


def deadline(text: str) -> Deadline:
    """Read a moment with its zone, or a length of time from now.

    >>> deadline("in 7 days") == deadline("7d") == deadline("1 week")
    True
    >>> deadline("2026-12-01T12:00Z").isoformat()
    '2026-12-01T12:00:00+00:00'
    """
    found = _SPAN.fullmatch(text.strip().lower())
    if found:
        return timedelta(seconds=int(found[1]) * UNITS[found[2][0]])
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"“{text}” is no time. Write 2026-12-01T12:00Z, or “in 7 days”, or 7d."
        ) from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"“{text}” lacks its time zone. Write {text}Z for UTC.")
    return moment.astimezone(UTC)


def moment_of(given: Deadline) -> datetime:
    """Return when a deadline is, by the database's clock."""
    return db_now() + given if isinstance(given, timedelta) else given


def rule(text: str) -> tuple[str, Any]:
    """Read one changed rule. Numbers, true, false and none are what they say, the rest is text.

    >>> rule("quota=5"), rule("originality_gate=none"), rule("blend=rank")
    (('quota', 5), ('originality_gate', None), ('blend', 'rank'))
    """
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"“{text}” is no rule. Write rule=value, such as quota=5.")
    if value == "none" and name != "rewards":
        return name, None
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def scopes(text: str) -> list[str]:
    """Read scopes with commas, or all.

    >>> scopes("read, upload"), len(scopes("all"))
    (['read', 'upload'], 5)
    """
    return list(SCOPES) if text == "all" else [word.strip() for word in text.split(",") if word.strip()]
