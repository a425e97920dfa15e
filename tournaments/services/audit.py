"""The two logs: the audit log of privileged acts, and a round's public log."""

from typing import Any

from tournaments.models import AuditEvent, Round, RoundLog, Tournament, User
from tournaments.services.errors import Invalid


def record(
    actor: User | None,
    action: str,
    where: Tournament | Round | None = None,
    reason: str = "",
    **details: Any,
) -> None:
    """Write an audit event in the current transaction; `actor` None is the server itself."""
    round_ = where if isinstance(where, Round) else None
    tournament = round_.tournament if round_ else where if isinstance(where, Tournament) else None
    AuditEvent.objects.create(
        actor=actor, action=action, tournament=tournament, round=round_, reason=reason, details=details
    )


def announce(round_: Round, kind: str, text: str) -> None:
    """Write a line of the round's public log in the current transaction."""
    RoundLog.objects.create(round=round_, kind=kind, text=text)


def need_reason(reason: str) -> str:
    """Return the reason without surrounding spaces, or refuse with `reason_needed`."""
    reason = reason.strip()
    if not 3 <= len(reason) <= 300:
        raise Invalid("reason_needed", "Give a reason of 3 to 300 characters; it is shown in the log.")
    return reason
