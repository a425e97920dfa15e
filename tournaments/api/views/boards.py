"""Leaderboard and meta-model."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api.base import PAGING, ApiView, documented, page, paged, query_parameter
from tournaments.api.renderers import TableRenderer
from tournaments.api.shapes import boards as shapes
from tournaments.api.shapes.common import Shape
from tournaments.services.access import find_round
from tournaments.services.errors import Conflict
from tournaments.services.frames import SPLITS
from tournaments.services.reading import crowds, reports

TAG = "boards"


class BoardQuery(Shape):
    """Which split is asked for."""

    split = serializers.ChoiceField(SPLITS, default="")


class Leaderboard(ApiView):
    """Who stands where in a round."""

    renderer_classes = [JSONRenderer, TableRenderer]

    @documented(
        "The leaderboard of a round",
        {
            200: paged(
                "Leaderboard",
                shapes.BoardRow,
                split=serializers.CharField(),
                public=serializers.BooleanField(help_text="Whether the scores of all are shown."),
            ),
            (200, "text/csv"): OpenApiTypes.STR,
        },
        tag=TAG,
        path="slug number",
        parameters=[
            query_parameter("split", str, "The most telling that may be shown, unless said.", enum=SPLITS),
            query_parameter("format", str, "csv for a table; or ask with Accept.", enum=["json", "csv"]),
            *PAGING,
        ],
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        asked = self.query(BoardQuery)["split"]
        round_ = find_round(self.actor, slug, number)
        board = reports.leaderboard(self.actor, round_, asked)
        if asked and board.split != asked:
            raise Conflict(
                "split_not_shown", f"Round {round_.number} shows no {asked} scores at this moment."
            )

        def render(row: dict[str, Any]) -> dict[str, Any]:
            return shapes.BoardRow(row).data

        return Response(page(request, board.rows, render, split=board.split, public=board.public))


class MetaModel(ApiView):
    """The crowd's blends."""

    @documented(
        "The meta-model and the other blends: weights and scores, from the close on",
        {200: shapes.MetaModelShape},
        tag=TAG,
        path="slug number",
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        found = crowds.of_round(find_round(self.actor, slug, number))
        return Response(shapes.MetaModelShape(found).data)
