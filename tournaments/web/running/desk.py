"""The operators' first screen of a tournament: what comes next, who is missing, what went wrong."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tournaments.models import Round, Tournament
from tournaments.services import operations
from tournaments.services.access import Actor, find_round, find_tournament, need_operator
from tournaments.services.reading import advantage
from tournaments.services.reading import desk as desks
from tournaments.services.telling import notices
from tournaments.web.boards.round import phases_of
from tournaments.web.door import page, show
from tournaments.web.running import links, pictures

MISSING_SHOWN = 24
ALL = "all"


@page
def desk(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show the desk, of the round that the address asks for or the one that comes first."""
    tournament = find_tournament(actor, slug)
    rounds = desks.rounds_of(actor, tournament)
    operates = actor.operates(tournament)
    context: dict[str, Any] = {
        "tournament": tournament,
        "operates": operates,
        "rounds": rounds,
        "tools": links.of_tournament(tournament) if operates else [],
        "acts": desks.last_acts(actor, tournament),
        "told": _number(request, "told"),
        **_season(tournament),
    }
    if rounds:
        wanted = request.GET.get("round", "")
        round_ = find_round(actor, slug, wanted) if wanted.isdecimal() else rounds[0]
        context |= _round(actor, round_, operates, everyone=request.GET.get("missing") == ALL)
    return show(request, "web/running/desk.html", context)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _round(actor: Actor, round_: Round, operates: bool, everyone: bool) -> dict[str, Any]:
    rules = round_.read_rules()
    rewarded = rules.rewards != "none"
    found = desks.of_round(actor, round_)
    shown = found.missing if everyone else found.missing[:MISSING_SHOWN]
    return {
        "round": round_,
        "rules": rules,
        "rewarded": rewarded,
        "phases": phases_of(round_, rewarded),
        "desk": found,
        "details": desks.details_of(actor, round_),
        "verbs": links.of_round(round_) if operates else [],
        "missing": shown,
        "missing_more": len(found.missing) - len(shown),
    }


def _season(tournament: Tournament) -> dict[str, Any]:
    """Return the crowd against the benchmark and its members, with the finding in words."""
    lines = advantage.of_season(tournament)
    judged = [line for line in lines if line.beats_benchmark is not None]
    best = [line for line in lines if line.beats_best is not None]
    return {
        "lines": lines[::-1],
        "judged": len(judged),
        "beaten": sum(bool(line.beats_benchmark) for line in judged),
        "members": len(best),
        "beaten_best": sum(bool(line.beats_best) for line in best),
        "chart": pictures.advantage(lines) if len(lines) > 1 else None,
    }


def address_of(round_: Round) -> str:
    """Return the desk's address with this round on it."""
    return f"{reverse('desk', args=[round_.tournament.slug])}?round={round_.number}"


@require_POST
@page
def remind(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Tell those who have sent nothing yet that the round closes soon."""
    round_ = find_round(actor, slug, number)
    told = notices.remind_missing(actor, round_)
    return redirect(f"{address_of(round_)}&told={told}")


@require_POST
@page
def retry_all(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Make all failed work of a round due again."""
    round_ = find_round(actor, slug, number)
    need_operator(actor, round_.tournament)
    operations.retry_all(actor, round_)
    return redirect("monitor", slug, round_.number)
