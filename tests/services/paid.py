"""A resolved round to settle: Ann and Bob pass, Cyd is worse than a coin, Dan copies Ann, Eve is excluded."""

from tests.world import World, drain
from tournaments.models import Payout, Round, Settlement
from tournaments.numerics.payouts.entries import Entry
from tournaments.services import rounds
from tournaments.services.access import Actor, participant_of
from tournaments.services.people import roles, users

PLAYERS = {"ann": (0.5, 1), "bob": (0.4, 2), "cyd": (-0.8, 3), "dan": (0.5, 1), "eve": (0.3, 4)}


def played(folder, **rules) -> tuple[World, Round]:
    """A world and its resolved round."""
    world = World(folder, pool=1_000, **rules)
    people = {name: world.player(name) for name in PLAYERS}
    return world, play(world, people)


def play(world: World, people: dict[str, Actor]) -> Round:
    """Another round of the same people."""
    round_ = world.open_round()
    for name, (strength, noise) in PLAYERS.items():
        world.submit(people[name], round_, world.skill(strength, noise))
    drain()
    rounds.exclude(
        world.operator, round_, participant_of(people["eve"], world.tournament), "two people, one file"
    )
    return world.resolve(world.close(round_))


def operator(world: World, name: str) -> Actor:
    """Another operator."""
    user, _ = users.create_user(name)
    roles.grant(world.operator, world.tournament, name, "operator")
    return Actor(user)


def by_alias(plan):
    """A plan's lines by whose they are."""
    return {line.participant.alias: line for line in plan.lines}


def entries_of(made: Settlement) -> list[Entry[int]]:
    """What the rule read, out of the payouts' own rows."""
    return [
        Entry(one.forecaster_id, one.read["precedence"], one.read["eligible"], one.stake, one.read["scores"])
        for one in Payout.objects.filter(settlement=made)
    ]
