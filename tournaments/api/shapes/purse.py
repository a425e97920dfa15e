"""Deposits and withdrawals, as operators book them."""

from rest_framework import serializers

from tournaments.api.shapes.common import Shape
from tournaments.models.amounts import MOST
from tournaments.services.purse import REFERENCE_MOST


class BookingIn(Shape):
    """Money that moved between a participant and the outside world."""

    alias = serializers.CharField(max_length=40, help_text="The participant's alias.")
    currency = serializers.CharField(max_length=12, help_text="Its code, such as USD.")
    amount = serializers.IntegerField(
        min_value=1, max_value=MOST - 1, help_text="In minor units: 2500 for 25.00 USD."
    )
    reference = serializers.CharField(
        max_length=REFERENCE_MOST, help_text="By what it is found outside, such as the bank's reference."
    )


class Booked(Shape):
    """What was booked, and what the participant has then."""

    transaction = serializers.IntegerField(source="transaction.pk")
    at = serializers.DateTimeField(source="transaction.at")
    kind = serializers.CharField(source="transaction.kind")
    alias = serializers.CharField(source="participant.alias")
    currency = serializers.CharField(source="currency.code")
    currency_digits = serializers.IntegerField(source="currency.digits")
    amount = serializers.IntegerField()
    balance = serializers.IntegerField()
    reference = serializers.CharField(source="transaction.reference")
