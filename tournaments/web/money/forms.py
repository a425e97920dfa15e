"""What operators fill in to book money."""

import uuid
from typing import Any

from django import forms

from tournaments.models import Currency, Participant
from tournaments.services import currencies
from tournaments.services.access import Actor
from tournaments.services.errors import Refused
from tournaments.services.people import roster
from tournaments.services.purse import REFERENCE_MOST


class BookingForm(forms.Form):
    """Whom, how much, and by what it is found outside. `key` makes a form that is sent twice book once."""

    alias = forms.CharField(label="Participant", max_length=40, help_text="The alias.")
    amount = forms.CharField(label="Amount", max_length=60, help_text="Such as 25 or 25.50.")
    currency = forms.ChoiceField(label="Currency")
    reference = forms.CharField(
        label="Reference",
        max_length=REFERENCE_MOST,
        help_text="By what the payment is found outside: the bank's reference, an invoice.",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, known: list[Currency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.known = actor, {one.code: one for one in known}
        self.fields["key"].initial = uuid.uuid4
        currency = self.fields["currency"]
        assert isinstance(currency, forms.ChoiceField)
        currency.choices = [(code, code) for code in self.known]
        for name in ("alias", "amount", "reference"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"

    @property
    def tournament(self) -> Any:
        """Return the tournament whose currencies these are."""
        return next(iter(self.known.values())).tournament

    def clean_alias(self) -> Participant:
        """Find the participant."""
        try:
            return roster.find_participant(self.actor, self.tournament, self.cleaned_data["alias"].strip())
        except Refused as refused:
            raise forms.ValidationError(refused.message, refused.code) from refused

    def clean(self) -> dict[str, Any]:
        """Read the amount in the digits of the currency."""
        data: dict[str, Any] = super().clean() or {}
        currency = self.known.get(data.get("currency", ""))
        if currency and "amount" in data:
            try:
                data["units"] = currencies.read_amount(data["amount"], currency.digits)
            except Refused as refused:
                self.add_error("amount", forms.ValidationError(refused.message, refused.code))
        return data
