"""A round from one's own files: first the files, then what their columns are and when it closes."""

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tournaments.models import Round, Tournament
from tournaments.services import datasets, firsthour, incoming, rounds
from tournaments.services.access import Actor, find_round, find_tournament, need_operator
from tournaments.services.clock import db_now
from tournaments.services.datasets import RoundFiles, TableRefused
from tournaments.services.errors import FileRefused, Refused
from tournaments.web.door import page, show, status_of
from tournaments.web.making.forms import ColumnsForm, FilesForm, refuse


def _tournament(actor: Actor, slug: str) -> Tournament:
    found = find_tournament(actor, slug)
    need_operator(actor, found)
    return found


def _replaced(request: HttpRequest, actor: Actor, tournament: Tournament) -> Round | None:
    """Return the draft whose files are replaced, where the address names one."""
    number = request.GET.get("replaces", "")
    if not number:
        return None
    found = find_round(actor, tournament.slug, number)
    rounds.need_state(found, Round.State.DRAFT)
    return found


def _context(actor: Actor, tournament: Tournament, replaced: Round | None) -> dict[str, Any]:
    hour = firsthour.of_tournament(tournament) if firsthour.under_way(actor, tournament) else None
    return {"tournament": tournament, "replaced": replaced, "hour": hour, "rules": tournament.read_rules()}


def _faults(refused: Refused, name: str) -> dict[str, Any]:
    """Return what a page shows of a refused file."""
    if not isinstance(refused, FileRefused):
        return {"refused": refused}
    file = refused.filename if isinstance(refused, TableRefused) else name
    return {"faults": refused.faults, "filename": file}


@page
def new_round(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Ask for the files, read them, and lead to what was found."""
    tournament = _tournament(actor, slug)
    replaced = _replaced(request, actor, tournament)
    form = FilesForm(request.POST or None, request.FILES or None)
    context = {**_context(actor, tournament, replaced), "form": form}
    if request.method != "POST":
        return show(request, "web/making/files.html", context)
    if not form.is_valid():
        return show(request, "web/making/files.html", context, 400)
    try:
        token = _take(actor, tournament, form)
    except FileRefused as refused:
        context |= _faults(refused, form.cleaned_data["tournament"].name)
        return show(request, "web/making/files.html", context, 400)
    query = f"?replaces={replaced.number}" if replaced else ""
    return redirect(reverse("round-columns", args=[slug, token]) + query)


def _take(actor: Actor, tournament: Tournament, form: FilesForm) -> str:
    """Keep the files for the next step, unless one of them is no table."""
    token = incoming.keep(actor, form.parts())
    try:
        with incoming.borrow(actor, token) as paths:
            for path in paths.values():
                datasets.look(path, tournament.read_rules().id_column)
    except Refused:
        incoming.drop(actor, token)
        raise
    return token


@page
def round_columns(request: HttpRequest, actor: Actor, slug: str, token: str) -> HttpResponse:
    """Show what was found in the files, ask for the deadline, and make the draft."""
    tournament = _tournament(actor, slug)
    replaced = _replaced(request, actor, tournament)
    with incoming.borrow(actor, token) as paths:
        look = datasets.look(paths["tournament"], tournament.read_rules().id_column)
        form = ColumnsForm(request.POST or None, look=look, parts=frozenset(paths))
        if replaced:
            form.initial.update({"when": "at", "closes_at": replaced.closes_at})
        context = {**_context(actor, tournament, replaced), "form": form, "look": look, "parts": paths}
        if form.is_valid():
            try:
                made = _make(actor, tournament, replaced, form, paths)
            except FileRefused as refused:
                context |= _faults(refused, paths.get("labels", paths["tournament"]).name)
                return show(request, "web/making/columns.html", context, status_of(refused))
            except Refused as refused:
                refuse(form, refused)
            else:
                incoming.drop(actor, token)
                return redirect("check-round", tournament.slug, made.number)
    return show(request, "web/making/columns.html", context, 400 if form.errors else 200)


def _make(
    actor: Actor, tournament: Tournament, replaced: Round | None, form: ColumnsForm, paths: dict[str, Path]
) -> Round:
    given = RoundFiles(
        paths["tournament"], paths.get("training"), paths.get("labels"), form.columns(), form.division()
    )
    closes_at = form.deadline(db_now())
    if replaced:
        return datasets.replace_files(actor, replaced, given, closes_at)
    return datasets.create_round(actor, tournament, given, closes_at)
