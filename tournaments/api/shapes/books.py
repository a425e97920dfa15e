"""A tournament's books. Amounts are whole minor units of up to 38 digits, exact in JSON.

Readers in JavaScript need a parser that keeps large integers: beyond 2^53 its own numbers do not.
"""

from rest_framework import serializers

from tournaments.api.shapes.common import Shape


class Group(Shape):
    """The accounts of a kind."""

    kind = serializers.CharField()
    accounts = serializers.IntegerField()
    entries = serializers.IntegerField()
    debit = serializers.IntegerField(help_text="What accounts below zero have given, as a positive number.")
    credit = serializers.IntegerField(help_text="What the others hold.")


class TrialBalance(Shape):
    """One currency's accounts by kind; both sums are equal."""

    currency = serializers.CharField()
    currency_digits = serializers.IntegerField(source="digits")
    groups = Group(many=True)
    debit = serializers.IntegerField()
    credit = serializers.IntegerField()


class Head(Shape):
    """The end of the chain: note it elsewhere, and compare it later."""

    place = serializers.IntegerField(help_text="How many transactions there are.")
    hash = serializers.CharField()


class Books(Shape):
    """The trial balance of each currency, and the end of the chain."""

    head = Head()
    currencies = TrialBalance(many=True)


class AccountRow(Shape):
    """One account and what it holds."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.CharField()
    participant = serializers.CharField(source="participant.alias", default=None, allow_null=True)
    round = serializers.IntegerField(source="round.number", default=None, allow_null=True)
    batch = serializers.IntegerField(source="batch.number", default=None, allow_null=True)
    currency = serializers.CharField()
    floor = serializers.IntegerField(allow_null=True, help_text="The least it may hold; null is no limit.")
    balance = serializers.IntegerField(source="kept.amount")
    entries = serializers.IntegerField(source="kept.entries")


class EntryRow(Shape):
    """One line of a transaction."""

    id = serializers.IntegerField(source="pk")
    account = serializers.IntegerField(source="account_id")
    kind = serializers.CharField(source="account.kind")
    participant = serializers.CharField(source="account.participant.alias", default=None, allow_null=True)
    currency = serializers.CharField()
    amount = serializers.IntegerField()


class TransactionRow(Shape):
    """One transaction, its place in the chain and its lines, which sum to zero."""

    id = serializers.IntegerField(source="pk")
    place = serializers.IntegerField(source="seal.seq")
    hash = serializers.CharField(source="seal.hash")
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    round = serializers.IntegerField(source="round.number", default=None, allow_null=True)
    memo = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    actor = serializers.CharField(source="actor.username", default=None, allow_null=True)
    reverses = serializers.IntegerField(source="reverses_id", allow_null=True)
    reversed_by = serializers.IntegerField(source="reversed_by.pk", default=None, allow_null=True)
    entries = EntryRow(source="entries.all", many=True)
