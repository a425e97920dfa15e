"""Settlements, balances, ledger. Amounts are whole minor units, left out where there are no rewards."""

from rest_framework import serializers

from tournaments.api.shapes.common import Shape


class MissedShape(Shape):
    """A gate, its limit and what was found, decimals as text; empty where a gate goes by no number."""

    gate = serializers.CharField()
    limit = serializers.CharField(allow_blank=True)
    found = serializers.CharField(allow_blank=True)


class ReadShape(Shape):
    """What the rule was given of this participant: by this a payout can be computed again."""

    precedence = serializers.IntegerField()
    eligible = serializers.BooleanField(help_text="Whether the gates were passed.")
    scores = serializers.DictField(child=serializers.IntegerField(), help_text="In 1e-9, by name.")


class PayoutShape(Shape):
    """What one participant gets, or `reason`, the code of why nothing."""

    alias = serializers.CharField()
    forecaster = serializers.CharField(allow_null=True, help_text="Which of the participant's own it is.")
    place = serializers.IntegerField(allow_null=True)
    tied = serializers.IntegerField(required=False, help_text="How many share the place, itself included.")
    units = serializers.IntegerField(allow_null=True, help_text="The log loss in 1e-9 nats.")
    weight = serializers.CharField(help_text="A whole number, in decimal.")
    stake = serializers.IntegerField(required=False, help_text="What was at stake; 0 where none was taken.")
    amount = serializers.IntegerField(required=False, help_text="What is won, on top of the stake.")
    burned = serializers.IntegerField(required=False, help_text="What is lost of the stake.")
    reason = serializers.CharField(allow_blank=True)
    missed = MissedShape(allow_null=True)
    read = ReadShape(allow_null=True)


class PlanShape(Shape):
    """A settlement as it would be: paid + rolled_over = pool + burned."""

    rule = serializers.CharField()
    parameters = serializers.JSONField(help_text="Of the rule, by its own names.")
    rules_sha256 = serializers.CharField()
    inputs_sha256 = serializers.CharField(allow_blank=True, help_text="Of all that the rule read.")
    currency = serializers.CharField(required=False)
    currency_digits = serializers.IntegerField(required=False)
    pool = serializers.IntegerField(required=False)
    paid = serializers.IntegerField(required=False)
    burned = serializers.IntegerField(required=False)
    rolled_over = serializers.IntegerField(required=False)
    payouts = PayoutShape(many=True)


class SettlementShape(PlanShape):
    """A settlement that was committed."""

    id = serializers.IntegerField()
    committed_at = serializers.DateTimeField()
    reversed_at = serializers.DateTimeField(allow_null=True)
    reverse_reason = serializers.CharField(allow_blank=True)


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
