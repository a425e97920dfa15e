"""Who takes part: the table and its CSV file, and one participant as operators see them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tournaments.models import Participant, Tournament
from tournaments.services.access import Actor, find_tournament, need_operator, need_overseer
from tournaments.services.errors import Refused
from tournaments.services.people import bans, enrolment, listing, logins, players, portraits, roster, users
from tournaments.services.people.roster_file import Entry
from tournaments.web.door import page, show, status_of
from tournaments.web.joining import table
from tournaments.web.joining.forms import BanForm, ExistingUserForm, NewPersonForm, PersonForm, refuse
from tournaments.web.joining.handing import handed


@page
def people(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show the table of participants, as the address asks for it."""
    tournament = find_tournament(actor, slug)
    query = table.Query.read(request.GET)
    found = listing.list_people(actor, tournament, query.wanted())
    view = table.View.of(query, found)
    return show(request, "web/joining/people.html", {"tournament": tournament, "view": view, "list": found})


@page
def people_csv(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Return everyone whom the address asks for, over all pages."""
    tournament = find_tournament(actor, slug)
    need_overseer(actor, tournament)
    found = listing.list_people(actor, tournament, table.Query.read(request.GET).wanted(whole=True))
    return table.as_csv(tournament, found)


def _operated(actor: Actor, slug: str) -> Tournament:
    tournament = find_tournament(actor, slug)
    need_operator(actor, tournament)
    return tournament


def _found(actor: Actor, slug: str, pk: int) -> Participant:
    return roster.find_by_pk(actor, _operated(actor, slug), pk)


@page
def participant(request: HttpRequest, actor: Actor, slug: str, pk: int) -> HttpResponse:
    """Show a participant, and take what they are called from now on."""
    one = _found(actor, slug, pk)
    if request.method != "POST":
        return _page(request, actor, one, {})
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, actor, one, {"form": form}, 400)
    try:
        roster.edit(actor, one, **form.cleaned_data)
    except Refused as refused:
        refuse(form, refused)
        return _page(request, actor, one, {"form": form}, status_of(refused))
    return redirect("participant", slug, pk)


@require_POST
@page
def ban(request: HttpRequest, actor: Actor, slug: str, pk: int) -> HttpResponse:
    """Ban a participant, with a reason and perhaps an end."""
    one = _found(actor, slug, pk)
    form = BanForm(request.POST)
    if not form.is_valid():
        return _page(request, actor, one, {"ban": form}, 400)
    try:
        bans.ban(actor, one, form.cleaned_data["reason"], form.until())
    except Refused as refused:
        refuse(form, refused)
        return _page(request, actor, one, {"ban": form}, status_of(refused))
    return redirect("participant", slug, pk)


@require_POST
@page
def lift_ban(request: HttpRequest, actor: Actor, slug: str, pk: int) -> HttpResponse:
    """End a ban."""
    bans.lift(actor, _found(actor, slug, pk))
    return redirect("participant", slug, pk)


@require_POST
@page
def issue_login(request: HttpRequest, actor: Actor, slug: str, pk: int, username: str) -> HttpResponse:
    """Issue a login link for a member, and show it once."""
    one = _found(actor, slug, pk)
    token = logins.issue_login(actor, one.tournament, one, username)
    rows = handed(request, [(one, username, token)])
    context = {"tournament": one.tournament, "rows": rows, "back": reverse("participant", args=[slug, pk])}
    return _once(show(request, "web/joining/links.html", context))


@require_POST
@page
def revoke_logins(request: HttpRequest, actor: Actor, slug: str, pk: int, username: str) -> HttpResponse:
    """End the unused login links of a member."""
    one = _found(actor, slug, pk)
    logins.revoke_logins(actor, one.tournament, one, username)
    return redirect("participant", slug, pk)


@page
def reissue(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Say for whom fresh login links would be made; make them, and show them once."""
    tournament = _operated(actor, slug)
    context: dict[str, Any] = {"tournament": tournament, "back": reverse("people", args=[slug])}
    if request.method != "POST":
        waiting = logins.issuable(tournament, logins.never_here(tournament))
        return show(request, "web/joining/reissue.html", {**context, "waiting": waiting.count()})
    made = dict(logins.reissue_never_here(actor, tournament))
    context["rows"] = handed(
        request, [(one, user.username, made[user]) for one, user in players.of_users(tournament, made)]
    )
    return _once(show(request, "web/joining/links.html", context))


@page
def add_person(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Add a participant by hand: with a new account and its login link, or for a user who is here."""
    tournament = _operated(actor, slug)
    known = "known" in request.POST
    new_form = NewPersonForm(None if known else request.POST or None, prefix="new")
    known_form = ExistingUserForm(request.POST if known else None, prefix="known")
    forms: dict[str, Any] = {"tournament": tournament, "form": new_form, "known": known_form}
    form = known_form if known else new_form
    if not form.is_valid():
        return show(request, "web/joining/add.html", forms, 400 if form.is_bound else 200)
    try:
        if known:
            data = form.cleaned_data
            one = players.add_participant(actor, tournament, users.find_user(data["username"]), data["alias"])
            return redirect("participant", slug, one.pk)
        enrolled = enrolment.add_one(actor, tournament, Entry(1, **form.cleaned_data))
    except Refused as refused:
        refuse(form, refused)
        return show(request, "web/joining/add.html", forms, status_of(refused))
    rows = handed(request, [(enrolled.participant, enrolled.user.username, enrolled.token)])
    context = {"tournament": tournament, "rows": rows, "back": reverse("people", args=[slug])}
    return _once(show(request, "web/joining/links.html", context))


def _page(
    request: HttpRequest, actor: Actor, one: Participant, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    called = {"alias": one.alias, "name": one.name, "external_id": one.external_id, "group": one.group}
    shown = {
        "tournament": one.tournament,
        "one": one,
        "portrait": portraits.portrait(actor, one.tournament, one.pk),
        "form": PersonForm(initial=called),
        "ban": BanForm(),
        **context,
    }
    return show(request, "web/joining/participant.html", shown, status)


def _once(response: HttpResponse) -> HttpResponse:
    """Keep a page with secrets out of every cache."""
    response["Cache-Control"] = "no-store"
    return response
