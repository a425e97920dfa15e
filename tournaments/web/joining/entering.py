"""Joining by oneself: with a code, or through the open door of a tournament."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tournaments.models import Tournament, User
from tournaments.services.access import Actor
from tournaments.services.errors import Refused, Unknown
from tournaments.services.people import joining, listing, names
from tournaments.web.door import page, show, status_of
from tournaments.web.joining import attempts
from tournaments.web.joining.forms import AliasForm, CodeForm, JoinAsNewForm, refuse


@page
def enter(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask for a code, and lead to what it opens."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if not form.is_valid():
        return show(request, "web/joining/enter.html", {"form": form}, 400 if form.is_bound else 200)
    try:
        _by_code(request, form.cleaned_data["code"])
    except Refused as refused:
        refuse(form, refused)
        return show(request, "web/joining/enter.html", {"form": form}, status_of(refused))
    return redirect("join-code", joining.plain_code(form.cleaned_data["code"]))


@page
def with_code(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Show what a code leads to, and take in who wants to play."""
    try:
        tournament = _by_code(request, code)
    except Unknown as refused:
        form = CodeForm({"code": code})
        form.is_valid()
        refuse(form, refused)
        return show(request, "web/joining/enter.html", {"form": form}, status_of(refused))
    return _join(request, actor, tournament, code)


@page
def by_door(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show a tournament that is open to all, and take in who wants to play."""
    try:
        tournament = joining.by_door(actor, slug)
    except Refused as refused:
        if refused.code == "code_needed":
            return redirect("join")
        raise
    return _join(request, actor, tournament, "")


def _by_code(request: HttpRequest, code: str) -> Tournament:
    attempts.refuse_many(request, attempts.WRONG_CODES)
    try:
        return joining.by_code(code)
    except Unknown:
        attempts.count(request, attempts.WRONG_CODES)
        raise


def _join(request: HttpRequest, actor: Actor, tournament: Tournament, code: str) -> HttpResponse:
    joining.refuse_players(actor, tournament)
    new = actor.user is None
    kind = JoinAsNewForm if new else AliasForm
    if request.method != "POST":
        form = kind(initial={"alias": names.draw_aliases(1, ())[0]})
        return _page(request, tournament, form, code)
    form = kind(request.POST)
    if not form.is_valid():
        return _page(request, tournament, form, code, 400)
    try:
        _take_in(request, actor, tournament, form, code)
    except Refused as refused:
        refuse(form, refused)
        return _page(request, tournament, form, code, status_of(refused))
    return redirect(reverse("tournament", args=[tournament.slug]) + "?joined=1")


def _take_in(request: HttpRequest, actor: Actor, tournament: Tournament, form: AliasForm, code: str) -> None:
    alias = form.cleaned_data["alias"]
    if isinstance(form, JoinAsNewForm):
        attempts.refuse_many(request, attempts.SIGN_UPS)
        attempts.count(request, attempts.SIGN_UPS)
        user, _ = joining.join_as_new(form.new_user(), tournament, alias, code)
        welcome(request, user)
    else:
        joining.join(actor, tournament, alias, code)


def welcome(request: HttpRequest, user: User) -> None:
    """Log in someone whose account was made just now."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])


def _page(
    request: HttpRequest, tournament: Tournament, form: AliasForm, code: str, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "contest": tournament,
        "form": form,
        "rules": tournament.read_rules(),
        "live": listing.current_round(tournament),
        "players": joining.joined(tournament),
        "code": joining.written_code(joining.plain_code(code)),
    }
    return show(request, "web/joining/join.html", context, status)
