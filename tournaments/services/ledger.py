"""All money: accounts, transactions that sum to zero, balances. The database guards each of them again."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Sum

from tournaments.models import Account, Entry, Participant, Round, Tournament, Transaction, User
from tournaments.services.errors import Conflict

Line = tuple[Account, int]


def account(
    tournament: Tournament,
    kind: str,
    currency: str,
    participant: Participant | None = None,
    round_: Round | None = None,
) -> Account:
    """Return the account, created at its first use. Only the house, the source of all money, has no floor."""
    found, _ = Account.objects.get_or_create(
        tournament=tournament,
        kind=kind,
        participant=participant,
        round=round_,
        currency=currency,
        defaults={"floor": None if kind == Account.Kind.HOUSE else 0},
    )
    return found


def post(
    kind: str,
    lines: Iterable[Line],
    memo: str,
    *,
    round_: Round | None = None,
    actor: User | None = None,
    reverses: Transaction | None = None,
) -> Transaction:
    """Write a transaction and all its entries in one statement, inside the caller's transaction.

    Lines are (account, minor units); zeros are left out. Raises django.db.IntegrityError when they do
    not sum to zero per currency or an account would go below its floor.
    """
    written = Transaction.objects.create(kind=kind, memo=memo, round=round_, actor=actor, reverses=reverses)
    Entry.objects.bulk_create(
        Entry(transaction=written, account=to, currency=to.currency, amount=amount)
        for to, amount in lines
        if amount
    )
    return written


def balance(of: Account) -> int:
    """Return the sum of an account's entries, in minor units."""
    total = Entry.objects.filter(account=of).aggregate(total=Sum("amount"))["total"]
    return int(total or 0)


def reverse(written: Transaction, memo: str, actor: User | None = None) -> Transaction:
    """Write the opposite of a transaction; refuses with `already_reversed` the second time."""
    with transaction.atomic():
        if Transaction.objects.filter(reverses=written).exists():
            raise Conflict("already_reversed", f"Transaction {written.pk} is reversed already.")
        lines = [(entry.account, -entry.amount) for entry in written.entries.select_related("account")]
        return post(
            Transaction.Kind.REVERSAL, lines, memo, round_=written.round, actor=actor, reverses=written
        )
