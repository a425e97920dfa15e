"""The way in and out: with a password, a second factor, a one-time link, or the first account of all."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as library
from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control

from tournaments.models import User
from tournaments.services.access import Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Refused
from tournaments.services.people import links, profile, setup, signup
from tournaments.web.account.forms import FirstForm, NewPasswordForm
from tournaments.web.door import page, show

CAME_BY_LINK = "came_by_link"
LINK_FRESH = 15 * 60
"""Seconds after a login by link in which the password may be replaced without the old one."""


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep a page out of every cache, the browser's too; give the library's pages the server's clock."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse) and not response.is_rendered:
            response.context_data = {"now": db_now(), **(response.context_data or {})}
        patch_cache_control(response, private=True, no_store=True)
        return response

    return kept


@private
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; a server without users leads to where the first is made."""
    if request.method == "GET" and setup.needed():
        return redirect("setup")
    return library.login(request)


@private
def forgotten(request: HttpRequest) -> HttpResponse:
    """Send a link to an address; where no mail can be sent, say who can help."""
    if not settings.CAN_MAIL:
        return show(request, "web/account/no_mail.html")
    return library.password_reset(request)


def enter(request: HttpRequest, user: User, leads_to: str) -> HttpResponse:
    """Let a user in who has shown who they are, by way of their second factor where they have one.

    `leads_to` is the name of the page that they see then.
    """
    if request.user.is_authenticated:
        get_adapter(request).logout(request)
    if leads_to == "choose-password":
        request.session[CAME_BY_LINK] = {"user": user.pk, "at": time.time()}
    return perform_login(request, user, email_verification="none", redirect_url=reverse(leads_to))


@private
@page
def by_link(request: HttpRequest, actor: Actor, token: str) -> HttpResponse:
    """Ask before letting someone in: what only looks at a link, as mail scanners do, does not use it up."""
    try:
        if request.method == "POST":
            return enter(request, links.use(token), "choose-password")
        link = links.find(token)
    except Refused as refused:
        return show(request, "web/account/link_spent.html", {"refused": refused}, 410)
    assert link.user is not None, "A login link is a user's."
    context = {"link": link, "alias": links.alias_of(link.user), "other": actor.user not in (None, link.user)}
    return show(request, "web/account/by_link.html", context)


def _came_by_link(request: HttpRequest, user: User) -> bool:
    came = request.session.get(CAME_BY_LINK) or {}
    return came.get("user") == user.pk and time.time() - came.get("at", 0) < LINK_FRESH


@private
@page
def choose_password(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Offer a password to whoever came by a link, or has none; everyone else is asked for the old one."""
    user = profile.need_user(actor)
    if user.has_usable_password() and not _came_by_link(request, user):
        return redirect("account_change_password")
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        profile.set_password(actor, form.cleaned_data["password1"])
        request.session.pop(CAME_BY_LINK, None)
        update_session_auth_hash(request, user)
        return redirect("home")
    status = 400 if request.method == "POST" else 200
    return show(request, "web/account/choose_password.html", {"form": form}, status)


@private
@page
def set_up(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Make the first account, for whoever has the token from the machine."""
    setup.need_it()
    token = request.POST.get("token", request.GET.get("token", ""))
    try:
        setup.check_token(token)
    except Refused as refused:
        said = {"refused": refused, "given": bool(token)}
        return show(request, "web/account/setup_token.html", said, 403 if token else 200)
    form = FirstForm(request.POST or None, user=User(), initial={"token": token})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        new = signup.NewUser(data["username"], data["password1"], data["email"])
        return enter(request, setup.make_first(token, new), "home")
    return show(request, "web/account/setup.html", {"form": form}, 400 if form.errors else 200)
