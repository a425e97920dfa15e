"""A roster from a file: first what it would do, line by line, then all of it at once."""

from dataclasses import asdict
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tournaments.models import Tournament
from tournaments.services.access import Actor, find_tournament, need_operator
from tournaments.services.errors import FileRefused, Invalid, Refused
from tournaments.services.people import enrolment, roster_file
from tournaments.services.people.roster_file import Entry
from tournaments.web.door import page, show, status_of
from tournaments.web.joining.forms import RosterForm, refuse
from tournaments.web.joining.handing import handed

LASTS = 3_600  # seconds from a preview to its commit


@page
def roster(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Ask for a file, preview it, and commit what was previewed."""
    tournament = find_tournament(actor, slug)
    need_operator(actor, tournament)
    if "rows" in request.POST:
        return _commit(request, actor, tournament)
    form = RosterForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return _page(request, tournament, {"form": form}, 400 if form.is_bound else 200)
    file = form.cleaned_data["file"]
    try:
        read = roster_file.read(file.read(roster_file.MOST_BYTES + 1))
        plan = enrolment.plan(actor, tournament, read.entries)
    except Refused as refused:
        refuse(form, refused)
        return _page(request, tournament, {"form": form}, status_of(refused))
    faults = sorted({*read.faults, *plan.faults}, key=lambda fault: (fault.line, fault.code))
    context = {
        "form": form,
        "filename": file.name,
        "notes": read.notes,
        "plan": plan,
        "faults": faults,
        "rows": "" if faults else _signed(tournament, read.entries),
    }
    return _page(request, tournament, context, 400 if faults else 200)


def _page(
    request: HttpRequest, tournament: Tournament, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return show(request, "web/joining/roster.html", {"tournament": tournament, **context}, status)


def _salt(tournament: Tournament) -> str:
    return f"roster of {tournament.pk}"


def _signed(tournament: Tournament, entries: list[Entry]) -> str:
    """Return what was previewed as a value that comes back unchanged, and nothing else does."""
    rows = [list(asdict(entry).values()) for entry in entries]
    return signing.dumps(rows, salt=_salt(tournament), compress=True)


def _unsigned(tournament: Tournament, value: str) -> list[Entry]:
    try:
        rows = signing.loads(value, salt=_salt(tournament), max_age=LASTS)
    except signing.BadSignature as error:
        raise Invalid("preview_too_old", "This preview is too old. Send the file again.") from error
    return [Entry(*row) for row in rows]


def _commit(request: HttpRequest, actor: Actor, tournament: Tournament) -> HttpResponse:
    context: dict[str, Any] = {"form": RosterForm()}
    try:
        done = enrolment.commit(actor, tournament, _unsigned(tournament, request.POST["rows"]))
    except FileRefused as refused:
        faults = [{**fault, "line": fault["rows"][0]} for fault in refused.faults]
        return _page(request, tournament, {**context, "faults": faults, "filename": "The roster"}, 409)
    except Refused as refused:
        return _page(request, tournament, {**context, "refused": refused}, status_of(refused))
    shown = {
        "tournament": tournament,
        "done": done,
        "rows": handed(request, [(one.participant, one.user.username, one.token) for one in done.new]),
        "back": reverse("people", args=[tournament.slug]),
    }
    response = show(request, "web/joining/links.html", shown)
    response["Cache-Control"] = "no-store"
    return response
