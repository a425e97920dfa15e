"""Who has what at stake in a round: from the close on for whoever sees the board, before it for overseers."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from tournaments.models.payout_rules import BID_RULES
from tournaments.services import stakes
from tournaments.services.access import Actor, find_round, participant_of
from tournaments.services.currencies import decimal_text
from tournaments.web.door import page, show
from tournaments.web.money.figures import bid
from tournaments.web.playing.staking import staked_rules
from tournaments.web.sheets import csv_file

LINES = 50
CSV_HEADS = ("alias", "forecaster", "stake_minor_units", "stake", "currency", "share")
BIDS = ("confidence",)


@page
def show_stakes(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show a page of what is at stake, the largest first; the reader's own lines stand on each of them."""
    round_ = find_round(actor, slug, number)
    rules = staked_rules(round_)
    found = stakes.shown(actor, round_)
    total = sum(one.amount for one in found)
    here = Paginator(found, LINES).get_page(request.GET.get("page"))
    me = participant_of(actor, round_.tournament)
    shown = list(here)
    own = [one for one in found if me and one.forecaster.participant_id == me.pk and one not in shown]
    context = {
        "round": round_,
        "rules": rules,
        "me": me,
        "total": total,
        "bids": rules.payout_rule in BID_RULES,
        "page": here,
        "lines": [(one, one.amount / total) for one in [*own, *shown]],
    }
    return show(request, "web/boards/stakes.html", context)


@page
def stakes_csv(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Return all that is at stake as a CSV file, to those who may see the page."""
    round_ = find_round(actor, slug, number)
    rules = staked_rules(round_)
    found = stakes.shown(actor, round_)
    total = sum(one.amount for one in found)
    bids = rules.payout_rule in BID_RULES
    rows = (
        [
            one.forecaster.participant.alias,
            one.forecaster.name,
            one.amount,
            decimal_text(one.amount, rules.currency_digits),
            rules.currency,
            round(one.amount / total, 9),
            *([bid(one.confidence)] if bids else []),
        ]
        for one in found
    )
    return csv_file(f"{slug}-{round_.number}-stakes", (*CSV_HEADS, *BIDS) if bids else CSV_HEADS, rows)
