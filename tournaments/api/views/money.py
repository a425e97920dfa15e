"""Settlements, and one's own balance and ledger."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api import bodies
from tournaments.api.base import KEY, PAGING, ApiView, documented, page, paged, query_parameter
from tournaments.api.shapes import money as shapes
from tournaments.api.shapes.common import Shape
from tournaments.models import Payout, Round, Settlement
from tournaments.services import settlement
from tournaments.services.access import find_round, find_tournament
from tournaments.services.reading import statements
from tournaments.services.settlement import Line, Plan

TAG = "money"
PATH = "slug number"
MONEY = ("currency", "currency_digits", "pool", "paid", "rolled_over", "burned", "amount")


def _shown(round_: Round, values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is money where there are no rewards."""
    if round_.read_rules().rewards != "none":
        return values
    return {name: value for name, value in values.items() if name not in MONEY}


def _line(line: Line) -> dict[str, Any]:
    return {
        "alias": line.participant.alias,
        "place": line.award.place if line.award else None,
        "units": line.units,
        "weight": str(line.award.weight if line.award else 0),
        "amount": line.amount,
        "reason": line.reason,
    }


def _plan(round_: Round, plan: Plan) -> dict[str, Any]:
    names = ("rule", "rules_sha256", "currency", "currency_digits", "pool", "paid", "rolled_over")
    payouts = [_shown(round_, _line(line)) for line in plan.lines]
    return {**_shown(round_, {name: getattr(plan, name) for name in names}), "payouts": payouts}


def _payout(payout: Payout) -> dict[str, Any]:
    names = ("place", "tied", "units", "weight", "amount", "reason")
    return {"alias": payout.participant.alias, **{name: getattr(payout, name) for name in names}}


def _settlement(made: Settlement) -> dict[str, Any]:
    names = ("id", "rule", "rules_sha256", "currency", "pool", "paid", "rolled_over", "burned")
    times = ("committed_at", "reversed_at")
    values = {name: getattr(made, name) for name in (*names, *times)}
    values["currency_digits"] = made.round.read_rules().currency_digits
    ordered = sorted(made.payouts.all(), key=lambda one: (one.place is None, one.place or 0, one.pk))
    payouts = [_shown(made.round, _payout(one)) for one in ordered]
    return shapes.SettlementShape({**_shown(made.round, values), "payouts": payouts}).data


class Preview(ApiView):
    """A settlement that is not made."""

    @documented(
        "The settlement as it would be committed now; operators only",
        {200: shapes.PlanShape},
        tag=TAG,
        path=PATH,
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        round_ = find_round(self.actor, slug, number)
        return Response(shapes.PlanShape(_plan(round_, settlement.preview(self.actor, round_))).data)


class Settlements(ApiView):
    """Who was paid what."""

    @documented(
        "Settlements of a round, newest first",
        {200: paged("Settlements", shapes.SettlementShape)},
        tag=TAG,
        path=PATH,
        parameters=PAGING,
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        found = settlement.history(find_round(self.actor, slug, number))
        return Response(page(request, found, _settlement))

    @documented(
        "Settle a resolved round, once; operators only",
        {201: shapes.SettlementShape},
        tag=TAG,
        path=PATH,
        parameters=[KEY],
        description="Asked again, it answers with the same settlement.",
    )
    def post(self, request: Request, slug: str, number: str) -> Response:
        round_ = find_round(self.actor, slug, number)
        made = settlement.commit(self.actor, round_, bodies.idempotency_key(request))
        return Response(_settlement(made), 201)


class Balance(ApiView):
    """One's own money."""

    @documented("Your balances", {200: shapes.Balances}, tag=TAG, path="slug")
    def get(self, request: Request, slug: str) -> Response:
        found = statements.balances(self.actor, find_tournament(self.actor, slug))
        return Response(shapes.Balances({"balances": found}).data)


class LedgerQuery(Shape):
    """Lines in which currency."""

    currency = serializers.CharField(max_length=12, default="")


class Ledger(ApiView):
    """The lines behind the balance."""

    @documented(
        "Your ledger, newest first",
        {200: paged("Ledger", shapes.LedgerLine)},
        tag=TAG,
        path="slug",
        parameters=[query_parameter("currency", str, "Only lines in this currency."), *PAGING],
    )
    def get(self, request: Request, slug: str) -> Response:
        currency = self.query(LedgerQuery)["currency"]
        found = statements.entries(self.actor, find_tournament(self.actor, slug), currency)
        return Response(page(request, found, lambda one: shapes.LedgerLine(one).data))
