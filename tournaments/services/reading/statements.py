"""One's own money: balances, and the ledger's lines behind them."""

from typing import Any

from django.db.models import F, QuerySet, Sum, Window

from tournaments.models import Account, Entry, Participant, Tournament
from tournaments.services import currencies
from tournaments.services.access import READ, Actor, need_participant


def balances(actor: Actor, tournament: Tournament) -> list[dict[str, Any]]:
    """Return the actor's balance in each currency of a tournament, in minor units; empty without rewards."""
    participant = need_participant(actor, tournament, READ)
    accounts = _own(tournament, participant)
    digits = currencies.digits_of(tournament)
    return [
        {"currency": code, "currency_digits": digits[code], "balance": amount or 0}
        for code, amount in accounts.order_by("currency").values_list("currency", "kept__amount")
    ]


def entries(actor: Actor, tournament: Tournament, currency: str = "") -> QuerySet[Any]:
    """Return the lines of the actor's own accounts, newest first, each with its `balance_after`."""
    participant = need_participant(actor, tournament, READ)
    mine = _own(tournament, participant)
    return lines_of(mine.filter(currency=currency) if currency else mine)


def _own(tournament: Tournament, participant: Participant) -> QuerySet[Account]:
    """Return a participant's accounts, one a currency; what lies in escrow is told by `stakes`."""
    kind = Account.Kind.PARTICIPANT
    return Account.objects.filter(tournament=tournament, participant=participant, kind=kind)


def lines_of(accounts: QuerySet[Account]) -> QuerySet[Any]:
    """Return the lines of accounts, newest first, each with what its account held after it.

    Lines are numbered while the tournament's ledger is held, so their order is that of the chain.
    """
    after = Window(Sum("amount"), partition_by=F("account"), order_by=F("pk").asc())
    found = Entry.objects.filter(account__in=accounts).annotate(balance_after=after)
    return found.select_related("transaction__round", "account").order_by("-pk")
