"""What operators book of money that came in or went out."""

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api import bodies
from tournaments.api.base import KEY, ApiView, documented
from tournaments.api.shapes import purse as shapes
from tournaments.services import purse
from tournaments.services.access import find_tournament
from tournaments.services.people import roster

TAG = "money"


def _book(view: ApiView, request: Request, slug: str, verb: Callable[..., purse.Booked]) -> Response:
    asked: dict[str, Any] = view.body(shapes.BookingIn)
    tournament = find_tournament(view.actor, slug)
    whom = roster.find_participant(view.actor, tournament, asked["alias"])
    key = bodies.idempotency_key(request)
    made = verb(view.actor, tournament, whom, asked["currency"], asked["amount"], asked["reference"], key)
    return Response(shapes.Booked(made).data, 201)


class Deposits(ApiView):
    """Money in."""

    @documented(
        "Book that a participant paid in; operators only",
        {201: shapes.Booked},
        tag=TAG,
        path="slug",
        takes=shapes.BookingIn,
        parameters=[KEY],
        description="Nothing is transferred: the books say what happened outside.",
    )
    def post(self, request: Request, slug: str) -> Response:
        return _book(self, request, slug, purse.deposit)


class Withdrawals(ApiView):
    """Money out."""

    @documented(
        "Book that a participant was paid out; operators only",
        {201: shapes.Booked},
        tag=TAG,
        path="slug",
        takes=shapes.BookingIn,
        parameters=[KEY],
        description="Refused with not_enough where the participant has less: the database decides, so that "
        "two at once cannot both take the same money.",
    )
    def post(self, request: Request, slug: str) -> Response:
        return _book(self, request, slug, purse.withdraw)
