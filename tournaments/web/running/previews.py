"""An open round blended as it stands: who would weigh what if it closed now."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from tournaments.models.rules import BLENDS
from tournaments.services import preview
from tournaments.services.access import Actor, find_round
from tournaments.services.errors import Conflict
from tournaments.store.exports import FORMATS
from tournaments.web.door import page, show

SHOWN = 50
"""Weights on the page, the heaviest first; the API has all."""


@page
def blend_now(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show the blend that the address asks for, or why it cannot be made; what is not open is refused."""
    round_ = find_round(actor, slug, number)
    asked = request.GET.get("blend", "")
    blend = asked if asked in BLENDS else ""
    context: dict[str, Any] = {"round": round_, "blends": BLENDS, "asked": blend, "formats": FORMATS}
    try:
        found = preview.now(actor, round_, blend)
    except Conflict as refused:
        if refused.code == "wrong_state":
            raise
        return show(request, "web/running/now.html", {**context, "why": str(refused.message)})
    context |= {
        "found": found,
        "shown": found.weights[:SHOWN],
        "more": max(0, len(found.weights) - SHOWN),
        "voices": 1.0 / sum(weight * weight for _, weight in found.weights),
    }
    return show(request, "web/running/now.html", context)
