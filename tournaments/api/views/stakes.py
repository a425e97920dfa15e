"""What is at stake in a round."""

from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api import bodies
from tournaments.api.base import KEY, ApiView, documented
from tournaments.api.shapes import stakes as shapes
from tournaments.models import Round
from tournaments.services import stakes
from tournaments.services.access import find_round

TAG = "money"
ROUND = "slug number"


class OwnStake(ApiView):
    """One's own."""

    @documented("What you have at stake in a round", {200: shapes.OwnStakes}, tag=TAG, path=ROUND)
    def get(self, request: Request, slug: str, number: str) -> Response:
        return self._own(find_round(self.actor, slug, number))

    @documented(
        "Set what your forecaster has at stake in an open round; scope stake",
        {200: shapes.OwnStakes},
        tag=TAG,
        path=ROUND,
        takes=shapes.StakeIn,
        parameters=[KEY],
        description="The amount is the whole stake, not what is added. It is locked at the deadline, and "
        "released or burned by the settlement.",
    )
    def put(self, request: Request, slug: str, number: str) -> Response:
        asked = self.body(shapes.StakeIn)
        round_ = find_round(self.actor, slug, number)
        key = bodies.idempotency_key(request)
        stakes.stake(self.actor, round_, asked["forecaster"], asked["amount"], asked["confidence"], key)
        return self._own(round_)

    def _own(self, round_: Round) -> Response:
        return Response(shapes.OwnStakes(stakes.own(self.actor, round_)).data)


class AllStakes(ApiView):
    """Everybody's."""

    @documented(
        "Who has what at stake in a round, from the close on; before it for operators and auditors",
        {200: shapes.Stakes},
        tag=TAG,
        path=ROUND,
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        found = stakes.shown(self.actor, find_round(self.actor, slug, number))
        return Response(shapes.Stakes({"total": sum(one.amount for one in found), "stakes": found}).data)
