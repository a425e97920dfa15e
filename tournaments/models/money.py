"""The settlements of rounds and what they pay; the money itself moves in the ledger."""

from django.db import models
from django.db.models import F, Q

from tournaments.models.amounts import Amount
from tournaments.models.ledger import Transaction
from tournaments.models.people import Participant, User
from tournaments.models.round import Round
from tournaments.models.submission import Submission


class Settlement(models.Model):
    """A payout rule applied to a resolved round. One is effective per (round, frozen rules)."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="settlements")
    rule = models.CharField(max_length=20)
    rules_sha256 = models.CharField(max_length=64)
    currency = models.CharField(max_length=12)
    pool = Amount()
    paid = Amount()
    rolled_over = Amount()
    burned = Amount(default=0)
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
    amount = Amount()
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["settlement", "participant"], name="payout_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payout_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} to {self.participant}"
