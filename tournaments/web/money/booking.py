"""Deposits and withdrawals: asked for, shown with what they will do, and booked when confirmed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tournaments.services import currencies, purse
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Conflict, Refused
from tournaments.web.door import page, show, status_of
from tournaments.web.money.figures import in_currency
from tournaments.web.money.forms import BookingForm
from tournaments.web.money.purse import with_money

FIELD_OF = {
    "bad_amount": "amount",
    "not_enough": "amount",
    "reference_needed": "reference",
    "not_found": "alias",
}


@dataclass(frozen=True)
class Verb:
    """How one of the two is called, and what does it."""

    name: str
    title: str
    means: str
    sign: int
    book: Callable[..., purse.Booked]


DEPOSIT = Verb(
    "deposit", "Book a deposit", "Money that a participant sent you, and that you have.", 1, purse.deposit
)
WITHDRAW = Verb("withdraw", "Book a withdrawal", "Money that you sent to a participant.", -1, purse.withdraw)


@page
def deposit(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Book what came in."""
    return _booking(request, actor, slug, DEPOSIT)


@page
def withdraw(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Book what went out."""
    return _booking(request, actor, slug, WITHDRAW)


def _booking(request: HttpRequest, actor: Actor, slug: str, verb: Verb) -> HttpResponse:
    tournament = with_money(actor, slug)
    need_operator(actor, tournament)
    first = {"alias": request.GET.get("alias", "")[:40]}
    known = currencies.all_of(tournament)
    form = BookingForm(request.POST or None, actor=actor, known=known, initial=first)
    context = {"tournament": tournament, "verb": verb, "form": form}
    if request.method != "POST":
        return show(request, "web/money/booking.html", context)
    if not form.is_valid():
        return show(request, "web/money/booking.html", context, 400)
    try:
        if "confirmed" not in request.POST:
            return show(request, "web/money/confirm.html", {**context, **_foreseen(actor, form, verb)})
        made = _book(actor, form, verb)
    except Refused as refused:
        form.add_error(FIELD_OF.get(refused.code), forms.ValidationError(refused.message, refused.code))
        return show(request, "web/money/booking.html", context, status_of(refused))
    left = in_currency(made.balance, made.currency)
    messages.success(request, f"Booked. {made.participant.alias} has {left} now.")
    return redirect("ledger-transaction", slug, made.transaction.pk)


def _foreseen(actor: Actor, form: BookingForm, verb: Verb) -> dict[str, Any]:
    """Return what will be there before and after, or refuse what cannot be."""
    asked, tournament = form.cleaned_data, form.tournament
    whom, currency, units = asked["alias"], form.known[asked["currency"]], asked["units"]
    held = purse.held(actor, tournament, whom, currency.code)
    after = held + verb.sign * units
    if after < 0:
        has = in_currency(held, currency)
        raise Conflict("not_enough", f"{whom.alias} has {has}, which is less than this.")
    return {"whom": whom, "currency": currency, "units": units, "held": held, "after": after}


def _book(actor: Actor, form: BookingForm, verb: Verb) -> purse.Booked:
    asked, key = form.cleaned_data, str(form.cleaned_data["key"])
    return verb.book(
        actor, form.tournament, asked["alias"], asked["currency"], asked["units"], asked["reference"], key
    )
