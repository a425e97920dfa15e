"""What a meta-model is worth."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api.base import ApiView, documented, query_parameter
from tournaments.api.shapes.common import Shape
from tournaments.api.shapes.worth import WorthShape
from tournaments.services.access import find_round
from tournaments.services.reading import worth


class WorthQuery(Shape):
    """At which cost and Kelly fraction, and of which blend."""

    cost = serializers.FloatField(default=worth.COST)
    kelly = serializers.FloatField(default=worth.KELLY)
    blend = serializers.CharField(max_length=20, default="")


class Worth(ApiView):
    """What acting on a round's meta-model would have brought."""

    @documented(
        "What the meta-model is worth; operators and auditors only",
        {200: WorthShape},
        tag="boards",
        path="slug number",
        parameters=[
            query_parameter("cost", float, f"Of a trade, a share of the stake, {worth.COST} unless said."),
            query_parameter("kelly", float, f"Kelly fraction, above 0 to 1, {worth.KELLY} unless said."),
            query_parameter("blend", str, "Another blend than the meta-model."),
        ],
        description="Of a resolved round, on the rows that it is judged on: gain in nats and bits, hit rate, "
        "information coefficient and its t-statistic, breadth, information ratios, Kelly growth at even odds "
        "after costs, and the gain by the number of participants. Intervals are 95% over eras.",
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        asked = self.query(WorthQuery)
        round_ = find_round(self.actor, slug, number)
        found = worth.of_round(self.actor, round_, asked["cost"], asked["kelly"], asked["blend"])
        return Response(WorthShape(worth.as_json(found)).data)
