"""The settlements of rounds and what they pay; the money itself moves in the ledger."""

from django.db import models
from django.db.models import F, Q

from tournaments.models.amounts import Amount
from tournaments.models.ledger import Transaction
from tournaments.models.people import Forecaster, Participant, User
from tournaments.models.round import Round
from tournaments.models.submission import Submission


class Settlement(models.Model):
    """A payout rule applied to a resolved round. One is in force per round; what was reversed stays.

    `inputs_sha256` is of all that the rule read; what it read of whom stands with each payout.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="settlements")
    rule = models.CharField(max_length=20)
    parameters = models.JSONField(default=dict)
    rules_sha256 = models.CharField(max_length=64)
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    currency = models.CharField(max_length=12)
    pool = Amount()
    paid = Amount()
    rolled_over = Amount()
    burned = Amount(default=0)
    transaction = models.OneToOneField(Transaction, models.PROTECT, null=True, related_name="settlement")
    committed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    committed_at = models.DateTimeField(auto_now_add=True)
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reverse_reason = models.CharField(max_length=300, blank=True)
    reversal = models.OneToOneField(
        Transaction, models.PROTECT, null=True, related_name="reversed_settlement"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=Q(reversed_at__isnull=True), name="one_effective_settlement"
            ),
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True, reverse_reason="", reversal__isnull=True)
                | Q(reversed_at__isnull=False) & ~Q(reverse_reason=""),
                name="settlement_reversed_whole",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("committed_by")),
                name="settlement_by_two",
            ),
            models.CheckConstraint(
                condition=Q(rolled_over=F("pool") + F("burned") - F("paid")), name="money_is_conserved"
            ),
        ]

    def __str__(self) -> str:
        return f"settlement of {self.round}"


class Payout(models.Model):
    """What a participant gets from a settlement, or `reason`, the stable code of why nothing.

    `amount` is won, on top of the `stake`, of which `burned` is lost: stake + amount - burned go back.
    A rule without stakes pays a participant once, one with stakes each forecaster that has something staked.
    `read` is what the rule was given: precedence, whether the gates were passed, and scores in 1e-9 by name;
    so that all payouts of a settlement can be computed again from their rows. `missed` is the gate that kept
    somebody out, its limit and what was found, decimals as text.
    """

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="payouts")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="payouts")
    forecaster = models.ForeignKey(Forecaster, models.PROTECT, null=True, related_name="payouts")
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="payouts")
    place = models.PositiveIntegerField(null=True)
    tied = models.PositiveIntegerField(default=1, help_text="How many share this place, itself included")
    units = models.BigIntegerField(null=True)
    weight = models.TextField(help_text="A whole number, in decimal")
    stake = Amount(default=0)
    amount = Amount()
    burned = Amount(default=0)
    reason = models.CharField(max_length=40, blank=True)
    missed = models.JSONField(default=dict)
    read = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["settlement", "participant", "forecaster"], nulls_distinct=False, name="payout_once"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payout_not_negative"),
            models.CheckConstraint(
                condition=Q(burned__gte=0, burned__lte=F("stake")) & (Q(burned=0) | Q(amount=0)),
                name="payout_burns_its_stake",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} to {self.participant}"


class Proposal(models.Model):
    """A settlement that an operator proposes and another approves, where the rules ask for four eyes.

    What is approved is what was proposed: with other inputs meanwhile it is stale.
    """

    class State(models.TextChoices):
        OPEN = "open"
        APPROVED = "approved"
        WITHDRAWN = "withdrawn"
        STALE = "stale"

    round = models.ForeignKey(Round, models.PROTECT, related_name="proposals")
    inputs_sha256 = models.CharField(max_length=64)
    pool = Amount()
    paid = Amount()
    rolled_over = Amount()
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    settlement = models.OneToOneField(Settlement, models.PROTECT, null=True, related_name="proposal")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round"], condition=Q(state="open"), name="one_open_proposal"),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(decided_by__isnull=False, settlement__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="proposal_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} for {self.round}"
