"""Settling where two operators are asked for, and taking a settlement back."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tournaments.models import Proposal, Round
from tournaments.services import rounds, settlement
from tournaments.services.access import Actor
from tournaments.services.errors import Refused
from tournaments.services.settlement import Plan, proposals
from tournaments.web.door import page, show, status_of
from tournaments.web.running.forms import ReasonForm
from tournaments.web.running.verb_forms import CancelForm
from tournaments.web.running.verbs import Verb, find


@dataclass(frozen=True)
class Step:
    """What an operator can do about a settlement now: a verb by its button, or None where another's turn is.

    `proposal` is what waits, `stale` whether it says another settlement than there would be now.
    """

    button: str
    verb: Verb | None
    proposal: Proposal | None = None
    stale: bool = False


def step(actor: Actor, round_: Round, plan: Plan) -> Step:
    """Return the next step towards settling a resolved round."""
    rules = round_.read_rules()
    if not rules.four_eyes:
        button = "Settle the round" if rules.rewards != "none" else "Make it final"
        return Step(button, settlement.commit)
    waiting = proposals.waiting(round_)
    stale = waiting is not None and waiting.inputs_sha256 != plan.inputs_sha256
    if waiting is None or stale:
        return Step("Propose it", settlement.propose, waiting, stale)
    if actor.user is not None and waiting.proposed_by_id == actor.user.pk:
        return Step("", None, waiting)
    return Step("Approve it", lambda by, one: settlement.approve(by, waiting), waiting)


@page
def withdraw(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Take the proposal that waits off the table, with a reason."""
    round_ = find(actor, slug, number)
    waiting = proposals.waiting(round_)
    form = ReasonForm(request.POST)
    if request.method == "POST" and waiting is not None:
        settlement.withdraw(actor, waiting, form.cleaned_data["reason"] if form.is_valid() else "")
    return redirect("settle-round", slug, round_.number)


@page
def undo(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Take a settlement back: say what that does, and ask for a reason and the round's name."""
    round_ = find(actor, slug, number)
    rounds.need_state(round_, Round.State.SETTLED)
    form = CancelForm(request.POST or None, expected=f"{slug}/{round_.number}")
    made = settlement.effective(round_)
    context = {"round": round_, "rules": round_.read_rules(), "form": form, "settlement": made}
    if not form.is_valid():
        return show(request, "web/running/undo.html", context, 400 if form.is_bound else 200)
    try:
        settlement.undo(actor, round_, form.cleaned_data["reason"])
    except Refused as refused:
        return show(request, "web/running/undo.html", {**context, "refused": refused}, status_of(refused))
    return redirect("round", slug, round_.number)
