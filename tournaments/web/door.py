"""The door of every page: who asks becomes an Actor, what a service refuses becomes a page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from tournaments.models import User
from tournaments.services.access import STRANGER, Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Forbidden, Refused, TooMany, Unknown
from tournaments.web import nav

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
STATUS: dict[type[Refused], int] = {Unknown: 404, Forbidden: 403, Conflict: 409, TooMany: 429}
TITLES = {
    400: "That cannot be done",
    403: "That is not yours to do",
    404: "There is nothing here",
    409: "Not at this moment",
    429: "Too many tries",
}


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks: the session's user, with all scopes, or a stranger.

    While a page is only read, its parts share one actor, who asks for each role and participant once.
    """
    user = request.user
    if not isinstance(user, User):
        return STRANGER
    if request.method not in ("GET", "HEAD"):
        return Actor(user)
    known: Actor | None = getattr(request, "actor", None)
    if known is None or known.user != user:
        known = Actor(user).remembering()
        request.actor = known  # type: ignore[attr-defined]
    return known


def page(view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]) -> View[P]:
    """Give a view its actor, and turn what services refuse into a page with the right status."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, actor_of(request), *args, **kwargs)
        except Refused as refused:
            response = refusal(request, refused)
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return shown


def status_of(refused: Refused) -> int:
    """Return the HTTP status of a refusal; what is wrong in itself is 400."""
    return next((status for kind, status in STATUS.items() if isinstance(refused, kind)), 400)


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Render a refusal; a stranger who only has to log in is sent there."""
    if refused.code == "login_needed":
        return redirect_to_login(request.get_full_path())
    status = status_of(refused)
    return show(request, "web/refused.html", {"refused": refused, "title": TITLES[status]}, status)


def show(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render a page. `now` is the database's clock, by which deadlines go.

    A context with a `tournament` or a `round` gets the tournament's navigation.
    """
    actor = actor_of(request)
    context = {"now": actor.recall("now", db_now), **(context or {})}
    place = context.get("tournament") or getattr(context.get("round"), "tournament", None)
    if place is not None:
        context |= {"place": place, "stops": nav.stops(actor, place, request.path)}
    return render(request, template, context, status=status)


def only_part(request: HttpRequest, part: str) -> bool:
    """Say whether htmx asks for one part of a page, by its id; a page that it restores is asked for whole."""
    asked = request.headers
    return asked.get("HX-Target") == part and asked.get("HX-History-Restore-Request") != "true"
