"""Many participants, to count what a page asks of the database."""

from tests.world import World
from tournaments.models import Participant, Round


def fill(world: World, round_: Round, size: int) -> None:
    """Add participants with a submission each until there are so many."""
    for i in range(Participant.objects.count(), size):
        world.submit(world.player(f"p{i}"), round_, world.skill(0.1, noise=i % 40))
