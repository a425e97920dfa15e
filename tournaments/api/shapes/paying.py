"""Payout addresses and payout batches."""

from rest_framework import serializers

from tournaments.api.shapes.common import Shape
from tournaments.models.amounts import MOST
from tournaments.services.paying.addresses import TEXT_MOST
from tournaments.services.paying.files import FORMS
from tournaments.services.paying.owed import AGE_MOST, MIN_AGE_HOURS
from tournaments.services.purse import REFERENCE_MOST


class AddressIn(Shape):
    """Where to be paid."""

    address = serializers.CharField(
        max_length=TEXT_MOST, help_text="A Bitcoin address where the currency has a network, else an account."
    )
    holder = serializers.CharField(
        max_length=TEXT_MOST, default="", allow_blank=True, help_text="Whose account it is; for banks only."
    )


class AddressShape(Shape):
    """Where a participant is paid in a currency."""

    currency = serializers.CharField(source="currency.code")
    network = serializers.CharField(source="currency.network", help_text="Empty: paid through a bank.")
    address = serializers.CharField()
    holder = serializers.CharField()
    kind = serializers.CharField(help_text="p2pkh, p2sh, p2wpkh, p2wsh, p2tr or bank.")
    registered_at = serializers.DateTimeField()
    registered_by = serializers.CharField(source="registered_by.username")
    retired_at = serializers.DateTimeField(allow_null=True)


class Addresses(Shape):
    """One's own addresses, one a currency at most."""

    addresses = AddressShape(many=True)


class CollectIn(Shape):
    """What a batch collects."""

    currency = serializers.CharField(max_length=12, help_text="Its code, such as USD.")
    least = serializers.IntegerField(
        min_value=0, max_value=MOST - 1, default=0, help_text="Who is owed less is left out; minor units."
    )
    min_age_hours = serializers.IntegerField(
        min_value=0,
        max_value=AGE_MOST,
        default=MIN_AGE_HOURS,
        help_text="Who registered their address later than that is left out.",
    )


class OwedQuery(CollectIn):
    """The same, asked before it is done."""

    currency = serializers.CharField(max_length=12, default="", help_text="The rules' own unless said.")


class DueShape(Shape):
    """Who would be paid."""

    alias = serializers.CharField(source="participant.alias")
    amount = serializers.IntegerField()


class SkippedShape(DueShape):
    """Who would not."""

    reason = serializers.CharField(help_text="no_address, address_too_new, below_minimum or below_dust.")


class SharedShape(Shape):
    """Participants that name one address."""

    aliases = serializers.ListField(child=serializers.CharField())


class OwedShape(Shape):
    """What a batch would collect now, and what it would leave."""

    currency = serializers.CharField(source="currency.code")
    currency_digits = serializers.IntegerField(source="currency.digits")
    least = serializers.IntegerField()
    min_age_hours = serializers.IntegerField()
    total = serializers.IntegerField()
    due = DueShape(many=True)
    skipped = SkippedShape(many=True)
    shared = SharedShape(many=True)


class BatchBrief(Shape):
    """A batch: pending until it is sent by a reference, or cancelled."""

    number = serializers.IntegerField()
    state = serializers.CharField(help_text="pending, sent or cancelled.")
    currency = serializers.CharField(source="currency.code")
    currency_digits = serializers.IntegerField(source="currency.digits")
    network = serializers.CharField(source="currency.network")
    total = serializers.IntegerField()
    least = serializers.IntegerField()
    payments = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(source="created_by.username")
    reference = serializers.CharField(help_text="The transaction's id, or the bank's reference.")
    reason = serializers.CharField(help_text="Why it was cancelled.")
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField(source="ended_by.username", default=None, allow_null=True)
    collected = serializers.IntegerField(
        source="collected_id", help_text="The transaction that collected it."
    )
    ended = serializers.IntegerField(source="ended_id", allow_null=True)


class ItemShape(Shape):
    """One payment; of a bank account the end."""

    alias = serializers.CharField()
    address = serializers.CharField()
    kind = serializers.CharField()
    amount = serializers.IntegerField()


class FileShape(Shape):
    """A file of the batch, the same bytes at each request."""

    form = serializers.ChoiceField(list(FORMS))
    name = serializers.CharField()
    sha256 = serializers.CharField()


class BatchWhole(BatchBrief):
    """A batch with its payments and files."""

    items = ItemShape(many=True)
    files = FileShape(many=True)


class SettleIn(Shape):
    """By what the payment is found outside."""

    reference = serializers.CharField(
        max_length=REFERENCE_MOST,
        help_text="The transaction's id, 64 hexadecimal digits; without a network the bank's reference.",
    )
