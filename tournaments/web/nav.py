"""Where one can go from here: a tournament's pages, by who asks. `door.show` puts them on each page."""

from dataclasses import dataclass

from django.urls import reverse

from tournaments.models import Tournament
from tournaments.services import currencies
from tournaments.services.access import Actor, participant_of

ALL, PLAYER, OVERSEER, OPERATOR = "all", "player", "overseer", "operator"


@dataclass(frozen=True)
class Stop:
    """A page of a tournament: its title, the name of its address, and who may go there."""

    title: str
    name: str
    who: str = ALL
    money: bool = False
    """Whether it is there only where a tournament pays something, or ever did."""


STOPS = (
    Stop("Rounds", "tournament"),
    Stop("Season", "season"),
    Stop("Desk", "desk", OVERSEER),
    Stop("Team", "team", PLAYER),
    Stop("Money", "money", PLAYER, money=True),
    Stop("People", "people", OVERSEER),
    Stop("Books", "books", OVERSEER, money=True),
    Stop("Rules", "rules", OPERATOR),
    Stop("Audit", "audit", OVERSEER),
)


def stops(actor: Actor, tournament: Tournament) -> list[tuple[str, str]]:
    """Return (title, address) of the pages of a tournament that this actor may open."""
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
    return [(one.title, reverse(one.name, args=[tournament.slug])) for one in open_]
