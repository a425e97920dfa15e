"""The settlement as it would be, page by page and as a CSV file, and its commitment."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from tournaments.models import Round
from tournaments.services import rounds, settlement
from tournaments.services.access import Actor
from tournaments.web import gates
from tournaments.web.door import page
from tournaments.web.running import four_eyes
from tournaments.web.running.verbs import ask, find
from tournaments.web.sheets import csv_file

LINES = 50
CSV_HEADS = ("place", "alias", "log_loss", "reason", "limit", "found", "decision", "payout_minor_units")


@page
def settle(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show the settlement as it would be, and commit it."""
    round_ = find(actor, slug, number)
    rounds.need_state(round_, Round.State.RESOLVED)
    plan = settlement.preview(actor, round_)
    here = Paginator(plan.lines, LINES).get_page(request.GET.get("page"))
    next_ = four_eyes.step(actor, round_, plan)
    context = {
        "plan": plan,
        "step": next_,
        "page": here,
        "lines": gates.told(round_, here),
        "rewarded": round_.read_rules().rewards != "none",
        "reasons": gates.counted(plan.lines, round_.read_rules()),
    }
    return ask(request, actor, round_, "web/confirm_settle.html", next_.verb or settlement.propose, context)


@page
def settle_csv(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Return every line of the settlement as it would be, as a CSV file."""
    round_ = find(actor, slug, number)
    rounds.need_state(round_, Round.State.RESOLVED)
    rewarded = round_.read_rules().rewards != "none"
    rows = (
        [
            line.award.place,
            line.participant.alias,
            line.log_loss,
            line.reason if why else "",
            *gates.cells(number),
            line.decision,
            *([line.amount] if rewarded else []),
        ]
        for line, why, number in gates.told(round_, settlement.preview(actor, round_).lines)
    )
    heads = CSV_HEADS if rewarded else CSV_HEADS[:-1]
    return csv_file(f"{slug}-{round_.number}-preview", heads, rows)
