"""Who operates and who audits."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tournaments.services.access import Actor, find_tournament
from tournaments.services.errors import Refused
from tournaments.services.people import roles as services
from tournaments.web.door import page, show, status_of
from tournaments.web.forms import NameForm
from tournaments.web.joining.forms import RoleForm, refuse


@page
def roles(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show the roles, and grant another one."""
    tournament = find_tournament(actor, slug)
    held = services.roles(actor, tournament)
    form = RoleForm(request.POST or None)
    context = {"tournament": tournament, "roles": held, "form": form}
    if not form.is_valid():
        return show(request, "web/joining/roles.html", context, 400 if form.is_bound else 200)
    try:
        services.grant(actor, tournament, **form.cleaned_data)
    except Refused as refused:
        refuse(form, refused)
        return show(request, "web/joining/roles.html", context, status_of(refused))
    return redirect("roles", slug)


@page
def revoke(request: HttpRequest, actor: Actor, slug: str, pk: int) -> HttpResponse:
    """Say what revoking means; do it when the user name was typed."""
    tournament = find_tournament(actor, slug)
    role = services.find(actor, tournament, pk)
    form = NameForm(request.POST or None, expected=role.user.username)
    if request.method == "POST" and form.is_valid():
        services.revoke(actor, tournament, pk)
        return redirect("tournament", slug) if role.user == actor.user else redirect("roles", slug)
    context = {"tournament": tournament, "role": role, "form": form}
    return show(request, "web/joining/revoke.html", context, 400 if form.is_bound else 200)
