"""All money: accounts, transactions that sum to zero, balances. The database guards each of them again."""

from collections.abc import Iterable, Sequence

from django.db import DataError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from tournaments.models import (
    Account,
    Balance,
    Entry,
    Forecaster,
    LedgerHead,
    Participant,
    PayoutBatch,
    Round,
    Seal,
    Tournament,
    Transaction,
    User,
)
from tournaments.services import currencies
from tournaments.services.errors import Conflict, Invalid

Line = tuple[Account, int]
WITHOUT_FLOOR = (Account.Kind.HOUSE, Account.Kind.OUTSIDE)
START = (0, "0" * 64)


def account(
    tournament: Tournament,
    kind: str,
    currency: str,
    participant: Participant | None = None,
    round_: Round | None = None,
    forecaster: Forecaster | None = None,
    batch: PayoutBatch | None = None,
) -> Account:
    """Return the account, created at its first use. Only the house and the outside world have no floor.

    Raises Unknown `unknown_currency`.
    """
    which = {
        "tournament": tournament,
        "kind": kind,
        "participant": participant,
        "round": round_,
        "forecaster": forecaster,
        "batch": batch,
        "currency": currency,
    }
    known = Account.objects.filter(**which).first()
    if known is None:
        currencies.of(tournament, currency)
        floor = None if kind in WITHOUT_FLOOR else 0
        known, _ = Account.objects.get_or_create(**which, defaults={"floor": floor})
    return known


def lock(tournament: Tournament) -> None:
    """Take a tournament's ledger until the transaction ends, to read balances and then post by them.

    Whoever takes a round's lock too takes that one first.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("A ledger is locked inside a transaction.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_lock(%s)", [tournament.pk])


def post(
    kind: str,
    lines: Iterable[Line],
    memo: str,
    *,
    round_: Round | None = None,
    actor: User | None = None,
    reverses: Transaction | None = None,
    reference: str = "",
) -> Transaction:
    """Write a transaction and all its entries in one statement, in a savepoint of the caller's transaction.

    Lines are (account, minor units) of one tournament; zeros are left out. Raises Conflict `not_enough` when
    an account would go below its floor (`account` says which), Invalid `nothing_moves`, `amount_too_large`,
    and django.db.IntegrityError for what only a fault of this program can write.
    """
    moved = [(to, amount) for to, amount in lines if amount]
    if not moved:
        raise Invalid("nothing_moves", "A transaction moves something.")
    try:
        with transaction.atomic():
            written = Transaction.objects.create(
                tournament_id=moved[0][0].tournament_id,
                kind=kind,
                memo=memo,
                round=round_,
                actor=actor,
                reverses=reverses,
                reference=reference,
            )
            Entry.objects.bulk_create(_entry(written, *line) for line in moved)
    except DataError as error:
        raise Invalid("amount_too_large", "An amount or a balance would have more than 38 digits.") from error
    except IntegrityError as error:
        if not str(error).startswith("ledger_floor"):
            raise
        raise _not_enough(error, moved) from error
    return written


def _entry(of: Transaction, to: Account, amount: int) -> Entry:
    return Entry(transaction=of, account=to, currency=to.currency, amount=amount)


def _not_enough(error: IntegrityError, moved: list[Line]) -> Conflict:
    low = int(error.__cause__.diag.message_detail)  # type: ignore[union-attr]
    where = next(to for to, _ in moved if to.pk == low)
    return Conflict(
        "not_enough",
        "The account does not hold that much: nothing was moved.",
        account=low,
        currency=where.currency,
        balance=balance(where),
    )


def balance(of: Account) -> int:
    """Return what an account holds, in minor units, as the database keeps it."""
    return Balance.objects.filter(account=of).values_list("amount", flat=True).first() or 0


def head(tournament: Tournament) -> tuple[int, str]:
    """Return the end of a tournament's chain: the place of its last transaction and that one's hash."""
    found = LedgerHead.objects.filter(tournament=tournament).values_list("seq", "hash").first()
    return found or START


def mark(written: Transaction) -> str:
    """Return a transaction's place in the chain and its hash, to be kept where it can be compared later."""
    return str(Seal.objects.get(transaction=written))


def marked(written: Sequence[Transaction]) -> dict[str, str]:
    """Return what an audit event says of the transactions of its verb: the mark of the last, if any."""
    return {"ledger": mark(written[-1])} if written else {}


def reverse(written: Transaction, memo: str, actor: User | None = None) -> Transaction:
    """Write the opposite of a transaction; refuses with `already_reversed` the second time."""
    with transaction.atomic():
        lock(written.tournament)
        if Transaction.objects.filter(reverses=written).exists():
            raise Conflict("already_reversed", f"Transaction {written.pk} is reversed already.")
        lines = [(entry.account, -entry.amount) for entry in written.entries.select_related("account")]
        return post(
            Transaction.Kind.REVERSAL, lines, memo, round_=written.round, actor=actor, reverses=written
        )
