"""How the server is, part by part; `/healthz` is the same question from machines."""

from django.http import HttpRequest, HttpResponse

from tournaments.services.access import Actor
from tournaments.services.reading import health as reading
from tournaments.web.door import page, show


@page
def health(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show every part with its state and what to do where one is ill."""
    parts = reading.of_server(actor)
    context = {
        "parts": parts,
        "bad": [part for part in parts if part.state == reading.BAD],
        "warn": [part for part in parts if part.state == reading.WARN],
        "superuser": bool(actor.user and actor.user.is_superuser),
    }
    return show(request, "web/running/health.html", context)
