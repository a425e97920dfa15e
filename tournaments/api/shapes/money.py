"""Settlements, balances, ledger. Amounts are whole minor units, left out where there are no rewards."""

from rest_framework import serializers

from tournaments.api.shapes.common import Shape


class PayoutShape(Shape):
    """What one participant gets, or `reason`, the code of why nothing."""

    alias = serializers.CharField()
    place = serializers.IntegerField(allow_null=True)
    tied = serializers.IntegerField(required=False, help_text="How many share the place, itself included.")
    units = serializers.IntegerField(allow_null=True, help_text="The log loss in 1e-9 nats.")
    weight = serializers.CharField(help_text="A whole number, in decimal.")
    amount = serializers.IntegerField(required=False)
    reason = serializers.CharField(allow_blank=True)


class PlanShape(Shape):
    """A settlement as it would be: paid + rolled_over = pool + burned."""

    rule = serializers.CharField()
    rules_sha256 = serializers.CharField()
    currency = serializers.CharField(required=False)
    currency_digits = serializers.IntegerField(required=False)
    pool = serializers.IntegerField(required=False)
    paid = serializers.IntegerField(required=False)
    rolled_over = serializers.IntegerField(required=False)
    payouts = PayoutShape(many=True)


class SettlementShape(PlanShape):
    """A settlement that was committed."""

    id = serializers.IntegerField()
    burned = serializers.IntegerField(required=False)
    committed_at = serializers.DateTimeField()
    reversed_at = serializers.DateTimeField(allow_null=True)


class Balance(Shape):
    """One's balance in one currency."""

    currency = serializers.CharField()
    currency_digits = serializers.IntegerField()
    balance = serializers.IntegerField()


class Balances(Shape):
    """One's balances; empty where there are no rewards."""

    balances = Balance(many=True)


class LedgerLine(Shape):
    """One line of one's own account."""

    id = serializers.IntegerField(source="pk")
    at = serializers.DateTimeField(source="transaction.at")
    kind = serializers.CharField(source="transaction.kind")
    memo = serializers.CharField(source="transaction.memo")
    round = serializers.IntegerField(source="transaction.round.number", default=None, allow_null=True)
    reference = serializers.CharField(source="transaction.reference", allow_blank=True)
    currency = serializers.CharField()
    amount = serializers.IntegerField()
    balance_after = serializers.IntegerField(help_text="What the account held after this line.")
