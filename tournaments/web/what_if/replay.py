"""Past rounds paid again by other rules, side by side; as a page, and as a CSV file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from tournaments.models import Rules, Tournament
from tournaments.services import replaying
from tournaments.services.access import Actor, find_tournament, need_overseer
from tournaments.services.errors import Conflict, Invalid
from tournaments.services.replaying import Replay, Variant
from tournaments.web.door import page, show
from tournaments.web.sheets import csv_file
from tournaments.web.what_if import figures, pictures
from tournaments.web.what_if.figures import Side
from tournaments.web.what_if.forms import BetsForm, RoundsForm, TermsForm, address_of, other_rule, refuse

LETTERS = "ABC"
LINES = 50


@dataclass
class Asked:
    """What the address asks for, and what comes of it: None where it cannot be used."""

    rounds: RoundsForm
    terms: dict[str, TermsForm]
    """By letter; those of no rule are not asked for."""
    bets: BetsForm | None
    found: Replay | None = None
    names: dict[str, str] = field(default_factory=dict)
    """By a variant's name its letter."""

    @property
    def chosen(self) -> dict[str, TermsForm]:
        """Return the forms of the variants that are asked for."""
        return {letter: form for letter, form in self.terms.items() if form.rule or form.errors}

    @property
    def usable(self) -> bool:
        """Whether everything that is asked for can be read."""
        forms = [self.rounds, *self.chosen.values(), *([self.bets] if self.bets else [])]
        return all([form.is_valid() for form in forms])


@page
def replay_rules(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show who would have what by other rules over past rounds, and how unequal it would be."""
    tournament = find_tournament(actor, slug)
    need_overseer(actor, tournament)
    context: dict[str, Any] = {"tournament": tournament, "operates": actor.operates(tournament)}
    try:
        rules = replaying.rules_of(actor, tournament)
    except Conflict as nothing:
        return show(request, "web/what_if/replay.html", {**context, "nothing": nothing})
    asked = _ask(actor, tournament, rules, request.GET.dict())
    context |= {"rules": rules, "asked": asked, "terms": asked.terms.items(), "bets": asked.bets}
    context["address"] = address_of(request.GET)
    if asked.found is None:
        return show(request, "web/what_if/replay.html", context, 400)
    found = asked.found
    sides = [
        Side("in force", found.in_force),
        *(Side(one.name, one, asked.names[one.name]) for one in found.variants),
    ]
    here = Paginator(found.aliases, LINES).get_page(request.GET.get("page"))
    context |= {
        "found": found,
        "sides": sides,
        "rows": figures.rows(sides, rules),
        "moved": [(one.name, *figures.moved(found.in_force.totals, one.totals)) for one in found.variants],
        "chart": pictures.lorenz(sides),
        "page": here,
        "lines": [(alias, *_line(found, alias, rules)) for alias in here],
    }
    return show(request, "web/what_if/replay.html", context)


@page
def replay_csv(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Return what everyone would have, by the rules of the same address, as a CSV file."""
    tournament = find_tournament(actor, slug)
    asked = _ask(actor, tournament, replaying.rules_of(actor, tournament), request.GET.dict())
    found = asked.found
    if found is None:
        raise Invalid(
            "invalid_rule", "One of the rules cannot be used. The page of the same address says which."
        )
    outcomes = [found.in_force, *found.variants]
    heads = ["alias", *(f"{one.name.replace(' ', '_')}_minor_units" for one in outcomes)]
    return csv_file(
        f"{slug}-replay",
        heads,
        ([alias, *(one.totals[alias] for one in outcomes)] for alias in found.aliases),
    )


def _ask(actor: Actor, tournament: Tournament, rules: Rules, address: Mapping[str, str]) -> Asked:
    terms = {
        letter: TermsForm(
            address, rules, letter=letter, first="" if place else other_rule(rules), blank=place > 0
        )
        for place, letter in enumerate(LETTERS)
    }
    staked = any(form.staked for form in terms.values())
    bets = BetsForm(address, rules, bids=any(form.bids for form in terms.values())) if staked else None
    asked = Asked(RoundsForm(address), terms, bets)
    if not asked.usable:
        return asked
    asked.names = {f"{letter}: {form.said()}": letter for letter, form in asked.chosen.items()}
    variants = [Variant(name, terms[letter].changes()) for name, letter in asked.names.items()]
    last, stakes = asked.rounds.cleaned_data["last"], bets.bets() if bets else (None, None)
    try:
        asked.found = replaying.replay(actor, tournament, variants, last, *stakes)
    except Invalid as refused:
        refuse(refused, terms[asked.names.get(refused.details.get("variant", ""), LETTERS[0])], bets)
    return asked


def _line(found: Replay, alias: str, rules: Rules) -> tuple[int, list[tuple[int, str]]]:
    """Return what somebody has, and of each variant what it would be and how much more that is."""
    has = found.in_force.totals[alias]
    others = [(one.totals[alias], one.totals[alias] - has) for one in found.variants]
    return has, [(value, figures.signed(more, rules.currency_digits)) for value, more in others]
