"""How one joins a tournament: operators choose, show the code on a wall, and watch who comes."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tournaments.models import Tournament
from tournaments.services.access import Actor, find_tournament, need_operator
from tournaments.services.errors import Conflict
from tournaments.services.people import joining
from tournaments.web.door import page, show
from tournaments.web.joining import qr
from tournaments.web.joining.forms import JoiningForm


def _operated(actor: Actor, slug: str) -> Tournament:
    tournament = find_tournament(actor, slug)
    need_operator(actor, tournament)
    return tournament


def _context(request: HttpRequest, tournament: Tournament) -> dict[str, Any]:
    """Return the link, as an address and drawn, where there is one."""
    context: dict[str, Any] = {"tournament": tournament, "players": joining.joined(tournament)}
    if tournament.joining == Tournament.Joining.CODE:
        path = reverse("join-code", args=[tournament.join_code])
        context["code"] = joining.written_code(tournament.join_code)
    elif tournament.joining == Tournament.Joining.OPEN:
        path = reverse("join-open", args=[tournament.slug])
    else:
        return context
    link = request.build_absolute_uri(path)
    short = request.build_absolute_uri(reverse("join"))
    return context | {"link": link, "short": short.partition("://")[2], "qr": qr.draw(link)}


@page
def show_joining(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show how one joins, with the link, the code and the QR code; take another choice."""
    tournament = _operated(actor, slug)
    form = JoiningForm(request.POST or None, initial={"joining": tournament.joining})
    if request.method == "POST" and form.is_valid():
        joining.choose(actor, tournament, form.cleaned_data["joining"])
        return redirect("joining", slug)
    status = 400 if form.is_bound else 200
    return show(request, "web/joining/joining.html", {**_context(request, tournament), "form": form}, status)


@require_POST
@page
def renew_code(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Make a new code."""
    joining.renew_code(actor, _operated(actor, slug))
    return redirect("joining", slug)


@page
def projector(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show code, link and QR code as large as the wall, and count who has come."""
    tournament = _operated(actor, slug)
    context = _context(request, tournament)
    if "link" not in context:
        raise Conflict("joining_closed", "Joining is closed. Open it, or choose a code, first.")
    return show(request, "web/joining/projector.html", context)
