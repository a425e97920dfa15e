"""Paying out: where participants want what they won, and the batches that take it there."""

from django.db import models
from django.db.models import Q

from tournaments.models.amounts import Amount
from tournaments.models.currencies import Currency
from tournaments.models.ledger import Transaction
from tournaments.models.people import Participant, User
from tournaments.models.tournament import Tournament


class PayoutAddress(models.Model):
    """Where a participant is paid in a currency: a Bitcoin address as wallets write it, or a bank account.

    Never changed: another one takes its place, and the former is retired. `kind` is the address's type.
    """

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="payout_addresses")
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="payout_addresses")
    address = models.CharField(max_length=120)
    holder = models.CharField(max_length=120, blank=True, help_text="Whose bank account it is")
    kind = models.CharField(max_length=12, blank=True)
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "payout addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "currency"],
                condition=Q(retired_at__isnull=True),
                name="one_payout_address",
            ),
        ]

    def __str__(self) -> str:
        return self.address


class PayoutBatch(models.Model):
    """Payments that leave together. What is collected is the participants' no more: it lies in the batch's
    own account until the payment is known by its `reference`, or the batch is cancelled by a reversal.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        CANCELLED = "cancelled"

    tournament = models.ForeignKey(Tournament, models.PROTECT, related_name="payout_batches")
    number = models.PositiveIntegerField()
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="payout_batches")
    least = Amount(help_text="Who was owed less was not collected")
    total = Amount()
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    collected = models.OneToOneField(Transaction, models.PROTECT, null=True, related_name="batch_collected")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    reference = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    ended = models.OneToOneField(Transaction, models.PROTECT, null=True, related_name="batch_ended")
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "payout batches"
        constraints = [
            models.UniqueConstraint(fields=["tournament", "number"], name="batch_number_once"),
            models.UniqueConstraint(
                fields=["currency", "reference"], condition=~Q(reference=""), name="batch_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", reference="", reason="", ended__isnull=True)
                | Q(state="sent", ended__isnull=False, reason="") & ~Q(reference="")
                | Q(state="cancelled", ended__isnull=False, reference="") & ~Q(reason=""),
                name="batch_ended_whole",
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="batch_pays_something"),
        ]

    def __str__(self) -> str:
        return f"payout batch {self.number} of {self.tournament}"


class PayoutItem(models.Model):
    """One payment of a batch: to whom, where, how much. It stands as it was collected."""

    batch = models.ForeignKey(PayoutBatch, models.PROTECT, related_name="items")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="payout_items")
    address = models.ForeignKey(PayoutAddress, models.PROTECT, related_name="items")
    amount = Amount()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "participant"], name="paid_once_in_a_batch"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="item_pays_something"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} to {self.participant}"
