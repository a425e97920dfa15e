"""The first page, and a tournament's."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tournaments.services import firsthour, stakes
from tournaments.services.access import Actor, find_tournament, participant_of
from tournaments.services.people import setup
from tournaments.services.reading import desk, firstscreen, frontpage
from tournaments.services.reading.firstscreen import Screen
from tournaments.services.reading.frontpage import Entry
from tournaments.web.door import page, show
from tournaments.web.playing import data
from tournaments.web.playing.forms import UploadForm


@page
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show a stranger what this is, and everyone else their tournaments, rounds and forecasters."""
    if actor.user is None and setup.needed():
        return redirect("setup")
    if firsthour.is_empty(actor):
        return redirect("start")
    place = None if "all" in request.GET else desk.only_desk(actor)
    if place is not None:
        return redirect("desk", place.slug)
    entries = frontpage.home(actor)
    mine = [entry for entry in entries if entry.mine]
    screens = firstscreen.screens(mine)
    context = {
        "screens": [_screen(request, actor, one) for one in screens],
        "mine": _rest(mine, {one.round.pk for one in screens}),
        "plays": bool(mine),
        "others": [entry for entry in entries if not entry.mine],
    }
    return show(request, "web/home.html", context)


def _screen(request: HttpRequest, actor: Actor, screen: Screen) -> dict[str, Any]:
    """Return an open round with its drop zone, programs, last result and log."""
    round_, status = screen.round, screen.status
    rules = round_.read_rules()
    names = [one["forecaster"] for one in status["forecasters"]]
    place = data.place_of(request, actor, round_, names[0] if names else "main")
    return {
        "round": round_,
        "rules": rules,
        "rewarded": rules.rewards != "none",
        "me": screen.me,
        "status": status,
        "last": screen.last,
        "could_stake": stakes.could(screen.me, round_),
        "log": screen.log,
        "form": UploadForm(forecasters=names, auto_id=f"id{round_.pk}_%s"),
        "left": max(0, rules.quota - status["quota_used"]),
        "most": settings.UPLOAD_MAX_BYTES,
        "key": place.public,
        "programs": data.programs(round_, screen.datasets, place, upload=True),
    }


def _rest(entries: list[Entry], shown: set[int]) -> list[Entry]:
    """Leave out the rounds that are shown whole, and the tournaments that have no other."""
    rest = [replace(one, rounds=[r for r in one.rounds if r.pk not in shown]) for one in entries]
    return [new for new, one in zip(rest, entries, strict=True) if new.rounds or not one.rounds]


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
