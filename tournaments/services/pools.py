"""What rounds have to pay: taken from the house and from what is left over, given back when cancelled."""

from tournaments.models import Account, Round, Transaction, User
from tournaments.services import currencies, ledger


def pool_of(round_: Round) -> Account:
    """Return the account from which a round pays, funded when it opened."""
    currency = round_.read_rules().currency
    return ledger.account(round_.tournament, Account.Kind.POOL, currency, round_=round_)


def rollover_of(round_: Round) -> Account:
    """Return the tournament's account that holds what earlier rounds did not pay; the next round takes it."""
    return ledger.account(round_.tournament, Account.Kind.ROLLOVER, round_.read_rules().currency)


def fund(round_: Round, by: User | None) -> Transaction | None:
    """Fill the pool from the house and from all that is left over; two rounds at once do not both take it."""
    rules = round_.read_rules()
    if not rules.pool:
        return None
    currencies.ensure(round_.tournament, rules)
    ledger.lock(round_.tournament)
    house = ledger.account(round_.tournament, Account.Kind.HOUSE, rules.currency)
    left = ledger.balance(rollover_of(round_))
    lines = [(house, -rules.pool), (rollover_of(round_), -left), (pool_of(round_), rules.pool + left)]
    memo = f"Pool of round {round_.number}"
    return ledger.post(Transaction.Kind.FUNDING, lines, memo, round_=round_, actor=by)


def give_back(round_: Round, by: User | None) -> list[Transaction]:
    """Reverse what funded a round that is cancelled; returns the reversals."""
    kind = Transaction.Kind.FUNDING
    funded = Transaction.objects.filter(round=round_, kind=kind, reversed_by__isnull=True)
    return [ledger.reverse(one, f"Round {round_.number} was cancelled", by) for one in funded]
