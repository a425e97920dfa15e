"""Do the books add up? Sums, currencies, floors, kept balances, settlements, batches, against the entries."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Sum

from tournaments.models import (
    Account,
    Balance,
    Entry,
    LedgerHead,
    Tournament,
    Transaction,
)
from tournaments.services import ledger
from tournaments.services.upkeep import chain, payouts, settlements
from tournaments.services.upkeep.findings import Finding, Tell, silent


@dataclass(frozen=True)
class Verdict:
    """A tournament's ledger as it was checked: how many transactions, and the end of their chain."""

    tournament: Tournament
    transactions: int
    hash: str
    findings: list[Finding]

    @property
    def mark(self) -> str:
        """Return PLACE:HASH, to be noted elsewhere."""
        return f"{self.transactions}:{self.hash}"


def verify(tournament: Tournament, expected: Iterable[chain.Mark] = (), tell: Tell = silent) -> Verdict:
    """Check one tournament's chain and everything that is derived from its entries."""
    found = [
        *chain.check(tournament, expected, tell),
        *_transactions(tournament),
        *_currencies(tournament),
        *_foreign(tournament),
        *_kept(tournament),
        *_floors(tournament),
        *settlements.check(tournament),
        *payouts.check(tournament),
    ]
    return Verdict(tournament, *ledger.head(tournament), found)


def with_money() -> list[Tournament]:
    """Return the tournaments that have booked anything."""
    booked = Q(pk__in=LedgerHead.objects.values("tournament")) | Q(
        pk__in=Transaction.objects.values("tournament")
    )
    return list(Tournament.objects.filter(booked).order_by("slug"))


def everything() -> list[Finding]:
    """Check the ledger of every tournament."""
    return [one for tournament in with_money() for one in verify(tournament).findings]


def _entries(tournament: Tournament) -> QuerySet[Entry]:
    return Entry.objects.filter(transaction__tournament=tournament)


def _transactions(tournament: Tournament) -> list[Finding]:
    sums = _entries(tournament).values("transaction", "currency").annotate(total=Sum("amount"))
    return [
        Finding(
            "ledger_unbalanced",
            f"transaction {row['transaction']}",
            f"Its entries sum to {row['total']} {row['currency']}, not to zero.",
        )
        for row in sums.exclude(total=0).order_by("transaction", "currency")
    ]


def _currencies(tournament: Tournament) -> list[Finding]:
    other = _entries(tournament).exclude(currency=F("account__currency")).select_related("account")
    return [
        Finding(
            "ledger_currency",
            f"entry {entry.pk}",
            f"It is in {entry.currency}, its account in {entry.account.currency}.",
        )
        for entry in other.order_by("pk")
    ]


def _foreign(tournament: Tournament) -> list[Finding]:
    other = _entries(tournament).exclude(account__tournament=tournament).order_by("pk")
    return [
        Finding("ledger_foreign", f"entry {entry.pk}", "Its account is of another tournament.")
        for entry in other
    ]


def _kept(tournament: Tournament) -> list[Finding]:
    """Compare what the database keeps of each account with the sum and the number of its entries."""
    accounts = Account.objects.filter(tournament=tournament).order_by("pk")
    sums = accounts.annotate(total=Sum("entries__amount"), lines=Count("entries"))
    counted = {row[0]: (row[1] or 0, row[2]) for row in sums.values_list("pk", "total", "lines")}
    rows = Balance.objects.filter(account__tournament=tournament).values_list("pk", "amount", "entries")
    kept = {pk: (amount, lines) for pk, amount, lines in rows}
    return [
        Finding(
            "cache_differs",
            f"account {pk}",
            f"It is kept as {kept.get(pk, (0, 0))[0]} of {kept.get(pk, (0, 0))[1]} entries; "
            f"its {lines} entries sum to {total}.",
        )
        for pk, (total, lines) in counted.items()
        if kept.get(pk, (0, 0)) != (total, lines)
    ]


def _floors(tournament: Tournament) -> list[Finding]:
    sums = Account.objects.filter(tournament=tournament).annotate(total=Sum("entries__amount"))
    return [
        Finding(
            "ledger_floor",
            f"account {row.pk}",
            f"It holds {row.total}, which is below its floor {row.floor}.",
        )
        for row in sums.filter(total__lt=F("floor")).order_by("pk")
    ]
