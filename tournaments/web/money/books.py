"""A tournament's books, for operators and auditors: both sides, accounts, transactions and the chain."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from tournaments.models import Account, Tournament, Transaction
from tournaments.services import currencies
from tournaments.services.access import Actor, need_overseer
from tournaments.services.currencies import decimal_text
from tournaments.services.reading import books
from tournaments.web.door import page, show
from tournaments.web.money.figures import ACCOUNTS, KINDS
from tournaments.web.money.purse import statement_csv, with_money
from tournaments.web.sheets import csv_file

LINES = 50
HEADS = (
    *("currency", "kind", "accounts", "entries"),
    *("debit_minor_units", "debit", "credit_minor_units", "credit"),
)


def _overseen(actor: Actor, slug: str) -> Tournament:
    tournament = with_money(actor, slug)
    need_overseer(actor, tournament)
    return tournament


def _show(
    request: HttpRequest, template: str, actor: Actor, tournament: Tournament, **more: Any
) -> HttpResponse:
    known = {"tournament": tournament, "operates": actor.operates(tournament)}
    return show(request, f"web/money/{template}.html", {**known, **more})


@page
def trial_balance(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show both sides of each currency, and the end of the chain."""
    tournament = _overseen(actor, slug)
    end, hash_ = books.head(actor, tournament)
    found = books.trial_balance(actor, tournament)
    return _show(request, "books", actor, tournament, found=found, end=end, hash=hash_)


@page
def trial_balance_csv(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Return the trial balance as a CSV file."""
    rows = (
        [
            *(one.currency, group.kind, group.accounts, group.entries),
            *(group.debit, decimal_text(group.debit, one.digits)),
            *(group.credit, decimal_text(group.credit, one.digits)),
        ]
        for one in books.trial_balance(actor, _overseen(actor, slug))
        for group in one.groups
    )
    return csv_file(f"{slug}-trial-balance", HEADS, rows)


@page
def accounts(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show the accounts of a kind, or all, the largest first."""
    tournament = _overseen(actor, slug)
    kind = request.GET.get("kind", "")
    kind = kind if kind in Account.Kind.values else ""
    here = Paginator(books.accounts(actor, tournament, kind=kind), LINES).get_page(request.GET.get("page"))
    digits = currencies.digits_of(tournament)
    rows = [(one, digits[one.currency]) for one in here]
    return _show(
        request, "accounts", actor, tournament, page=here, rows=rows, kind=kind, kinds=ACCOUNTS.items()
    )


@page
def account(request: HttpRequest, actor: Actor, slug: str, pk: int) -> HttpResponse:
    """Show an account's lines with what it held after each."""
    tournament = _overseen(actor, slug)
    one = books.find_account(actor, tournament, pk)
    here = Paginator(books.lines_of(actor, one), LINES).get_page(request.GET.get("page"))
    digits = currencies.digits_of(tournament)[one.currency]
    return _show(
        request,
        "account",
        actor,
        tournament,
        account=one,
        page=here,
        digits=digits,
        lines=[(line, digits) for line in here],
    )


@page
def account_csv(request: HttpRequest, actor: Actor, slug: str, pk: int) -> HttpResponse:
    """Return an account's lines as a CSV file."""
    tournament = _overseen(actor, slug)
    found = books.lines_of(actor, books.find_account(actor, tournament, pk))
    return statement_csv(f"{slug}-account-{pk}", found, currencies.digits_of(tournament))


@page
def transactions(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show the transactions along the chain, newest first."""
    tournament = _overseen(actor, slug)
    kind = request.GET.get("kind", "")
    kind = kind if kind in Transaction.Kind.values else ""
    here = Paginator(books.transactions(actor, tournament, kind), LINES).get_page(request.GET.get("page"))
    digits = currencies.digits_of(tournament)
    rows = [(one, _moved(one, digits)) for one in here]
    return _show(
        request, "transactions", actor, tournament, page=here, rows=rows, kind=kind, kinds=KINDS.items()
    )


def _moved(one: Transaction, digits: dict[str, int]) -> list[tuple[int, int, str]]:
    """Return how much moved from one side to the other, with digits and currency, in each currency."""
    sums: dict[str, int] = {}
    for entry in one.entries.all():
        sums[entry.currency] = sums.get(entry.currency, 0) + max(0, entry.amount)
    return [(amount, digits[code], code) for code, amount in sums.items()]


@page
def transaction(request: HttpRequest, actor: Actor, slug: str, pk: int) -> HttpResponse:
    """Show a transaction's lines and its place in the chain."""
    tournament = _overseen(actor, slug)
    one = books.find_transaction(actor, tournament, pk)
    digits = currencies.digits_of(tournament)
    here = Paginator(one.entries.all(), LINES).get_page(request.GET.get("page"))
    lines = [(entry, digits[entry.currency]) for entry in here]
    shown = {"one": one, "page": here, "lines": lines, "moved": _moved(one, digits)}
    return _show(request, "transaction", actor, tournament, **shown)
