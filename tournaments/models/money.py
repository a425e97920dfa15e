"""The append-only double-entry record of all money, and the settlements that write to it.

What the database itself refuses is in migration 0002: unbalanced transactions, late entries, changed or
deleted entries, a balance below its account's floor.
"""

from django.db import models
from django.db.models import F, Q

from tournaments.models.people import Participant, User
from tournaments.models.round import Round
from tournaments.models.submission import Submission
from tournaments.models.tournament import Tournament


class Account(models.Model):
    """A place where money is. A balance is the sum of its entries; `floor` is the least it may be."""

    class Kind(models.TextChoices):
        HOUSE = "house"
        ROLLOVER = "rollover"
        POOL = "pool"
        PARTICIPANT = "participant"

    tournament = models.ForeignKey(Tournament, models.PROTECT, related_name="accounts")
    kind = models.CharField(max_length=11, choices=Kind)
    participant = models.ForeignKey(
        Participant, models.PROTECT, null=True, blank=True, related_name="accounts"
    )
    round = models.ForeignKey(Round, models.PROTECT, null=True, blank=True, related_name="accounts")
    currency = models.CharField(max_length=12)
    floor = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tournament", "kind", "participant", "round", "currency"],
                nulls_distinct=False,
                name="account_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="participant", participant__isnull=False, round__isnull=True)
                | Q(kind="pool", participant__isnull=True, round__isnull=False)
                | Q(kind__in=["house", "rollover"], participant__isnull=True, round__isnull=True),
                name="account_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.participant or self.round or self.tournament} in {self.currency}"


class Transaction(models.Model):
    """Entries that sum to zero, written at once. A correction is a reversal, itself a transaction."""

    class Kind(models.TextChoices):
        FUNDING = "funding"
        PAYOUT = "payout"
        REFUND = "refund"
        REVERSAL = "reversal"

    kind = models.CharField(max_length=8, choices=Kind)
    round = models.ForeignKey(Round, models.PROTECT, null=True, related_name="transactions")
    memo = models.CharField(max_length=300)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    at = models.DateTimeField(auto_now_add=True)
    xid = models.BigIntegerField(editable=False, default=0, help_text="Set by the database")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.memo}"


class Entry(models.Model):
    """One line of a transaction: `amount` minor units into (or, negative, out of) an account."""

    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries")
    currency = models.CharField(max_length=12)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_something")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class Settlement(models.Model):
    """A payout rule applied to a resolved round. One is effective per (round, frozen rules)."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="settlements")
    rule = models.CharField(max_length=20)
    rules_sha256 = models.CharField(max_length=64)
    currency = models.CharField(max_length=12)
    pool = models.BigIntegerField()
    paid = models.BigIntegerField()
    rolled_over = models.BigIntegerField()
    burned = models.BigIntegerField(default=0)
    transaction = models.OneToOneField(Transaction, models.PROTECT, null=True, related_name="settlement")
    committed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    committed_at = models.DateTimeField(auto_now_add=True)
    reversed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "rules_sha256"],
                condition=Q(reversed_at__isnull=True),
                name="one_effective_settlement",
            ),
            models.CheckConstraint(
                condition=Q(rolled_over=F("pool") + F("burned") - F("paid")), name="money_is_conserved"
            ),
        ]

    def __str__(self) -> str:
        return f"settlement of {self.round}"


class Payout(models.Model):
    """What a participant gets from a settlement, or `reason`, the stable code of why nothing."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="payouts")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="payouts")
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="payouts")
    place = models.PositiveIntegerField(null=True)
    tied = models.PositiveIntegerField(default=1, help_text="How many share this place, itself included")
    units = models.BigIntegerField(null=True)
    weight = models.TextField(help_text="A whole number, in decimal")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["settlement", "participant"], name="payout_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payout_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} to {self.participant}"
