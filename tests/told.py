"""Who is told of what: players with an address, and what lies in the outbox for them."""

from tests.world import World
from tournaments.models import Delivery, Notice, User, Webhook
from tournaments.services.access import Actor
from tournaments.services.telling import outbox

BODY = {
    "at": "2026-11-23T10:00:00+00:00",
    "tournament": "weekly",
    "tournament_name": "Weekly",
    "round": 1,
    "url": "http://localhost:8000/t/weekly/1/",
    "closes_at": "2026-11-24T17:00:00+00:00",
}


def mailed(world: World, name: str) -> Actor:
    """Add a player with an address."""
    actor = world.player(name)
    User.objects.filter(username=name).update(email=f"{name}@example.org")
    return actor


def told(kind: str) -> list[tuple[str, bool]]:
    """Return who is told of a kind, in order, and whether by a webhook."""
    found = Delivery.objects.filter(kind=kind).order_by("user__username", "webhook")
    return [(one.user.username, bool(one.webhook)) for one in found]


def hook(actor: Actor, *kinds: str) -> Webhook:
    """Give a user a webhook that is told of these kinds, or of all."""
    assert actor.user is not None
    return Webhook.objects.create(
        user=actor.user, url="https://example.org/", secret="whsec_AAAA", kinds=list(kinds) or Notice.values
    )


def put(user: User, event: str = "opened:1", kind: str = Notice.OPENED) -> Delivery:
    """Write a notice to a user, as if a round had opened."""
    outbox.put(kind, event, [outbox.Letter(user, BODY)])
    return Delivery.objects.get(event=event, user=user)
