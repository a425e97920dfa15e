"""Near-copies of a round: who would be gated at which threshold, and decisions with a reason."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from tournaments.models import Round, Submission
from tournaments.services import overrides
from tournaments.services.access import Actor, find_round, find_submission, need_operator
from tournaments.services.errors import Invalid, Refused, Unknown
from tournaments.services.reading import pairs as reading
from tournaments.web.door import page, show, status_of
from tournaments.web.running import pictures
from tournaments.web.running.forms import ReasonForm

State = Round.State
PAGE = 50
LEAST, MOST = 0.5, 1.0
SHOWN_WITHOUT_GATE = 0.95


@dataclass(frozen=True)
class Query:
    """What the address asks for; nonsense is the default."""

    threshold: float
    page: int

    @classmethod
    def read(cls, data: QueryDict, gate: float | None) -> "Query":
        """Return the threshold, from 0.50 to 1.00, and the page."""
        fallback = SHOWN_WITHOUT_GATE if gate is None else gate
        try:
            asked = float(data.get("threshold", ""))
        except ValueError:
            asked = fallback
        threshold = asked if LEAST <= asked <= MOST else fallback
        number = data.get("page", "")
        return cls(threshold, max(1, int(number)) if number.isascii() and number.isdecimal() else 1)


@page
def pairs(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show the pairs of a closed round at a threshold; before the close one word for each submission."""
    round_ = find_round(actor, slug, number)
    gate = round_.read_rules().originality_gate
    context: dict[str, Any] = {"round": round_, "gate": gate, "operates": actor.operates(round_.tournament)}
    if round_.state in (State.DRAFT, State.OPEN):
        words = Paginator(reading.words_of(actor, round_), PAGE).get_page(request.GET.get("page"))
        return show(request, "web/running/words.html", {**context, "page": words})
    query = Query.read(request.GET, gate)
    found = reading.of_round(actor, round_, query.threshold, query.page, PAGE)
    pages = max(1, -(-found.total // PAGE))
    context |= {
        "found": found,
        "threshold": f"{query.threshold:.2f}",
        "as_ruled": gate is not None and query.threshold == gate,
        "pairs": found.pairs,
        "here": min(query.page, pages),
        "pages": pages,
        "decisive": round_.state in (State.CLOSED, State.RESOLVED),
        "chart": pictures.nearness(found, gate) if found.pairs else None,
    }
    return show(request, "web/running/pairs.html", context)


@page
def override(request: HttpRequest, actor: Actor, slug: str, number: str, pk: int) -> HttpResponse:
    """Ask why a gated submission is to pass, or why it is not after all; do it when a reason is given."""
    round_ = find_round(actor, slug, number)
    need_operator(actor, round_.tournament)
    pair = _pair(actor, round_, pk)
    form = ReasonForm(request.POST or None)
    context = {"round": round_, "pair": pair, "form": form}
    if request.method != "POST" or not form.is_valid():
        return show(request, "web/running/override.html", context, 400 if request.method == "POST" else 200)
    verb = overrides.lift if pair.decided else overrides.override
    try:
        verb(actor, _submission(actor, round_, pk), form.cleaned_data["reason"])
    except Invalid as refused:
        form.add_error("reason", refused.message)
        return show(request, "web/running/override.html", context, 400)
    except Refused as refused:
        return show(request, "web/running/override.html", {**context, "refused": refused}, status_of(refused))
    return redirect("pairs", slug, round_.number)


def _submission(actor: Actor, round_: Round, pk: int) -> Submission:
    found = find_submission(actor, pk)
    if found.round_id != round_.pk:
        raise Unknown("not_found", f"Round {round_.number} has no submission {pk}.")
    return found


def _pair(actor: Actor, round_: Round, pk: int) -> reading.Pair:
    pair = reading.of_submission(actor, round_, pk)
    if pair is None:
        raise Unknown("not_found", f"Round {round_.number} has no measured submission {pk}.")
    return pair
