"""The first hour: three steps to the first open round."""

from django.http import HttpRequest, HttpResponse

from tournaments.services import firsthour
from tournaments.services.access import Actor
from tournaments.web.door import page, show


@page
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what is done on the way to the first round, and what comes next."""
    hour = firsthour.find(actor)
    context = {"hour": hour, **({"tournament": hour.tournament} if hour.tournament else {})}
    return show(request, "web/making/start.html", context)
