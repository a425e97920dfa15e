"""Where one is paid, and what was paid: a section of one's own money, and the form behind it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tournaments.models import Currency, Tournament
from tournaments.services import currencies
from tournaments.services.access import STAKE, Actor, find_tournament, need_participant
from tournaments.services.errors import Refused, Unknown
from tournaments.services.paying import addresses, received
from tournaments.services.paying.addresses import TEXT_MOST
from tournaments.services.paying.owed import MIN_AGE_HOURS
from tournaments.web.door import page, show, status_of

SHOWN = 20
BEGINS = {"bitcoin": "bc1, 1 or 3", "testnet": "tb1, m, n or 2", "regtest": "bcrt1, m, n or 2"}
FIELD_OF = {
    "bad_address": "address",
    "wrong_network": "address",
    "address_unsupported": "address",
    "bad_holder": "holder",
}


class AddressForm(forms.Form):
    """A Bitcoin address, or a bank account and whose it is."""

    address = forms.CharField(max_length=TEXT_MOST)
    holder = forms.CharField(label="Account holder", max_length=TEXT_MOST, help_text="As the bank knows you.")

    def __init__(self, *args: Any, currency: Currency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.fields["address"]
        if currency.network:
            del self.fields["holder"]
            asked.label = "Bitcoin address"
            asked.help_text = (
                f"Of {network_words(currency.network)}: it begins with {BEGINS[currency.network]}."
            )
        else:
            asked.label, asked.help_text = "Account", "An IBAN, or the number that your bank gave it."
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "class": "long"}


def network_words(network: str) -> str:
    """Return a network as people call it."""
    return "the main network" if network == "bitcoin" else network


def section(actor: Actor, tournament: Tournament) -> dict[str, Any]:
    """Return what the page of one's own money shows of payments; nothing where only points are won."""
    mine = {one.currency.code: one for one in addresses.mine(actor, tournament)}
    ways = [(one, mine.get(one.code)) for one in currencies.money_of(tournament)]
    found = list(received.received(actor, tournament)) if ways else []
    return {
        "ways": ways,
        "payments": found[:SHOWN],
        "paid_in_all": len(found),
        "on_its_way": received.on_its_way(found),
    }


@page
def address(request: HttpRequest, actor: Actor, slug: str, code: str) -> HttpResponse:
    """Ask where one is paid in a currency, and save it."""
    tournament = find_tournament(actor, slug)
    need_participant(actor, tournament, STAKE)
    currency = next((one for one in currencies.money_of(tournament) if one.code == code), None)
    if currency is None:
        raise Unknown("not_found", f"{tournament.name} pays nothing in {code[:12]}.")
    form = AddressForm(request.POST or None, currency=currency)
    mine = addresses.history(actor, tournament).filter(currency__code=code)
    context = {"tournament": tournament, "currency": currency, "form": form, "mine": mine}
    context |= {"age": MIN_AGE_HOURS}
    if request.method != "POST":
        return show(request, "web/money/address.html", context)
    try:
        if "retire" in request.POST:
            addresses.retire(actor, tournament, code)
            messages.success(request, f"Taken back. You are paid nothing in {code} until you say where.")
            return redirect("money", slug)
        if form.is_valid():
            asked = form.cleaned_data
            addresses.register(actor, tournament, code, asked["address"], asked.get("holder", ""))
            messages.success(request, f"Saved. It is paid to from {MIN_AGE_HOURS} hours from now on.")
            return redirect("money", slug)
    except Refused as refused:
        field = FIELD_OF.get(refused.code)
        form.add_error(field, forms.ValidationError(refused.message, refused.code))
        return show(request, "web/money/address.html", context, status_of(refused))
    return show(request, "web/money/address.html", context, 400)
