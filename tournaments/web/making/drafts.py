"""A draft before it opens: what the check found, its deadline, and what comes next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tournaments.models import Round
from tournaments.services import drafts, firsthour, rounds
from tournaments.services.access import Actor, find_round, need_operator
from tournaments.services.clock import db_now
from tournaments.services.errors import Refused
from tournaments.services.reading import overview
from tournaments.web.door import page, show
from tournaments.web.making.forms import refuse
from tournaments.web.making.moments import AT, DeadlineForm

LEVELS = (("warning", "To mend"), ("notice", "To notice"), ("good", "Good"))


def _round(actor: Actor, slug: str, number: str) -> Round:
    round_ = find_round(actor, slug, number)
    need_operator(actor, round_.tournament)
    return round_


@page
def check_round(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show the check of a round's files; a draft can be given another deadline here."""
    round_ = _round(actor, slug, number)
    if request.method == "POST":
        rounds.need_state(round_, Round.State.DRAFT)
    form = DeadlineForm(request.POST or None, initial={"when": AT, "closes_at": round_.closes_at})
    if form.is_valid():
        try:
            drafts.move_deadline(actor, round_, form.deadline(db_now()))
            return redirect("check-round", slug, round_.number)
        except Refused as refused:
            refuse(form, refused)
    is_draft = round_.state == Round.State.DRAFT
    hour = firsthour.of_tournament(round_.tournament) if is_draft else None
    context = {
        "round": round_,
        "rules": round_.read_rules(),
        "levels": [
            (title, level, [one for one in round_.findings if one["level"] == level])
            for level, title in LEVELS
        ],
        "splits": overview.dataset_of(actor, round_),
        "datasets": round_.datasets.order_by("pk"),
        "form": form,
        "is_draft": is_draft,
        "hour": hour if hour and not hour.opened else None,
        "rules_differ": is_draft and drafts.rules_differ(round_),
    }
    return show(request, "web/making/check.html", context, 400 if form.errors else 200)


@require_POST
@page
def adopt_rules(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Give a draft the tournament's rules of now."""
    round_ = drafts.adopt_rules(actor, _round(actor, slug, number))
    return redirect("check-round", slug, round_.number)
