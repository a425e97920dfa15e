"""Four eyes on a settlement, and a settlement taken back."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api import bodies
from tournaments.api.base import KEY, PAGING, ApiView, documented, page, paged
from tournaments.api.shapes.common import Reason
from tournaments.api.shapes.money import SettlementShape
from tournaments.api.shapes.payouts import ProposalShape
from tournaments.api.views.money import settlement_json, shown
from tournaments.models import Proposal
from tournaments.services import settlement
from tournaments.services.access import find_round
from tournaments.services.settlement import proposals

TAG = "money"
PATH = "slug number"


def _proposal(made: Proposal) -> dict[str, Any]:
    values = ProposalShape(made).data
    amounts = {name: getattr(made, name) for name in ("pool", "paid", "rolled_over")}
    return {**values, **shown(made.round, amounts)}


class Proposals(ApiView):
    """What one operator alone may not do."""

    @documented(
        "Proposals to settle a round, newest first; operators and auditors",
        {200: paged("Proposals", ProposalShape)},
        tag=TAG,
        path=PATH,
        parameters=PAGING,
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        found = proposals.listed(self.actor, find_round(self.actor, slug, number))
        return Response(page(request, found, _proposal))

    @documented(
        "Propose to settle a round whose rules ask for four eyes; operators only",
        {201: ProposalShape},
        tag=TAG,
        path=PATH,
        parameters=[KEY],
        description="Another operator approves it. Asked again, it answers with the same proposal, or, where "
        "scores or decisions changed meanwhile, with a new one.",
    )
    def post(self, request: Request, slug: str, number: str) -> Response:
        round_ = find_round(self.actor, slug, number)
        made = settlement.propose(self.actor, round_, bodies.idempotency_key(request))
        return Response(_proposal(made), 201)


class Approve(ApiView):
    """The second pair of eyes."""

    @documented(
        "Approve another operator's proposal, which settles the round; operators only",
        {201: SettlementShape},
        tag=TAG,
        path=f"{PATH} pk",
        parameters=[KEY],
        description="Refused with same_operator for whoever proposed it, and with proposal_stale where the "
        "settlement would no longer be what was proposed.",
    )
    def post(self, request: Request, slug: str, number: str, pk: int) -> Response:
        found = proposals.find(self.actor, find_round(self.actor, slug, number), pk)
        made = settlement.approve(self.actor, found, bodies.idempotency_key(request))
        return Response(settlement_json(made), 201)


class Withdraw(ApiView):
    """Off the table."""

    @documented(
        "Withdraw a proposal, with a reason; operators only",
        {200: ProposalShape},
        tag=TAG,
        path=f"{PATH} pk",
        takes=Reason,
    )
    def post(self, request: Request, slug: str, number: str, pk: int) -> Response:
        reason = self.body(Reason)["reason"]
        found = proposals.find(self.actor, find_round(self.actor, slug, number), pk)
        return Response(_proposal(settlement.withdraw(self.actor, found, reason)))


class Undo(ApiView):
    """Money back."""

    @documented(
        "Reverse a round's settlement in force, with a reason; operators only",
        {200: SettlementShape},
        tag=TAG,
        path=PATH,
        takes=Reason,
        parameters=[KEY],
        description="The ledger gets the opposite entries, the round is resolved again and can be settled "
        "anew. Refused with not_enough where somebody no longer holds what they were paid, or a later round "
        "took what was left over.",
    )
    def post(self, request: Request, slug: str, number: str) -> Response:
        reason, round_ = self.body(Reason)["reason"], find_round(self.actor, slug, number)
        made = settlement.undo(self.actor, round_, reason, bodies.idempotency_key(request))
        return Response(settlement_json(made))
