"""A participant's own page: members, invitations, forecasters; and the way in for who was invited."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tournaments.models import Participant, Tournament
from tournaments.services.access import READ, Actor, find_tournament, need_participant
from tournaments.services.errors import Refused
from tournaments.services.people import members, players, roster
from tournaments.web.door import page, show, status_of
from tournaments.web.forms import NameForm
from tournaments.web.joining import attempts
from tournaments.web.joining.entering import welcome
from tournaments.web.joining.forms import ForecasterForm, NewUserForm, refuse


def _mine(actor: Actor, slug: str) -> tuple[Tournament, Participant]:
    tournament = find_tournament(actor, slug)
    return tournament, need_participant(actor, tournament, READ)


def _page(
    request: HttpRequest, actor: Actor, slug: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    tournament, mine = _mine(actor, slug)
    shown = {
        "tournament": tournament,
        "mine": mine,
        "members": mine.members.select_related("user").order_by("user__username"),
        "invitations": members.open_invitations(mine),
        "forecasters": roster.forecasters(actor, tournament),
        "rewarded": tournament.read_rules().rewards != "none",
        "form": ForecasterForm(),
        "lasts": members.LASTS.days,
        **context,
    }
    return show(request, "web/joining/team.html", shown, status)


@page
def team(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show who plays together, and with which forecasters."""
    return _page(request, actor, slug, {})


@require_POST
@page
def invite(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Make an invitation, and show its link once."""
    tournament, _ = _mine(actor, slug)
    _, token = members.invite(actor, tournament)
    link = request.build_absolute_uri(reverse("member-link", args=[token]))
    response = _page(request, actor, slug, {"link": link})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@page
def revoke(request: HttpRequest, actor: Actor, slug: str, pk: int) -> HttpResponse:
    """Revoke an invitation."""
    members.revoke(actor, _mine(actor, slug)[0], pk)
    return redirect("team", slug)


@page
def remove(request: HttpRequest, actor: Actor, slug: str, username: str) -> HttpResponse:
    """Say what removing a member, or leaving, means; do it when the user name was typed."""
    tournament, mine = _mine(actor, slug)
    form = NameForm(request.POST or None, expected=username)
    leaving = actor.user is not None and actor.user.username == username
    if request.method == "POST" and form.is_valid():
        members.remove(actor, tournament, username)
        return redirect("home") if leaving else redirect("team", slug)
    members.refuse_removal(actor, tournament, username)
    context = {"tournament": tournament, "mine": mine, "form": form, "leaving": leaving, "who": username}
    return show(request, "web/joining/remove.html", context, 400 if form.is_bound else 200)


@require_POST
@page
def add_forecaster(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Add a forecaster."""
    tournament, _ = _mine(actor, slug)
    form = ForecasterForm(request.POST)
    if not form.is_valid():
        return _page(request, actor, slug, {"form": form}, 400)
    try:
        players.add_forecaster(actor, tournament, form.cleaned_data["forecaster"])
    except Refused as refused:
        refuse(form, refused)
        return _page(request, actor, slug, {"form": form}, status_of(refused))
    return redirect("team", slug)


@require_POST
@page
def nominate(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Choose which forecaster takes the paid place."""
    players.nominate(actor, _mine(actor, slug)[0], request.POST.get("forecaster", ""))
    return redirect("team", slug)


@page
def accept(request: HttpRequest, actor: Actor, token: str) -> HttpResponse:
    """Show who invites; only pressing the button uses the invitation up."""
    link = members.invitation(token)
    new = actor.user is None
    form = NewUserForm(request.POST or None) if new else None
    context = {"link": link, "form": form, "mine": link.participant}
    if request.method != "POST":
        return show(request, "web/joining/accept.html", context)
    if form is not None and not form.is_valid():
        return show(request, "web/joining/accept.html", context, 400)
    try:
        participant = _accept(request, actor, form, token)
    except Refused as refused:
        if form is None:
            raise
        refuse(form, refused)
        return show(request, "web/joining/accept.html", context, status_of(refused))
    return redirect("team", participant.tournament.slug)


def _accept(request: HttpRequest, actor: Actor, form: NewUserForm | None, token: str) -> Participant:
    if form is None:
        return members.accept(actor, token)
    attempts.refuse_many(request, attempts.SIGN_UPS)
    attempts.count(request, attempts.SIGN_UPS)
    user, participant = members.accept_as_new(form.new_user(), token)
    welcome(request, user)
    return participant
