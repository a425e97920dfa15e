"""Payouts for those who oversee: what is owed, batches with their files, and what ends a batch."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tournaments.models import Currency, PayoutBatch, Tournament
from tournaments.services import currencies
from tournaments.services.access import Actor, need_operator, need_overseer
from tournaments.services.currencies import decimal_text
from tournaments.services.errors import Refused
from tournaments.services.paying import batches as service
from tournaments.services.paying import files, owed
from tournaments.web.door import page, show, status_of
from tournaments.web.money.forms import CancelForm, CollectForm, SentForm
from tournaments.web.money.paying import network_words
from tournaments.web.money.purse import with_money

LINES = 50
FIELD_OF = {
    "bad_reference": "reference",
    "reference_used": "reference",
    "reason_needed": "reason",
    "bad_amount": "least",
    "bad_age": "age",
}
BITCOIN_UNITS = (("mBTC", 5), ("sat", 0))


def _overseen(actor: Actor, slug: str) -> Tournament:
    tournament = with_money(actor, slug)
    need_overseer(actor, tournament)
    return tournament


@page
def batches(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show what is owed and the batches; collect one when it is confirmed."""
    tournament = _overseen(actor, slug)
    payable = currencies.money_of(tournament)
    posted = request.method == "POST"
    if posted:
        need_operator(actor, tournament)
    first = {"currency": payable[0].code if payable else "", "least": "0", "age": owed.MIN_AGE_HOURS}
    asked = request.POST if posted else {**first, **request.GET.dict()}
    form = CollectForm(asked, known=payable)
    context = {"tournament": tournament, "form": form, "operates": actor.operates(tournament)}
    found, status = None, 200
    try:
        if payable and form.is_valid():
            data = form.cleaned_data
            found = owed.owed(actor, tournament, data["currency"], data["units"], data["age"])
            if posted and "confirmed" in request.POST:
                return _collect(request, actor, tournament, form)
    except Refused as refused:
        form.add_error(FIELD_OF.get(refused.code), forms.ValidationError(refused.message, refused.code))
        status = status_of(refused)
    context |= {
        "found": found,
        "key": uuid.uuid4(),
        "network": found and network_words(found.currency.network),
    }
    if posted and found and found.due and status == 200:
        return show(request, "web/money/collect.html", context)
    here = Paginator(service.listed(actor, tournament), LINES).get_page(request.GET.get("page"))
    status = 400 if status == 200 and payable and not form.is_valid() else status
    return show(request, "web/money/batches.html", {**context, "page": here, "payable": payable}, status)


def _collect(request: HttpRequest, actor: Actor, tournament: Tournament, form: CollectForm) -> HttpResponse:
    data, key = form.cleaned_data, str(form.cleaned_data["key"] or "")
    made = service.collect(actor, tournament, data["currency"], data["units"], data["age"], key)
    messages.success(request, f"Collected. Batch {made.number} waits to be sent.")
    return redirect("batch", tournament.slug, made.number)


@page
def batch(request: HttpRequest, actor: Actor, slug: str, number: int) -> HttpResponse:
    """Show a batch: its payments, its files, how it ended."""
    one = service.find(actor, _overseen(actor, slug), number)
    made = []
    if one.state != PayoutBatch.State.CANCELLED:
        made = [(form, files.make(one, form)) for form in files.forms_of(one)]
    context = {**_of(actor, one), "files": made, "items": one.items.all()}
    return show(request, "web/money/batch.html", context)


@page
def file(request: HttpRequest, actor: Actor, slug: str, number: int, form: str) -> HttpResponse:
    """Give a batch's file to take away."""
    made = files.download(actor, service.find(actor, _overseen(actor, slug), number), form)
    response = HttpResponse(made.content, content_type=made.content_type)
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


@page
def sent(request: HttpRequest, actor: Actor, slug: str, number: int) -> HttpResponse:
    """Ask for the reference, and book that the batch was sent."""
    one, context = _ending(request, actor, slug, number)
    form = SentForm(request.POST or None, currency=one.currency)
    context |= {"form": form, "network": network_words(one.currency.network)}
    if request.method != "POST" or not form.is_valid():
        return show(request, "web/money/sent.html", context, 400 if request.method == "POST" else 200)
    try:
        done = service.settle(actor, one, form.cleaned_data["reference"], str(form.cleaned_data["key"]))
    except Refused as refused:
        return _again(request, "sent", context, form, refused)
    messages.success(request, f"Booked. Batch {done.number} is sent, and those who are paid are told.")
    return redirect("batch", slug, number)


@page
def cancel(request: HttpRequest, actor: Actor, slug: str, number: int) -> HttpResponse:
    """Ask whether nothing was sent, and give back what the batch collected."""
    one, context = _ending(request, actor, slug, number)
    form = CancelForm(request.POST or None)
    context |= {"form": form}
    if request.method != "POST" or not form.is_valid():
        return show(request, "web/money/cancel.html", context, 400 if request.method == "POST" else 200)
    try:
        done = service.cancel(actor, one, form.cleaned_data["reason"], str(form.cleaned_data["key"]))
    except Refused as refused:
        return _again(request, "cancel", context, form, refused)
    messages.success(request, f"Batch {done.number} is cancelled; everyone has back what was collected.")
    return redirect("batch", slug, number)


def _ending(request: HttpRequest, actor: Actor, slug: str, number: int) -> tuple[PayoutBatch, dict[str, Any]]:
    tournament = _overseen(actor, slug)
    need_operator(actor, tournament)
    one = service.find(actor, tournament, number)
    return one, _of(actor, one)


def _again(
    request: HttpRequest, template: str, context: dict[str, Any], form: forms.Form, refused: Refused
) -> HttpResponse:
    field = FIELD_OF.get(refused.code)
    form.add_error(field, forms.ValidationError(refused.message, refused.code))
    return show(request, f"web/money/{template}.html", context, status_of(refused))


def _of(actor: Actor, one: PayoutBatch) -> dict[str, Any]:
    tournament = one.tournament
    return {
        "tournament": tournament,
        "batch": one,
        "currency": one.currency,
        "units": _units(one.total, one.currency),
        "operates": actor.operates(tournament),
    }


def _units(total: int, currency: Currency) -> list[tuple[str, str]]:
    """Return a total in the other units that a wallet may show it in."""
    if not currency.network:
        return []
    return [(unit, decimal_text(total, digits, ",")) for unit, digits in BITCOIN_UNITS]
