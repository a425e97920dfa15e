"""A round's work as it happens. Its page asks again every few seconds and is sent anew when it changed."""

import hashlib

from django.http import HttpRequest, HttpResponse

from tournaments.models import Round
from tournaments.services.access import Actor, find_round
from tournaments.services.clock import db_now
from tournaments.services.reading import workload
from tournaments.web.door import page, show
from tournaments.web.running import pictures

OVER = (Round.State.SETTLED, Round.State.CANCELLED)


@page
def monitor(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show files as they come in and work as it is done; answers 204 to one who has seen all of it."""
    round_ = find_round(actor, slug, number)
    found = workload.of_round(actor, round_)
    came = workload.arrivals(actor, round_)
    seen = hashlib.sha256(repr((round_.state, found, came)).encode()).hexdigest()[:16]
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    began = round_.opened_at or round_.opens_at
    until = round_.closed_at or db_now()
    context = {
        "round": round_,
        "work": found,
        "arrivals": came,
        "chart": pictures.arrivals(came, began, until) if came.rows else None,
        "seen": seen,
        "operates": actor.operates(round_.tournament),
        "moves": round_.state not in OVER or found.unfinished,
    }
    return show(request, "web/running/monitor.html", context)
