"""What was paid to a participant: when, how much, where, and by which reference."""

from django.db.models import QuerySet

from tournaments.models import PayoutItem, Tournament
from tournaments.services.access import READ, Actor, need_participant


def received(actor: Actor, tournament: Tournament) -> QuerySet[PayoutItem]:
    """Return the payments to the actor's participant, newest first, with their batches in every state."""
    participant = need_participant(actor, tournament, READ)
    found = PayoutItem.objects.filter(participant=participant, batch__tournament=tournament)
    return found.select_related("batch__currency", "address").order_by("-pk")
