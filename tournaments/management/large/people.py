"""A thousand people: users, participants under aliases, their members and forecasters."""

from dataclasses import dataclass

import numpy as np
from django.contrib.auth.hashers import make_password

from tournaments.management.large.ground import Ground
from tournaments.models import Account, Forecaster, Member, Participant, User
from tournaments.services import currencies

FIRST = (
    "Amber", "Brisk", "Calm", "Dusky", "Early", "Fleet", "Glad", "Hazel",
    "Ivory", "Jolly", "Keen", "Lunar", "Mellow", "Noble", "Opal", "Prime",
    "Quick", "Ruddy", "Slate", "Tidal", "Umber", "Vivid", "Wry", "Young",
)  # fmt: skip
SECOND = (
    "Auk", "Bittern", "Crane", "Dunlin", "Egret", "Finch", "Grebe", "Heron",
    "Ibis", "Jay", "Kite", "Lark", "Merlin", "Nightjar", "Osprey", "Plover",
    "Quail", "Rook", "Snipe", "Tern", "Wren", "Whimbrel", "Teal", "Swift",
)  # fmt: skip
GROUPS = ("Autumn course", "Spring course", "Alumni", "")
TWO_EVERY = 10
"""Every tenth participant has a second forecaster."""


@dataclass(frozen=True)
class People:
    """Participants with their forecasters, in the order of their numbers; the first is the known player."""

    players: list[Participant]
    benchmark: Participant
    forecasters: list[list[Forecaster]]
    skill: np.ndarray
    """Each one's expected gain in nats a row."""
    activity: np.ndarray
    """How likely each is to take part in a round, up to a factor."""
    user: User


def settle_in(ground: Ground, known: str, password: str) -> People:
    """Make everyone. All but the known player have passwords that nobody knows."""
    total = ground.size.participants + 1
    names = [known, *(f"{ground.tournament.slug}-{i:05d}" for i in range(1, total - 1))]
    names.append(f"{ground.tournament.slug}-benchmark")
    hashes = [make_password(password), *[make_password(None)] * (total - 1)]
    users = User.objects.bulk_create(
        User(username=name, password=secret) for name, secret in zip(names, hashes, strict=True)
    )
    made = Participant.objects.bulk_create(_participant(ground, i) for i in range(total))
    Member.objects.bulk_create(
        Member(participant=one, tournament=ground.tournament, user=user)
        for one, user in zip(made, users, strict=True)
    )
    currency = currencies.ensure(ground.tournament, ground.tournament.read_rules()).code
    kind = Account.Kind.PARTICIPANT
    Account.objects.bulk_create(
        Account(tournament=ground.tournament, kind=kind, participant=one, currency=currency, floor=0)
        for one in made[:-1]
    )
    return People(
        players=made[:-1],
        benchmark=made[-1],
        forecasters=_forecasters(made),
        skill=ground.random.normal(4e-4, 6e-4, total),
        activity=ground.random.lognormal(0.0, 1.0, total - 1),
        user=users[0],
    )


def _participant(ground: Ground, i: int) -> Participant:
    benchmark = i == ground.size.participants
    alias = f"{FIRST[i % len(FIRST)]} {SECOND[i // len(FIRST) % len(SECOND)]}"
    again = i // (len(FIRST) * len(SECOND))
    return Participant(
        tournament=ground.tournament,
        kind=Participant.Kind.BENCHMARK if benchmark else Participant.Kind.PLAYER,
        alias="Linear benchmark" if benchmark else f"{alias} {again + 1}" if again else alias,
        name="" if benchmark else f"Person {i + 1}",
        external_id="" if benchmark else f"{ground.tournament.slug}-{i + 1:05d}",
        group="" if benchmark else GROUPS[i % len(GROUPS)],
    )


def _forecasters(made: list[Participant]) -> list[list[Forecaster]]:
    found = [[Forecaster(participant=one, name="main")] for one in made]
    for i in range(0, len(made) - 1, TWO_EVERY):
        found[i].append(Forecaster(participant=made[i], name="second"))
    Forecaster.objects.bulk_create(one for own in found for one in own)
    return found
