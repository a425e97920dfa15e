"""Who was paid what in a settled round: page by page, and as a CSV file."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from tournaments.models import Round, Settlement
from tournaments.services import settlement
from tournaments.services.access import Actor, find_round, participant_of
from tournaments.services.errors import Unknown
from tournaments.web import gates
from tournaments.web.door import page, show
from tournaments.web.sheets import csv_file

LINES = 50
CSV_HEADS = ("place", "alias", "sharing_the_place", "reason", "limit", "found", "payout_minor_units")
STAKED = ("forecaster", "stake_minor_units", "burned_minor_units")


@page
def show_payouts(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show a page of a round's settlement in force; the reader's own line stands on each of them."""
    round_ = find_round(actor, slug, number)
    settled = _settled(round_)
    lines = settlement.payouts_of(settled)
    here = Paginator(lines, LINES).get_page(request.GET.get("page"))
    me = participant_of(actor, round_.tournament)
    own: list[Any] = list(lines.filter(participant=me)) if me and here.paginator.num_pages > 1 else []
    shown = list(here)
    context = {
        "round": round_,
        "rules": round_.read_rules(),
        "me": me,
        "settlement": settled,
        "payouts": gates.told(round_, [*(one for one in own if one not in shown), *shown]),
        "page": here,
        "oversees": actor.operates(round_.tournament) or actor.oversees(round_.tournament),
    }
    return show(request, "web/boards/payouts.html", context)


@page
def payouts_csv(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Return every line of a round's settlement in force as a CSV file."""
    round_ = find_round(actor, slug, number)
    lines = settlement.payouts_of(_settled(round_))
    staked = round_.read_rules().staked
    rows = (
        [one.place, one.participant.alias, one.tied, one.reason, *gates.cells(number), one.amount]
        + ([one.forecaster.name if one.forecaster else "", one.stake, one.burned] if staked else [])
        for one, _, number in gates.told(round_, lines)
    )
    heads = (*CSV_HEADS, *STAKED) if staked else CSV_HEADS
    return csv_file(f"{slug}-{round_.number}-payouts", heads, rows)


def _settled(round_: Round) -> Settlement:
    found = settlement.effective(round_) if round_.read_rules().rewards != "none" else None
    if found is None:
        raise Unknown("not_found", f"Round {round_.number} has no payouts.")
    return found
