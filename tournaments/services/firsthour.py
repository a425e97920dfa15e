"""The first hour of a new server or tournament: what is done on the way to the first open round."""

from dataclasses import dataclass

from tournaments.models import Participant, Role, Round, Tournament
from tournaments.services.access import OPERATE, Actor
from tournaments.services.contests import need_founder

State = Round.State


@dataclass(frozen=True)
class FirstHour:
    """How far a tournament is on its way to its first round; all is empty before there is one."""

    tournament: Tournament | None = None
    draft: Round | None = None
    players: int = 0
    opened: Round | None = None

    @property
    def people(self) -> bool:
        """Say whether there is someone to play, or a door by which they can come."""
        here = self.tournament
        return self.players > 0 or (here is not None and here.joining != Tournament.Joining.CLOSED)

    @property
    def step(self) -> str:
        """Return what comes next: data, people, open, or "" at the end."""
        if self.opened:
            return ""
        return "data" if self.draft is None else "open" if self.people else "people"


def is_empty(actor: Actor) -> bool:
    """Say whether the actor runs this server and nobody has made a tournament on it."""
    user = actor.user
    return user is not None and user.is_superuser and not Tournament.objects.exists()


def of_tournament(tournament: Tournament) -> FirstHour:
    """Return how far a tournament is."""
    rounds = Round.objects.filter(tournament=tournament).select_related("tournament")
    players = Participant.objects.filter(tournament=tournament, kind=Participant.Kind.PLAYER)
    return FirstHour(
        tournament,
        rounds.filter(state=State.DRAFT).order_by("number").first(),
        players.count(),
        rounds.filter(opened_at__isnull=False).order_by("number").first(),
    )


def find(actor: Actor) -> FirstHour:
    """Return how far the actor's newest tournament without an opened round is; empty when there is none.

    For those who may create tournaments. Raises Forbidden `founder_only`.
    """
    user = need_founder(actor)
    tournaments = Tournament.objects.exclude(rounds__opened_at__isnull=False)
    if not user.is_superuser:
        tournaments = tournaments.filter(roles__user=user, roles__kind=Role.Kind.OPERATOR)
    newest = tournaments.order_by("-pk").first()
    return of_tournament(newest) if newest else FirstHour()


def under_way(actor: Actor, tournament: Tournament) -> bool:
    """Say whether the actor operates a tournament that has never opened a round."""
    return (
        OPERATE in actor.scopes
        and actor.operates(tournament)
        and not Round.objects.filter(tournament=tournament, opened_at__isnull=False).exists()
    )
