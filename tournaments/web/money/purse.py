"""One's own money: what one has, and every line behind it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from tournaments.models import Tournament
from tournaments.services import currencies
from tournaments.services.access import Actor, find_tournament, need_participant
from tournaments.services.currencies import decimal_text
from tournaments.services.errors import Unknown
from tournaments.services.reading import statements
from tournaments.web.door import page, show
from tournaments.web.money import paying, staked
from tournaments.web.sheets import csv_file

LINES = 50
HEADS = (
    *("at", "kind", "round", "memo", "reference", "currency"),
    *("amount_minor_units", "amount", "balance_minor_units", "balance"),
)


def with_money(actor: Actor, slug: str) -> Tournament:
    """Return a tournament that pays something, or ever did; else there is nothing here."""
    tournament = find_tournament(actor, slug)
    if not currencies.has_money(tournament):
        raise Unknown("not_found", f"{tournament.name} has no rewards.")
    return tournament


@page
def money(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show the balances and a page of the statement."""
    tournament = with_money(actor, slug)
    me = need_participant(actor, tournament)
    balances = statements.balances(actor, tournament)
    asked = request.GET.get("currency", "")
    currency = asked if asked in {one["currency"] for one in balances} else ""
    found = statements.entries(actor, tournament, currency)
    digits = {one["currency"]: one["currency_digits"] for one in balances}
    here = Paginator(found, LINES).get_page(request.GET.get("page"))
    context = {
        "tournament": tournament,
        "balances": balances,
        "currency": currency,
        "page": here,
        "lines": [(one, digits[one.currency]) for one in here],
        **paying.section(actor, tournament),
        **staked.section(me),
    }
    return show(request, "web/money/money.html", context)


@page
def money_csv(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Return the whole statement."""
    tournament = with_money(actor, slug)
    found = statements.entries(actor, tournament)
    return statement_csv(f"{slug}-money", found, currencies.digits_of(tournament))


def statement_csv(name: str, found: Any, digits: dict[str, int]) -> HttpResponse:
    """Return lines with what was there after each, as a CSV file."""
    rows = (
        [
            one.transaction.at.isoformat(),
            one.transaction.kind,
            one.transaction.round.number if one.transaction.round else "",
            one.transaction.memo,
            one.transaction.reference,
            one.currency,
            one.amount,
            decimal_text(one.amount, digits[one.currency]),
            one.balance_after,
            decimal_text(one.balance_after, digits[one.currency]),
        ]
        for one in found
    )
    return csv_file(name, HEADS, rows)
