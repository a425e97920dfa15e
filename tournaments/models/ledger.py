"""The append-only double-entry record of all money, one chain a tournament.

What the database itself refuses is in migration 0006: unbalanced transactions, late entries, transactions
without entries or of another tournament's accounts, changed or deleted rows, a balance below its floor. There
too are the triggers that write what is derived: LedgerHead, Seal and Balance.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from tournaments.models.amounts import Amount
from tournaments.models.people import Forecaster, Participant, User
from tournaments.models.round import Round
from tournaments.models.tournament import Tournament


def _of(kind: str, *owners: str) -> Q:
    """Return that an account of a kind is of these things and of no other."""
    whose = ("participant", "round", "forecaster", "batch")
    return Q(kind=kind, **{f"{one}__isnull": one not in owners for one in whose})


class Account(models.Model):
    """A place where money is. A balance is the sum of its entries; `floor` is the least it may be.

    `house` is where prizes come from, `outside` where deposits come from and withdrawals go: these two alone
    have no floor. `escrow` holds what one forecaster has at stake in one round, `batch` what a payout batch
    collected until it is paid out.
    """

    class Kind(models.TextChoices):
        HOUSE = "house"
        OUTSIDE = "outside"
        ROLLOVER = "rollover"
        POOL = "pool"
        PARTICIPANT = "participant"
        ESCROW = "escrow"
        BATCH = "batch"

    tournament = models.ForeignKey(Tournament, models.PROTECT, related_name="accounts")
    kind = models.CharField(max_length=11, choices=Kind)
    participant = models.ForeignKey(
        Participant, models.PROTECT, null=True, blank=True, related_name="accounts"
    )
    round = models.ForeignKey(Round, models.PROTECT, null=True, blank=True, related_name="accounts")
    forecaster = models.ForeignKey(Forecaster, models.PROTECT, null=True, blank=True, related_name="accounts")
    batch = models.ForeignKey("PayoutBatch", models.PROTECT, null=True, blank=True, related_name="accounts")
    currency = models.CharField(max_length=12)
    floor = Amount(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tournament", "kind", "participant", "round", "forecaster", "batch", "currency"],
                nulls_distinct=False,
                name="account_once",
            ),
            models.CheckConstraint(
                condition=_of("participant", "participant")
                | _of("pool", "round")
                | _of("escrow", "participant", "round", "forecaster")
                | _of("batch", "batch")
                | _of("house")
                | _of("outside")
                | _of("rollover"),
                name="account_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["house", "outside"], floor__isnull=True)
                | Q(~Q(kind__in=["house", "outside"]), floor__isnull=False),
                name="account_floor",
            ),
        ]

    def __str__(self) -> str:
        whose = self.forecaster or self.participant or self.round or self.batch or self.tournament
        return f"{self.kind} {whose} in {self.currency}"


class Transaction(models.Model):
    """Entries that sum to zero, written at once. A correction is a reversal, itself a transaction.

    `at` is set by the database while it holds the tournament's ledger, so that it rises along the chain.
    `reference` is what the outside world calls it: a bank's reference, an invoice.
    """

    class Kind(models.TextChoices):
        FUNDING = "funding"
        PAYOUT = "payout"
        REFUND = "refund"
        REVERSAL = "reversal"
        DEPOSIT = "deposit"
        WITHDRAWAL = "withdrawal"
        STAKE = "stake"
        UNSTAKE = "unstake"
        COLLECTION = "collection"
        SENT = "sent"

    tournament = models.ForeignKey(Tournament, models.PROTECT, related_name="transactions")
    kind = models.CharField(max_length=10, choices=Kind)
    round = models.ForeignKey(Round, models.PROTECT, null=True, related_name="transactions")
    memo = models.CharField(max_length=300)
    reference = models.CharField(max_length=120, blank=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.memo}"


class Entry(models.Model):
    """One line of a transaction: `amount` minor units into (or, negative, out of) an account."""

    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries")
    currency = models.CharField(max_length=12)
    amount = Amount()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_something")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class LedgerHead(models.Model):
    """The end of a tournament's chain, and the lock of all its money: a transaction takes it first."""

    tournament = models.OneToOneField(
        Tournament, models.PROTECT, primary_key=True, related_name="ledger_head"
    )
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class Seal(models.Model):
    """A transaction's place in its tournament's chain: `hash` is of all it says and of the hash before."""

    transaction = models.OneToOneField(Transaction, models.PROTECT, primary_key=True, related_name="seal")
    tournament = models.ForeignKey(Tournament, models.PROTECT, related_name="seals")
    seq = models.BigIntegerField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tournament", "seq"], name="seal_once")]

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class Balance(models.Model):
    """The sum and the number of an account's entries, kept by the trigger that decides by it."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="kept")
    amount = Amount()
    entries = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.amount} {self.account.currency}"
