"""One participant among many, for operators who mean to do something: by alias, name or external id."""

from dataclasses import dataclass

from django.db.models import Case, Q, QuerySet, When
from django.db.models.functions import Lower

from tournaments.models import Participant, Round
from tournaments.services.access import Actor, need_operator

MOST = 20


@dataclass(frozen=True)
class Found:
    """The first of those who match, by alias; whom the words name exactly comes before all others."""

    people: list[Participant]
    more: bool
    """Whether still others match."""


def find(actor: Actor, round_: Round, q: str, outside: bool = True) -> Found:
    """Return up to 20 participants of a round's tournament who match; without words, all do.

    `outside` says whether those who are excluded from the round are among them. Operators only.
    """
    need_operator(actor, round_.tournament)
    people = candidates(round_, outside)
    if q:
        hit = Q(alias__icontains=q) | Q(name__icontains=q) | Q(external_id__icontains=q)
        exact = Q(alias__iexact=q) | Q(external_id__iexact=q)
        people = people.filter(hit).order_by(Case(When(exact, then=0), default=1), Lower("alias"), "pk")
    found = list(people[: MOST + 1])
    return Found(found[:MOST], more=len(found) > MOST)


def candidates(round_: Round, outside: bool = True) -> QuerySet[Participant]:
    """Return the participants of a round's tournament, with or without those excluded from the round."""
    people = Participant.objects.filter(tournament=round_.tournament_id).order_by(Lower("alias"), "pk")
    return people if outside else people.exclude(exclusions__round=round_)
