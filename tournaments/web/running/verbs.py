"""What operators do to a round. Each verb has a page that says what will happen, and asks."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tournaments.models import Round
from tournaments.services import operations, resolution, rounds
from tournaments.services.access import Actor, find_round, need_operator
from tournaments.web.door import page, show
from tournaments.web.forms import NameForm

Verb = Callable[[Actor, Round], object]


def find(actor: Actor, slug: str, number: str) -> Round:
    """Return a round to an operator; others are refused before they see the question."""
    round_ = find_round(actor, slug, number)
    need_operator(actor, round_.tournament)
    return round_


def _back(round_: Round) -> HttpResponse:
    return redirect("round", round_.tournament.slug, round_.number)


def ask(
    request: HttpRequest, actor: Actor, round_: Round, template: str, verb: Verb, context: dict[str, Any]
) -> HttpResponse:
    """Show what will happen and ask for the round's name; do it when the name was typed."""
    expected = f"{round_.tournament.slug}/{round_.number}"
    form = NameForm(request.POST or None, expected=expected)
    if request.method == "POST" and form.is_valid():
        verb(actor, round_)
        return _back(round_)
    status = 400 if request.method == "POST" else 200
    return show(
        request, template, {"round": round_, "rules": round_.read_rules(), "form": form, **context}, status
    )


@page
def open_round(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Open a draft."""
    round_ = find(actor, slug, number)
    rounds.need_state(round_, Round.State.DRAFT)
    return ask(request, actor, round_, "web/confirm_open.html", rounds.open_round, {})


@page
def resolve(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Resolve a round whose labels are all here."""
    round_ = find(actor, slug, number)
    rounds.need_state(round_, Round.State.CLOSED)
    return ask(request, actor, round_, "web/confirm_resolve.html", resolution.resolve, {})


@require_POST
@page
def retry(request: HttpRequest, actor: Actor, slug: str, number: str, pk: int) -> HttpResponse:
    """Make a failed piece of work due again."""
    round_ = find(actor, slug, number)
    operations.retry(actor, round_, pk)
    return _back(round_)
