"""Who has what at stake in a round: from the close on for whoever sees the board, before it for overseers."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from tournaments.models.payout_rules import BID_RULES
from tournaments.services import stakes
from tournaments.services.access import Actor, find_round, participant_of
from tournaments.web.door import page, show
from tournaments.web.playing.staking import staked_rules

LINES = 50


@page
def show_stakes(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show a page of what is at stake, the largest first."""
    round_ = find_round(actor, slug, number)
    rules = staked_rules(round_)
    found = stakes.shown(actor, round_)
    total = sum(one.amount for one in found)
    here = Paginator(found, LINES).get_page(request.GET.get("page"))
    context = {
        "round": round_,
        "rules": rules,
        "me": participant_of(actor, round_.tournament),
        "total": total,
        "bids": rules.payout_rule in BID_RULES,
        "page": here,
        "lines": [(one, one.amount / total) for one in here],
    }
    return show(request, "web/boards/stakes.html", context)
