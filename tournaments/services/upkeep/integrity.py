"""Does everything still hold that must always hold of stored bytes and of money (DESIGN, Always true 1–3, 8)?

The database refuses what would break it; this finds what a disk, a hand or a restore broke anyway.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import F, Sum

from tournaments.models import Account, Entry, Payout, Settlement
from tournaments.services.upkeep.references import named_blobs
from tournaments.store.blobs import BlobError, open_blob

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold: a stable code, the thing, and a sentence."""

    code: str
    what: str
    message: str


def stored_bytes(tell: Tell) -> list[Finding]:
    """Read every stored file that the database names and compare its hash; `tell(done, total)` as it goes."""
    named, found = named_blobs(), []
    for done, (sha256, what) in enumerate(named.items(), 1):
        try:
            open_blob(sha256).close()
        except BlobError as error:
            found.append(Finding(f"blob_{error.code}", what, error.message))
        tell(done, len(named))
    return found


def money() -> list[Finding]:
    """Check transactions, accounts and settlements against the entries of the ledger."""
    return [*_transactions(), *_currencies(), *_floors(), *_settlements()]


def _transactions() -> list[Finding]:
    sums = Entry.objects.values("transaction", "currency").annotate(total=Sum("amount")).exclude(total=0)
    return [
        Finding(
            "ledger_unbalanced",
            f"transaction {row['transaction']}",
            f"Its entries sum to {row['total']} {row['currency']}, not to zero.",
        )
        for row in sums.order_by("transaction", "currency")
    ]


def _currencies() -> list[Finding]:
    foreign = Entry.objects.exclude(currency=F("account__currency")).select_related("account").order_by("pk")
    return [
        Finding(
            "ledger_currency",
            f"entry {entry.pk}",
            f"It is in {entry.currency}, its account in {entry.account.currency}.",
        )
        for entry in foreign
    ]


def _floors() -> list[Finding]:
    low = Account.objects.annotate(balance=Sum("entries__amount")).filter(balance__lt=F("floor"))
    return [
        Finding(
            "ledger_floor",
            f"account {row.pk}",
            f"It holds {row.balance}, which is below its floor {row.floor}.",
        )
        for row in low.order_by("pk")
    ]


def _settlements() -> list[Finding]:
    found = []
    for settlement in Settlement.objects.select_related("round__tournament").order_by("pk"):
        wrong = _wrong(settlement)
        if wrong:
            found.append(Finding("settlement_unpaid", f"settlement {settlement.pk}", wrong))
    return found


def _wrong(settlement: Settlement) -> str:
    """Say how payouts or ledger differ from a settlement, or "" when they agree in every sum."""
    payouts = Payout.objects.filter(settlement=settlement).aggregate(total=Sum("amount"))["total"] or 0
    entries = Entry.objects.filter(transaction=settlement.transaction_id)
    moved = {
        row["account__kind"]: row["total"]
        for row in entries.values("account__kind").annotate(total=Sum("amount"))
    }
    for name, says, holds in (
        ("Its payouts", settlement.paid, payouts),
        ("The ledger's payments", settlement.paid, moved.get(Account.Kind.PARTICIPANT, 0)),
        ("The ledger's rollover", settlement.rolled_over, moved.get(Account.Kind.ROLLOVER, 0)),
        ("The pool's entry", -settlement.pool, moved.get(Account.Kind.POOL, 0)),
    ):
        if says != holds:
            return f"{name}: {holds}; the settlement says {says}."
    return ""
