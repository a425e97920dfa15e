"""What operators change of a round under way: its deadline, who takes part, and that it goes on at all."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tournaments.models import Round
from tournaments.services import amendments, rounds
from tournaments.services.access import Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Refused
from tournaments.services.people import finding, roster
from tournaments.web.door import page, show, status_of
from tournaments.web.making.forms import refuse
from tournaments.web.running.forms import ReasonForm
from tournaments.web.running.verb_forms import AT, HOURS, CancelForm, ExtendForm, WhoForm
from tournaments.web.running.verbs import find

State = Round.State
SEARCHED = 60


def _whom(request: HttpRequest, actor: Actor, form: WhoForm, round_: Round, outside: bool) -> dict[str, Any]:
    """Return who may be chosen: those whom the address looks for, after the one who is chosen already."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:SEARCHED]
    found = finding.find(actor, round_, q, outside)
    chosen = finding.candidates(round_, outside).filter(pk=form.chosen) if form.chosen.isdecimal() else []
    listed = {one.pk: one for one in [*chosen, *found.people]}
    return {"q": q, "people": list(listed.values()), "found": found, "most": finding.MOST, "form": form}


@page
def extend(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Move the deadline later, for all or for one."""
    round_ = find(actor, slug, number)
    rounds.need_state(round_, State.OPEN)
    later = round_.closes_at + timedelta(days=1)
    initial = {"closes_at": later, "participant": request.GET.get("participant")}
    form = ExtendForm(request.POST or None, participants=finding.candidates(round_), initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        later = data["closes_at"] if data["by"] == AT else _later(round_, data["by"])
        try:
            rounds.extend(actor, round_, later, data["reason"], data["participant"])
            return redirect("round", slug, round_.number)
        except Refused as refused:
            refuse(form, refused)
    extensions = round_.extensions.select_related("participant").order_by("participant__alias")
    context = {"round": round_, "extensions": extensions, **_whom(request, actor, form, round_, outside=True)}
    return show(request, "web/running/extend.html", context, 400 if form.errors else 200)


def _later(round_: Round, by: str) -> Any:
    """Return the deadline that many hours later, or after now where the deadline is over."""
    return max(round_.closes_at, db_now()) + timedelta(hours=HOURS[by])


@page
def exclude(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Take a participant out of the round; who is out is listed, and can come back."""
    round_ = find(actor, slug, number)
    rounds.need_state(round_, State.OPEN, State.CLOSED)
    out = round_.exclusions.select_related("participant").order_by("participant__alias")
    inside = finding.candidates(round_, outside=False)
    initial = {"participant": request.GET.get("participant")}
    form = WhoForm(request.POST or None, participants=inside, initial=initial)
    if form.is_valid():
        try:
            rounds.exclude(actor, round_, form.cleaned_data["participant"], form.cleaned_data["reason"])
            return redirect("exclude", slug, round_.number)
        except Refused as refused:
            refuse(form, refused)
    context = {"round": round_, "out": out, **_whom(request, actor, form, round_, outside=False)}
    return show(request, "web/running/exclude.html", context, 400 if form.errors else 200)


@require_POST
@page
def readmit(request: HttpRequest, actor: Actor, slug: str, number: str, pk: int) -> HttpResponse:
    """End an exclusion."""
    round_ = find(actor, slug, number)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    amendments.readmit(actor, round_, roster.find_by_pk(actor, round_.tournament, pk), reason)
    return redirect("exclude", slug, round_.number)


@page
def cancel(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Cancel a round for good: say what becomes of its pool, and ask for its name."""
    round_ = find(actor, slug, number)
    rounds.need_state(round_, State.DRAFT, State.OPEN, State.CLOSED, State.RESOLVED)
    form = CancelForm(request.POST or None, expected=f"{slug}/{round_.number}")
    context = {
        "round": round_,
        "rules": round_.read_rules(),
        "form": form,
        "funded": amendments.held(round_),
        "submissions": round_.submissions.count(),
    }
    if not form.is_valid():
        return show(request, "web/running/cancel.html", context, 400 if form.is_bound else 200)
    try:
        rounds.cancel(actor, round_, form.cleaned_data["reason"])
    except Refused as refused:
        return show(request, "web/running/cancel.html", {**context, "refused": refused}, status_of(refused))
    return redirect("round", slug, round_.number)
