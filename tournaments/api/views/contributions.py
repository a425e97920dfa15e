"""What participants add to the meta-model."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api.base import PAGING, ApiView, documented, page, paged, query_parameter
from tournaments.api.renderers import TableRenderer
from tournaments.api.shapes.common import Shape
from tournaments.api.shapes.contributions import ContributionShape, StandShape
from tournaments.models import Contribution
from tournaments.services.access import find_round, find_tournament
from tournaments.services.reading import contributions, weights


class ContributionQuery(Shape):
    """Which split is asked for."""

    split = serializers.ChoiceField(contributions.CROWD_SPLITS, default="")


class Contributions(ApiView):
    """Who adds what to a round's meta-model."""

    renderer_classes = [JSONRenderer, TableRenderer]

    @documented(
        "Contributions to the meta-model: your own from the close on, all of them from the resolution on",
        {
            200: paged("Contributions", ContributionShape, split=serializers.CharField()),
            (200, "text/csv"): OpenApiTypes.STR,
        },
        tag="boards",
        path="slug number",
        parameters=[
            query_parameter(
                "split",
                str,
                "The most telling that may be shown, unless said.",
                enum=contributions.CROWD_SPLITS,
            ),
            query_parameter("format", str, "csv for a table; or ask with Accept.", enum=["json", "csv"]),
            *PAGING,
        ],
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        asked = self.query(ContributionQuery)["split"]
        found = contributions.of_round(self.actor, find_round(self.actor, slug, number), asked)
        mine = found.own.pk if found.own else None

        def render(one: Contribution) -> dict[str, Any]:
            whose = {"participant": one.participant.alias, "own": one.participant_id == mine}
            return ContributionShape({**whose, **contributions.as_json(one)}).data

        return Response(page(request, found.rows, render, split=found.split))


class OnesContributions(ApiView):
    """One participant's rounds in the crowd."""

    @documented(
        "A participant in the meta-models of the last rounds: weights, what it added, why its weight moved",
        {
            200: paged(
                "OnesContributions",
                StandShape,
                participant=serializers.CharField(),
                own=serializers.BooleanField(),
            )
        },
        tag="boards",
        path="slug alias",
        parameters=PAGING,
        description=f"The last {weights.LAST} rounds that it was blended in, newest first: resolved ones for "
        "all, closed ones too for itself and for operators and auditors.",
    )
    def get(self, request: Request, slug: str, alias: str) -> Response:
        found = weights.find(self.actor, find_tournament(self.actor, slug), alias)

        def render(one: weights.Line) -> dict[str, Any]:
            return StandShape(weights.as_json(one)).data

        return Response(
            page(request, found.lines, render, participant=found.participant.alias, own=found.own)
        )
