"""What was paid to a participant: when, how much, where, and by which reference."""

from collections.abc import Iterable

from django.db.models import QuerySet

from tournaments.models import Currency, PayoutBatch, PayoutItem, Tournament
from tournaments.services.access import READ, Actor, need_participant


def received(actor: Actor, tournament: Tournament) -> QuerySet[PayoutItem]:
    """Return the payments to the actor's participant, newest first, with their batches in every state."""
    participant = need_participant(actor, tournament, READ)
    found = PayoutItem.objects.filter(participant=participant, batch__tournament=tournament)
    return found.select_related("batch__currency", "address").order_by("-pk")


def on_its_way(found: Iterable[PayoutItem]) -> list[tuple[int, Currency]]:
    """Return what of these payments is collected and not sent yet, in minor units, once for each currency."""
    sums: dict[str, tuple[int, Currency]] = {}
    for one in found:
        if one.batch.state == PayoutBatch.State.PENDING:
            currency = one.batch.currency
            sums[currency.code] = sums.get(currency.code, (0, currency))[0] + one.amount, currency
    return list(sums.values())
