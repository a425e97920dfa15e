"""Payouts for those who oversee: what is owed, batches with their files, and what ends a batch."""

import uuid
from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from tournaments.models import Currency, PayoutBatch, Tournament
from tournaments.services import currencies
from tournaments.services.access import Actor, need_operator, need_overseer
from tournaments.services.currencies import decimal_text
from tournaments.services.errors import Invalid, Refused
from tournaments.services.paying import batches as service
from tournaments.services.paying import files, owed
from tournaments.web.door import page, show, status_of
from tournaments.web.money.forms import CancelForm, CollectForm, SentForm
from tournaments.web.money.purse import with_money
from tournaments.web.sheets import csv_file

LINES = 50
CSV_HEADS = ("alias", "owed_minor_units", "owed", "currency", "waits")
FIELD_OF = {
    "bad_reference": "reference",
    "reference_used": "reference",
    "reason_needed": "reason",
    "bad_amount": "least",
    "bad_age": "age",
}
ASKED, LISTS = ("currency", "least", "age"), ("owed", "page")
"""What an address says of what is asked for, and by which names it turns the two lists' pages."""
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
    context |= {"found": found, "key": uuid.uuid4()}
    if found:
        context |= _lines(found, request.GET.get("owed")) | {"asked": _asked(form)}
    if posted and found and found.due and status == 200:
        return show(request, "web/money/collect.html", context)
    here = Paginator(service.listed(actor, tournament), LINES).get_page(request.GET.get("page"))
    status = 400 if status == 200 and payable and not form.is_valid() else status
    context |= {"page": here, "payable": payable, "keys": _keys(request.GET)}
    return show(request, "web/money/batches.html", context, status)


def _lines(found: owed.Owed, number: str | None) -> dict[str, Any]:
    """Return a page of who is owed what, those to be paid first, and how many wait for each reason."""
    every: list[owed.Due | owed.Skipped] = [*found.due, *found.skipped]
    here: Page[owed.Due | owed.Skipped] = Paginator(every, LINES).get_page(number)
    return {"owed": here, "waits": Counter(one.reason for one in found.skipped).most_common()}


def _asked(form: CollectForm) -> str:
    """Return what was asked for as an address has it."""
    return urlencode({name: form[name].value() for name in ASKED})


def _keys(get: QueryDict) -> dict[str, str]:
    """Return, for each of the two lists, what the address says of all but its own page."""
    said = {name: get[name] for name in (*ASKED, *LISTS) if name in get}
    return {one: urlencode({name: said[name] for name in said if name != one}) for one in LISTS}


@page
def owed_csv(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Return who is owed what as a CSV file; where each is paid stands in a batch's files only."""
    tournament = _overseen(actor, slug)
    form = CollectForm(request.GET, known=currencies.money_of(tournament))
    if not form.is_valid():
        raise Invalid("bad_request", "Ask for a currency, a least amount, and an age in hours.")
    data = form.cleaned_data
    found = owed.owed(actor, tournament, data["currency"], data["units"], data["age"])
    code, digits = found.currency.code, found.currency.digits
    told = [(one.participant, one.amount, "") for one in found.due]
    told += [(one.participant, one.amount, one.reason) for one in found.skipped]
    rows = ([whom.alias, amount, decimal_text(amount, digits), code, waits] for whom, amount, waits in told)
    return csv_file(f"{slug}-owed-{code}", CSV_HEADS, rows)


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
    here = Paginator(one.items.all(), LINES).get_page(request.GET.get("page"))
    context = {**_of(actor, one), "files": made, "page": here}
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
    context |= {"form": form}
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
