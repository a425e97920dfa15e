"""Where one can go from here: a tournament's pages, by who asks. `door.show` puts them on each page."""

from dataclasses import dataclass

from django.urls import reverse

from tournaments.models import Tournament
from tournaments.services import currencies
from tournaments.services.access import Actor, participant_of

ALL, PLAYER, OVERSEER, OPERATOR = "all", "player", "overseer", "operator"


@dataclass(frozen=True)
class Stop:
    """A page of a tournament: its title, the name of its address, who may go there, and what lies behind it.

    `rooms` are the first words of other addresses, below the tournament's own, that belong to it.
    """

    title: str
    name: str
    who: str = ALL
    money: bool = False
    """Whether it is there only where a tournament pays something, or ever did."""
    rooms: tuple[str, ...] = ()


HOME = "tournament"
ROUND = "N"
"""Among rooms: any round."""
STOPS = (
    Stop("Rounds", HOME, rooms=(ROUND, "rounds")),
    Stop("Season", "season"),
    Stop("Desk", "desk", OVERSEER),
    Stop("Team", "team", PLAYER),
    Stop("Money", "money", PLAYER, money=True),
    Stop("People", "people", OVERSEER, rooms=("joining", "roles")),
    Stop("Books", "books", OVERSEER, money=True, rooms=("batches", "replay")),
    Stop("Rules", "rules", OPERATOR, rooms=("about",)),
    Stop("Audit", "audit", OVERSEER),
)


def stops(actor: Actor, tournament: Tournament, path: str) -> list[tuple[str, str, str]]:
    """Return (title, address, current) of the pages of a tournament that this actor may open.

    `current` is as aria-current, seen from the page at `path`: "page" for that very one, "true" for the one
    that it belongs to, else "".
    """
    operates = actor.operates(tournament)
    may = {
        ALL: True,
        PLAYER: participant_of(actor, tournament) is not None,
        OPERATOR: operates,
        OVERSEER: operates or actor.oversees(tournament),
    }
    open_ = [one for one in STOPS if may[one.who]]
    if any(one.money for one in open_) and not currencies.has_money(tournament):
        open_ = [one for one in open_ if not one.money]
    return [_seen_from(path, one, tournament.slug) for one in open_]


def _seen_from(path: str, stop: Stop, slug: str) -> tuple[str, str, str]:
    base, address = reverse(HOME, args=[slug]), reverse(stop.name, args=[slug])
    if path == address:
        return stop.title, address, "page"
    room = path.removeprefix(base).partition("/")[0] if path.startswith(base) else ""
    room = ROUND if room.isdecimal() or room == "current" else room
    within = room and (room in stop.rooms or address == f"{base}{room}/")
    return stop.title, address, "true" if within else ""
