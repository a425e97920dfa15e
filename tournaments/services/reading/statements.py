"""One's own money: balances, and the ledger's lines behind them."""

from typing import Any

from django.db.models import QuerySet, Sum

from tournaments.models import Account, Entry, Round, Tournament
from tournaments.services.access import READ, Actor, need_participant


def balances(actor: Actor, tournament: Tournament) -> list[dict[str, Any]]:
    """Return the actor's balance in each currency of a tournament, in minor units; empty without rewards."""
    participant = need_participant(actor, tournament, READ)
    accounts = Account.objects.filter(tournament=tournament, participant=participant)
    return [
        {
            "currency": account.currency,
            "currency_digits": currency_digits(tournament, account.currency),
            "balance": int(account.total or 0),
        }
        for account in accounts.annotate(total=Sum("entries__amount")).order_by("currency")
    ]


def entries(actor: Actor, tournament: Tournament) -> QuerySet[Entry]:
    """Return the entries of the actor's own accounts, newest first."""
    participant = need_participant(actor, tournament, READ)
    mine = Entry.objects.filter(account__tournament=tournament, account__participant=participant)
    return mine.select_related("transaction__round", "account").order_by("-pk")


def currency_digits(tournament: Tournament, currency: str) -> int:
    """Return how many digits a currency's minor unit has, by the newest round that pays in it."""
    rules = [one.read_rules() for one in Round.objects.filter(tournament=tournament).order_by("-number")]
    found = (one for one in [*rules, tournament.read_rules()] if one.currency == currency)
    first = next(found, None)
    return first.currency_digits if first else 0
