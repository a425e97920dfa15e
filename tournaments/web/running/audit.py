"""The audit log of a tournament, and of the server: filtered, page by page, and as a CSV file."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tournaments.models import AuditEvent, Tournament
from tournaments.services.access import Actor, find_tournament
from tournaments.services.reading import trail
from tournaments.web.door import page, show
from tournaments.web.running.forms import AuditForm
from tournaments.web.sheets import csv_file

HEADS = ("id", "at", "actor", "action", "round", "reason", "details")


def _wanted(request: HttpRequest, known: trail.Choices) -> tuple[AuditForm, trail.Wanted]:
    """Return the form as filled in, and what it asks for; what is nonsense does not filter."""
    form = AuditForm(request.GET, known=known)
    form.is_valid()
    found = form.cleaned_data
    return form, trail.Wanted(
        action=found.get("action") or "",
        actor=found.get("actor") or "",
        round=int(found["round"]) if found.get("round") else None,
        since=found.get("since"),
        until=found.get("until"),
        q=found.get("q") or "",
    )


@page
def audit_log(request: HttpRequest, actor: Actor, slug: str = "") -> HttpResponse:
    """Show a page of the log; without a tournament, of what happened to the server itself."""
    tournament = find_tournament(actor, slug) if slug else None
    form, wanted = _wanted(request, trail.choices(actor, tournament))
    before = request.GET.get("before", "")
    valid = before.isascii() and before.isdecimal() and len(before) < 19
    found = trail.page(actor, tournament, wanted, int(before) if valid else None)
    asked = wanted.as_details()
    context = {
        "tournament": tournament,
        "form": form,
        "events": found.events,
        "looks": trail.LOOKS,
        "filtered": bool(asked),
        "newest": f"?{urlencode(asked)}" if valid else "",
        "older": f"?{urlencode({**asked, 'before': found.older})}" if found.older else "",
        "csv": f"{_address(tournament)}?{urlencode(asked)}",
    }
    return show(request, "web/running/audit.html", context)


def _address(tournament: Tournament | None) -> str:
    return reverse("audit-csv", args=[tournament.slug]) if tournament else reverse("server-audit-csv")


@page
def audit_csv(request: HttpRequest, actor: Actor, slug: str = "") -> HttpResponse:
    """Return all that the same address shows, over all pages, as a CSV file; the log says who took it."""
    tournament = find_tournament(actor, slug) if slug else None
    _, wanted = _wanted(request, trail.choices(actor, tournament))
    rows = (_row(event) for event in trail.export(actor, tournament, wanted))
    return csv_file(f"{slug or 'server'}-audit", HEADS, rows)


def _row(event: AuditEvent) -> list[Any]:
    details = "; ".join(f"{name}={value}" for name, value in event.details.items())
    return [
        event.pk,
        event.at.isoformat(),
        event.actor.username if event.actor else "",
        event.action,
        event.round.number if event.round else "",
        event.reason,
        details,
    ]
