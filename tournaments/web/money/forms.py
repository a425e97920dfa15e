"""What operators fill in to book money."""

import uuid
from typing import Any

from django import forms

from tournaments.models import Currency, Participant
from tournaments.services import currencies
from tournaments.services.access import Actor
from tournaments.services.errors import Refused
from tournaments.services.paying.owed import AGE_MOST
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


class CollectForm(forms.Form):
    """What a batch would collect. `key` makes a form that is sent twice collect once."""

    currency = forms.ChoiceField(label="Currency")
    least = forms.CharField(label="Owed at least", max_length=60, help_text="Who is owed less waits.")
    age = forms.IntegerField(
        label="Address older than, hours", min_value=0, max_value=AGE_MOST, help_text="Newer ones wait."
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, known: list[Currency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {one.code: one for one in known}
        currency = self.fields["currency"]
        assert isinstance(currency, forms.ChoiceField)
        currency.choices = [(code, code) for code in self.known]
        self.fields["least"].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        """Read the least amount in the digits of the currency."""
        data: dict[str, Any] = super().clean() or {}
        currency = self.known.get(data.get("currency", ""))
        if currency and "least" in data:
            try:
                data["units"] = currencies.read_amount(data["least"], currency.digits)
            except Refused as refused:
                self.add_error("least", forms.ValidationError(refused.message, refused.code))
        return data


class SentForm(forms.Form):
    """By what the payment is found outside."""

    reference = forms.CharField(max_length=REFERENCE_MOST)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, currency: Currency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.fields["reference"]
        asked.label = "Transaction id" if currency.network else "Reference of the payment"
        asked.help_text = (
            "64 hexadecimal digits, as the wallet shows it." if currency.network else "As the bank calls it."
        )
        asked.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "class": "long"}


class CancelForm(forms.Form):
    """Why nothing was sent, and that nothing was."""

    SENTENCE = "nothing was sent"
    reason = forms.CharField(label="Reason", max_length=300, help_text="It is kept in the audit log.")
    sentence = forms.CharField(label=f"Type “{SENTENCE}” to confirm", max_length=40)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sentence"].widget.attrs["autocomplete"] = "off"

    def clean_sentence(self) -> str:
        """Accept only the very words, whatever their case."""
        words = " ".join(str(self.cleaned_data["sentence"]).strip(' .“”"').lower().split())
        if words != self.SENTENCE:
            raise forms.ValidationError(f"This is not “{self.SENTENCE}”.", code="wrong_sentence")
        return words
