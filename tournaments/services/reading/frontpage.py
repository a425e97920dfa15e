"""What is on: the tournaments and rounds that the one who asks may see, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from tournaments.models import Participant, Role, Round, Tournament
from tournaments.services.access import AUDIT, OPERATE, READ, Actor
from tournaments.services.reading import status

State = Round.State
LIVE = (State.OPEN, State.CLOSED, State.RESOLVED)


@dataclass(frozen=True)
class Entry:
    """A tournament as its reader finds it: its rounds under way (or the last one), and their own part."""

    tournament: Tournament
    rounds: list[Round]
    participant: Participant | None
    operates: bool
    status: list[dict[str, Any]]
    """As `status.of_participant`: the reader's forecasters in each open round; empty for others."""

    @property
    def is_open(self) -> bool:
        """Say whether a round takes files."""
        return any(round_.state == State.OPEN for round_ in self.rounds)

    @property
    def featured(self) -> Round | None:
        """Return the round to show first: the one that closes next, else the newest; None without any."""
        taking = [round_ for round_ in self.rounds if round_.state == State.OPEN]
        return min(taking, key=lambda round_: round_.closes_at) if taking else next(iter(self.rounds), None)

    @property
    def mine(self) -> bool:
        """Say whether the reader plays or operates here."""
        return self.participant is not None or self.operates


def visible_tournaments(actor: Actor) -> QuerySet[Tournament]:
    """Return the tournaments that `access.visible` lets this actor see, by name."""
    allowed = ~Q(rules__board="participants") | Q(pk__in=_overseen(actor))
    if actor.user is not None and READ in actor.scopes:
        allowed |= Q(pk__in=Participant.objects.filter(members__user=actor.user).values("tournament"))
    return Tournament.objects.filter(allowed).order_by("name", "pk")


def _overseen(actor: Actor) -> QuerySet[Any]:
    kinds = [Role.Kind.OPERATOR] if OPERATE in actor.scopes else []
    if AUDIT in actor.scopes:
        kinds.append(Role.Kind.AUDITOR)
    if actor.user is not None and actor.user.is_superuser and OPERATE in actor.scopes:
        return Tournament.objects.values("pk")
    return Tournament.objects.filter(roles__user=actor.user, roles__kind__in=kinds).values("pk")


def rounds_of(actor: Actor, tournaments: Iterable[Tournament]) -> QuerySet[Round]:
    """Return the rounds that the actor may see, newest first, each with `submitted`, its selected count."""
    rounds = Round.objects.filter(tournament__in=list(tournaments)).select_related("tournament")
    seen = rounds.exclude(Q(state=State.DRAFT) & ~Q(tournament__in=_overseen(actor)))
    return seen.annotate(submitted=Count("selections")).order_by("tournament", "-number")


def home(actor: Actor) -> list[Entry]:
    """Return what the actor's first page shows, their own tournaments and open rounds first."""
    tournaments = list(visible_tournaments(actor))
    last = Round.objects.filter(tournament=OuterRef("tournament")).exclude(state=State.DRAFT)
    now = Q(state__in=[*LIVE, State.DRAFT]) | Q(pk=Subquery(last.order_by("-number").values("pk")[:1]))
    rounds: dict[int, list[Round]] = defaultdict(list)
    for round_ in rounds_of(actor, tournaments).filter(now):
        rounds[round_.tournament_id].append(round_)
    players, operated = _players(actor), set(_operated(actor))
    entries = [
        Entry(
            one,
            rounds[one.pk],
            players.get(one.pk),
            one.pk in operated,
            status.of_participant(players[one.pk]) if one.pk in players else [],
        )
        for one in tournaments
    ]
    return sorted(entries, key=lambda entry: (not entry.mine, not entry.is_open))


def _players(actor: Actor) -> dict[int, Participant]:
    if actor.user is None:
        return {}
    found = Participant.objects.filter(members__user=actor.user)
    return {participant.tournament_id: participant for participant in found}


def _operated(actor: Actor) -> QuerySet[Any]:
    if actor.user is not None and actor.user.is_superuser:
        return Tournament.objects.values_list("pk", flat=True)
    roles = Role.objects.filter(user=actor.user, kind=Role.Kind.OPERATOR)
    return roles.values_list("tournament", flat=True)
