"""A tournament's books, for operators and auditors: what came from where, and with whom it is now.

Amounts are signed as the ledger has them. A negative balance is a debit, a positive one a credit: what was
given out or received is on one side, what is owed on the other, and both sides are equal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from tournaments.models import Account, Entry, Tournament, Transaction
from tournaments.services import audit, currencies, ledger
from tournaments.services.access import Actor, need_overseer
from tournaments.services.errors import Unknown
from tournaments.services.reading import statements
from tournaments.services.upkeep import chain

ORDER = [Account.Kind.HOUSE, Account.Kind.OUTSIDE, Account.Kind.ROLLOVER, Account.Kind.POOL]
LEDGER_COLUMNS = (
    *("seq", "previous", "hash", "tournament_id", "transaction_id", "kind", "round_id", "actor_id"),
    *("reverses_id", "at", "memo_sha256", "reference_sha256", "memo", "reference"),
)
ENTRY_COLUMNS = (
    *("entry_id", "account_id", "account_kind", "participant_id", "account_round_id", "floor"),
    *("currency", "currency_digits", "amount_minor_units", "forecaster_id", "batch_id"),
)


@dataclass(frozen=True)
class Group:
    """The accounts of a kind in one currency."""

    kind: str
    accounts: int
    entries: int
    debit: int
    credit: int


@dataclass(frozen=True)
class TrialBalance:
    """One currency's accounts by kind; `debit` and `credit` are the sums and equal."""

    currency: str
    digits: int
    groups: list[Group]

    @property
    def debit(self) -> int:
        """Sum of what the accounts below zero have given."""
        return sum(one.debit for one in self.groups)

    @property
    def credit(self) -> int:
        """Sum of what the others hold."""
        return sum(one.credit for one in self.groups)

    @property
    def even(self) -> bool:
        """Say whether both sides are equal, as they must be."""
        return self.debit == self.credit


def trial_balance(actor: Actor, tournament: Tournament) -> list[TrialBalance]:
    """Return the trial balance of each currency that anything is booked in."""
    need_overseer(actor, tournament)
    booked = Account.objects.filter(tournament=tournament, kept__isnull=False)
    rows = booked.values("currency", "kind").annotate(
        accounts=Count("pk"),
        lines=Sum("kept__entries"),
        below=Sum("kept__amount", filter=Q(kept__amount__lt=0)),
        above=Sum("kept__amount", filter=Q(kept__amount__gt=0)),
    )
    digits = currencies.digits_of(tournament)
    found: dict[str, list[Group]] = {}
    for row in sorted(rows, key=lambda one: (one["currency"], _place(one["kind"]))):
        group = Group(row["kind"], row["accounts"], row["lines"], -(row["below"] or 0), row["above"] or 0)
        found.setdefault(row["currency"], []).append(group)
    return [TrialBalance(code, digits[code], groups) for code, groups in found.items()]


def _place(kind: str) -> int:
    return ORDER.index(Account.Kind(kind)) if kind in ORDER else len(ORDER)


def accounts(actor: Actor, tournament: Tournament, currency: str = "", kind: str = "") -> QuerySet[Account]:
    """Return the accounts that anything is booked in, with what they hold (`kept`): the largest first."""
    need_overseer(actor, tournament)
    found = Account.objects.filter(tournament=tournament, kept__isnull=False)
    if currency:
        found = found.filter(currency=currency)
    if kind:
        found = found.filter(kind=kind)
    return found.select_related("kept", "participant", "round__tournament", "tournament", "batch").order_by(
        "currency", "-kept__amount", "pk"
    )


def find_account(actor: Actor, tournament: Tournament, pk: int) -> Account:
    """Return one account with what it holds. Raises Unknown `not_found`."""
    found = accounts(actor, tournament).filter(pk=pk).first()
    if found is None:
        raise Unknown("not_found", f"There is no account {pk} in the books of {tournament.name}.")
    return found


def lines_of(actor: Actor, account: Account) -> QuerySet[Any]:
    """Return an account's lines, newest first, each with what it held after it."""
    need_overseer(actor, account.tournament)
    return statements.lines_of(Account.objects.filter(pk=account.pk))


def transactions(actor: Actor, tournament: Tournament, kind: str = "") -> QuerySet[Transaction]:
    """Return the transactions with their seals and entries, newest first."""
    need_overseer(actor, tournament)
    found = Transaction.objects.filter(tournament=tournament)
    if kind:
        found = found.filter(kind=kind)
    entries = Entry.objects.select_related(
        "account__participant", "account__round__tournament", "account__batch"
    )
    return (
        found.select_related("seal", "actor", "round__tournament", "reverses", "reversed_by")
        .prefetch_related(Prefetch("entries", entries.order_by("pk")))
        .order_by("-seal__seq", "-pk")
    )


def find_transaction(actor: Actor, tournament: Tournament, pk: int) -> Transaction:
    """Return one transaction. Raises Unknown `not_found`."""
    found = transactions(actor, tournament).filter(pk=pk).first()
    if found is None:
        raise Unknown("not_found", f"There is no transaction {pk} in the books of {tournament.name}.")
    return found


def head(actor: Actor, tournament: Tournament) -> tuple[int, str]:
    """Return the place and the hash of the chain's end."""
    need_overseer(actor, tournament)
    return ledger.head(tournament)


def export(actor: Actor, tournament: Tournament) -> Iterator[dict[str, Any]]:
    """Return every transaction along the chain, with all that its hash is of; the audit log says who took it.

    Each is a dict of `LEDGER_COLUMNS` with `entries`, dicts of `ENTRY_COLUMNS`.
    """
    by = need_overseer(actor, tournament)
    end = ledger.head(tournament)
    audit.record(by, "ledger_exported", tournament, place=end[0], hash=end[1])
    digits = currencies.digits_of(tournament)
    return (_exported(link, digits) for link in chain.links(tournament))


def _exported(link: chain.Link, digits: dict[str, int]) -> dict[str, Any]:
    one = link.transaction
    place = (link.seq, link.previous, link.hash, link.tournament)
    values = (*place, *chain.cells_of(one), one.memo, one.reference)
    entries = (chain.entry_cells(entry, digits) for entry in link.entries)
    return {
        **dict(zip(LEDGER_COLUMNS, values, strict=True)),
        "entries": [dict(zip(ENTRY_COLUMNS, cells, strict=True)) for cells in entries],
    }
