"""Tournaments, season standings, forecasters, participants."""

from typing import Any

from rest_framework import status as http
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api.base import PAGING, ApiView, documented, page, paged
from tournaments.api.shapes import people as shapes
from tournaments.models import Tournament
from tournaments.services.access import find_tournament
from tournaments.services.people import players, roster
from tournaments.services.reading import details, standings, status
from tournaments.services.reading.frontpage import visible_tournaments

TAG = "tournaments"
PEOPLE = "participants"


class Tournaments(ApiView):
    """All tournaments that the reader may see."""

    @documented(
        "Tournaments",
        {200: paged("Tournaments", shapes.TournamentShape)},
        tag=TAG,
        parameters=PAGING,
        operation="tournaments_list",
    )
    def get(self, request: Request) -> Response:
        def render(one: Tournament) -> dict[str, Any]:
            return shapes.TournamentShape(details.of_tournament(self.actor, one)).data

        return Response(page(request, visible_tournaments(self.actor), render))


class OneTournament(ApiView):
    """One tournament."""

    @documented("A tournament", {200: shapes.TournamentShape}, tag=TAG, path="slug")
    def get(self, request: Request, slug: str) -> Response:
        found = details.of_tournament(self.actor, find_tournament(self.actor, slug))
        return Response(shapes.TournamentShape(found).data)


class Standings(ApiView):
    """The season."""

    @documented(
        "Season standings",
        {200: paged("Standings", shapes.Standing)},
        tag=TAG,
        path="slug",
        parameters=PAGING,
    )
    def get(self, request: Request, slug: str) -> Response:
        tournament = find_tournament(self.actor, slug)
        rewards = tournament.read_rules().rewards != "none"

        def render(row: dict[str, Any]) -> dict[str, Any]:
            shown = row if rewards else {name: row[name] for name in row if name != "paid"}
            return shapes.Standing(shown).data

        return Response(page(request, standings.standings(tournament), render))


class Forecasters(ApiView):
    """One's own forecasters."""

    @documented(
        "Your forecasters",
        {200: paged("Forecasters", shapes.ForecasterShape)},
        tag=PEOPLE,
        path="slug",
        parameters=PAGING,
    )
    def get(self, request: Request, slug: str) -> Response:
        mine = roster.forecasters(self.actor, find_tournament(self.actor, slug))
        return Response(page(request, mine, lambda one: shapes.ForecasterShape(one).data))

    @documented(
        "Add a forecaster",
        {201: shapes.ForecasterName},
        tag=PEOPLE,
        path="slug",
        takes=shapes.ForecasterName,
    )
    def post(self, request: Request, slug: str) -> Response:
        tournament = find_tournament(self.actor, slug)
        made = players.add_forecaster(self.actor, tournament, self.body(shapes.ForecasterName)["name"])
        return Response(shapes.ForecasterName(made).data, http.HTTP_201_CREATED)


class ForecasterStatus(ApiView):
    """What one's forecasters have in the open rounds."""

    @documented(
        "Submitted, rejected or missing, per open round",
        {200: paged("Statuses", shapes.RoundStatus)},
        tag=PEOPLE,
        path="slug",
        parameters=PAGING,
    )
    def get(self, request: Request, slug: str) -> Response:
        rounds = status.of_actor(self.actor, find_tournament(self.actor, slug))
        return Response(page(request, rounds, lambda one: shapes.RoundStatus(one).data))


class Nominate(ApiView):
    """The forecaster that takes the paid place."""

    @documented(
        "Choose which forecaster takes your paid place in rounds that close from now on",
        {200: shapes.ForecasterName},
        tag=PEOPLE,
        path="slug",
        takes=shapes.ForecasterName,
    )
    def post(self, request: Request, slug: str) -> Response:
        tournament = find_tournament(self.actor, slug)
        chosen = players.nominate(self.actor, tournament, self.body(shapes.ForecasterName)["name"])
        return Response(shapes.ForecasterName(chosen).data)


class Participants(ApiView):
    """Everyone who takes part."""

    @documented(
        "Participants, for operators and auditors",
        {200: paged("Participants", shapes.ParticipantShape)},
        tag=PEOPLE,
        path="slug",
        parameters=PAGING,
    )
    def get(self, request: Request, slug: str) -> Response:
        found = roster.participants(self.actor, find_tournament(self.actor, slug))
        return Response(page(request, found, lambda one: shapes.ParticipantShape(one).data))

    @documented(
        "Let someone take part; operators only",
        {201: shapes.Enrolment},
        tag=PEOPLE,
        path="slug",
        takes=shapes.ParticipantIn,
    )
    def post(self, request: Request, slug: str) -> Response:
        tournament = find_tournament(self.actor, slug)
        enrolled = roster.enrol(self.actor, tournament, **self.body(shapes.ParticipantIn))
        response = Response(shapes.Enrolment(enrolled).data, http.HTTP_201_CREATED)
        response["Cache-Control"] = "no-store"
        return response
