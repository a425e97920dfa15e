"""What other rules would have paid in one round, beside what is in force; as a page, and as a CSV file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from tournaments.models import Round
from tournaments.services import rounds, settlement
from tournaments.services.access import Actor, find_round, need_overseer
from tournaments.services.errors import Invalid, Unknown
from tournaments.services.settlement import Plan
from tournaments.services.settlement.what_if import Comparison, Difference
from tournaments.web import gates
from tournaments.web.door import page, show
from tournaments.web.sheets import csv_file
from tournaments.web.what_if import figures, pictures
from tournaments.web.what_if.figures import Side
from tournaments.web.what_if.forms import BetsForm, TermsForm, address_of, other_rule, refuse

LINES = 50
HEADS = ("alias", "before_minor_units", "after_minor_units", "difference_minor_units")


@dataclass(frozen=True)
class Asked:
    """What the address asks for, and what comes of it: None where it cannot be used."""

    terms: TermsForm
    bets: BetsForm | None
    plan: Plan | None


@page
def compare_rules(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Show who would get what by other rules, and who would gain or lose by them."""
    round_ = _find(actor, slug, number)
    asked = _ask(actor, round_, request.GET.dict())
    rules = round_.read_rules()
    context: dict[str, Any] = {"round": round_, "rules": rules, "terms": asked.terms, "bets": asked.bets}
    context["address"] = address_of(request.GET)
    if asked.plan is None:
        return show(request, "web/what_if/compare.html", context, 400)
    found = settlement.compare(round_, asked.plan)
    sides = [
        Side("in force" if found.settled else "by its own rules", found.was),
        Side(asked.terms.said(), found.now),
    ]
    here = Paginator(_changed_first(found), LINES).get_page(request.GET.get("page"))
    why = _why(round_, asked.plan)
    gain, lose = figures.moved(found.was.totals, found.now.totals)
    context |= {
        "found": found,
        "sides": sides,
        "rows": figures.rows(sides, rules),
        "chart": pictures.lorenz(sides),
        "page": here,
        "lines": [(one, _signed(one, rules), why.get(one.alias, "")) for one in here],
        "gain": gain,
        "lose": lose,
    }
    return show(request, "web/what_if/compare.html", context)


@page
def compare_csv(request: HttpRequest, actor: Actor, slug: str, number: str) -> HttpResponse:
    """Return every line of the comparison of the same address as a CSV file."""
    round_ = _find(actor, slug, number)
    asked = _ask(actor, round_, request.GET.dict())
    if asked.plan is None:
        raise Invalid(
            "invalid_rule", "One of the rules cannot be used. The page of the same address says which."
        )
    lines = settlement.compare(round_, asked.plan).lines
    rows = ([one.alias, one.before, one.amount, one.difference] for one in lines)
    return csv_file(f"{slug}-{round_.number}-what-if", HEADS, rows)


def _find(actor: Actor, slug: str, number: str) -> Round:
    round_ = find_round(actor, slug, number)
    need_overseer(actor, round_.tournament)
    rounds.need_state(round_, Round.State.RESOLVED, Round.State.SETTLED)
    if round_.read_rules().rewards == "none":
        raise Unknown("not_found", f"Round {round_.number} has no payouts.")
    return round_


def _ask(actor: Actor, round_: Round, address: Mapping[str, str]) -> Asked:
    rules = round_.read_rules()
    terms = TermsForm(address, rules, first=other_rule(rules))
    bets = BetsForm(address, rules, bids=terms.bids) if terms.staked else None
    if not terms.is_valid() or not (bets is None or bets.is_valid()):
        return Asked(terms, bets, None)
    try:
        staked = bets.bets() if bets else (None, None)
        return Asked(terms, bets, settlement.what_if(actor, round_, terms.changes(), *staked))
    except Invalid as refused:
        refuse(refused, terms, bets)
        return Asked(terms, bets, None)


def _changed_first(found: Comparison) -> list[Difference]:
    """Return the lines, those who get most by the other rules first; equal ones as they are placed."""
    return sorted(found.lines, key=lambda one: -one.amount)


def _why(round_: Round, plan: Plan) -> dict[str, str]:
    """Return by alias why it would get nothing, or less; of who has several forecasters the first one's."""
    found: dict[str, str] = {}
    for line, sentence, _ in gates.told(round_, plan.lines):
        found.setdefault(line.participant.alias, sentence)
    return found


def _signed(one: Difference, rules: Any) -> str:
    return figures.signed(one.difference, rules.currency_digits)
