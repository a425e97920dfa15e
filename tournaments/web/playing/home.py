"""The first page, and a tournament's."""

from django.http import HttpRequest, HttpResponse

from tournaments.services.access import Actor, find_tournament, participant_of
from tournaments.services.reading import frontpage
from tournaments.web.door import page, show


@page
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show a stranger what this is, and everyone else their tournaments, rounds and forecasters."""
    entries = frontpage.home(actor)
    context = {
        "mine": [entry for entry in entries if entry.mine],
        "others": [entry for entry in entries if not entry.mine],
    }
    return show(request, "web/home.html", context)


@page
def tournament(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show a tournament's question, its rounds and its rules."""
    found = find_tournament(actor, slug)
    context = {
        "tournament": found,
        "rounds": frontpage.rounds_of(actor, [found]),
        "rules": found.read_rules(),
        "participant": participant_of(actor, found),
        "operates": actor.operates(found),
    }
    return show(request, "web/tournament.html", context)
