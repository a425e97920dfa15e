"""Rows that should not count: what voiding them would do, and doing it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tournaments.services import amendments, rounds
from tournaments.services.access import Actor
from tournaments.services.errors import Refused
from tournaments.web.door import page, show, status_of
from tournaments.web.running.verb_forms import VoidForm
from tournaments.web.running.verbs import find

State = rounds.State


@page
def void_rows(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Take ids, say what voiding them would do, and do it when the round's name is typed."""
    round_ = find(actor, slug, number)
    rounds.need_state(round_, State.DRAFT, State.OPEN, State.CLOSED)
    context: dict[str, Any] = {"round": round_, "void": round_.void_rows.count()}
    if request.method != "POST":
        return _show(request, {**context, "form": VoidForm(expected=_name(slug, round_.number))})
    given = VoidForm(request.POST, request.FILES, expected=_name(slug, round_.number))
    whole = given.is_valid()
    ids = amendments.read_ids(round_, given.text())
    if ids:
        context["plan"] = amendments.preview_void(actor, round_, ids)
    data = {**request.POST.dict(), "ids": "\n".join(ids)}
    if "void" not in request.POST:
        checked = VoidForm(initial=data, expected=_name(slug, round_.number))
        return _show(request, {**context, "form": checked if ids else given}, 200 if ids else 400)
    form = VoidForm(data, expected=_name(slug, round_.number))
    if whole and ids:
        try:
            rounds.void_rows(actor, round_, ids, given.cleaned_data["reason"])
            return redirect("round", slug, round_.number)
        except Refused as refused:
            return _show(request, {**context, "form": form, "refused": refused}, status_of(refused))
    return _show(request, {**context, "form": form}, 400)


def _name(slug: str, number: int) -> str:
    return f"{slug}/{number}"


def _show(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return show(request, "web/running/void.html", context, status)
