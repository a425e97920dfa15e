"""What participants are told of payments: each verb is called in the transaction of what it tells."""

from typing import Any

from django.conf import settings

from tournaments.models import Member, Notice, Participant, PayoutAddress, PayoutBatch, Tournament, User
from tournaments.services.clock import db_now
from tournaments.services.telling import outbox
from tournaments.services.telling.outbox import Letter


def _facts(tournament: Tournament, **more: Any) -> dict[str, Any]:
    return {
        "at": db_now().isoformat(),
        "tournament": tournament.slug,
        "tournament_name": tournament.name,
        "url": f"{settings.BASE_URL}/t/{tournament.slug}/money/",
        **more,
    }


def address_changed(participant: Participant, made: PayoutAddress | None, by: User, code: str) -> None:
    """Tell all members that one of them changed where they are paid, or took it back."""
    body = _facts(
        participant.tournament,
        currency=code,
        address=shortened(made.address) if made else None,
        by=by.username,
    )
    members = User.objects.filter(memberships__participant=participant)
    event = f"{Notice.ADDRESS_CHANGED}:{participant.pk}:{code}:{body['at']}"
    told = outbox.listeners(members, Notice.ADDRESS_CHANGED)
    outbox.put(Notice.ADDRESS_CHANGED, event, [Letter(user, body) for user in told])


def paid_out(batch: PayoutBatch, reference: str) -> None:
    """Tell each member of those whom a batch pays that it was sent."""
    currency = batch.currency
    body = _facts(
        batch.tournament,
        batch=batch.number,
        currency=currency.code,
        currency_digits=currency.digits,
        reference=reference,
    )
    own = {
        one.participant_id: {"amount": one.amount, "address": shortened(one.address.address)}
        for one in batch.items.select_related("address")
    }
    members = Member.objects.filter(participant__in=own).select_related("user").order_by("pk")
    letters = [Letter(one.user, {**body, **own[one.participant_id]}) for one in members]
    outbox.put(Notice.PAID_OUT, f"{Notice.PAID_OUT}:{batch.pk}", letters)


def shortened(text: str) -> str:
    """Return enough of an address to know it again.

    >>> shortened("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"), shortened("DE12 34")
    ('bc1qw508…v8f3t4', '…2 34')
    """
    return f"{text[:8]}…{text[-6:]}" if len(text) > 20 else f"…{text[-4:]}"
