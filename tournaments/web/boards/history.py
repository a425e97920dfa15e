"""A forecaster's rounds, and the public rounds of a participant."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse

from tournaments.models import Forecaster, Participant, Tournament
from tournaments.services.access import Actor, find_tournament, participant_of
from tournaments.services.reading import histories, weights
from tournaments.services.reading.histories import Played
from tournaments.web.boards import joined, past
from tournaments.web.boards.pictures import gains
from tournaments.web.door import page, show


@page
def forecaster(request: HttpRequest, actor: Actor, slug: str, pk: int) -> HttpResponse:
    """Show the closed rounds of a forecaster to its own people and to those who oversee."""
    tournament = find_tournament(actor, slug)
    found = histories.find_forecaster(actor, tournament, pk)
    played = histories.of_forecaster(found)
    return _page(request, actor, tournament, found.participant, played, found)


@page
def player(request: HttpRequest, actor: Actor, slug: str, alias: str) -> HttpResponse:
    """Show the resolved rounds of a participant to everyone."""
    tournament = find_tournament(actor, slug)
    found = histories.find_participant(tournament, alias)
    return _page(request, actor, tournament, found, histories.of_participant(found), None)


def _page(
    request: HttpRequest,
    actor: Actor,
    tournament: Tournament,
    participant: Participant,
    played: Sequence[Played],
    one: Forecaster | None,
) -> HttpResponse:
    rules, me = tournament.read_rules(), participant_of(actor, tournament)
    own = me is not None and me.pk == participant.pk
    looks = own or actor.oversees(tournament)
    ended = [row for row in played if row.rank is not None]
    context = {
        "tournament": tournament,
        "participant": participant,
        "forecaster": one,
        "own": own,
        "rules": rules,
        "rewarded": rules.rewards != "none",
        "rounds": past.draw(played, past.Table(tournament.slug, rules, looks)),
        "siblings": list(participant.forecasters.order_by("pk")) if looks else [],
        "chart": gains(played) if len(ended) > 1 else None,
        "counted": sum(1 for row in played if not row.missed),
        "missed": sum(1 for row in played if row.missed),
        "best": min(ended, key=lambda row: row.rank or 0, default=None),
        "joined": joined.shown(
            weights.of_participant(actor, participant, everything=one is not None), tournament.slug
        ),
        "paid": sum(row.payout or 0 for row in played),
    }
    return show(request, "web/boards/history.html", context)
