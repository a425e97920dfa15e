"""Settlements, and one's own balance and ledger."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api import bodies
from tournaments.api.base import KEY, PAGING, ApiView, documented, page, paged, query_parameter
from tournaments.api.examples import WHAT_IF
from tournaments.api.shapes import money as shapes
from tournaments.api.shapes.common import Shape
from tournaments.api.shapes.payouts import WhatIfIn, WhatIfShape
from tournaments.models import Payout, Round, Settlement
from tournaments.services import settlement
from tournaments.services.access import find_round, find_tournament
from tournaments.services.reading import statements
from tournaments.services.settlement import Line, Plan

TAG = "money"
PATH = "slug number"
SUMS = ("pool", "paid", "burned", "rolled_over")
MONEY = ("currency", "currency_digits", "pool", "paid", "rolled_over", "burned", "stake", "amount")


def shown(round_: Round, values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is money where there are no rewards."""
    if round_.read_rules().rewards != "none":
        return values
    return {name: value for name, value in values.items() if name not in MONEY}


def _line(line: Line) -> dict[str, Any]:
    return {
        "alias": line.participant.alias,
        "forecaster": line.forecaster.name,
        "place": line.award.place,
        "tied": line.tied,
        "units": line.units,
        "weight": str(line.award.weight),
        "stake": line.award.stake,
        "amount": line.amount,
        "burned": line.award.burned,
        "reason": line.reason,
        "missed": line.missed.to_json() if line.missed else None,
        "read": line.read,
    }


def plan_json(round_: Round, plan: Plan) -> dict[str, Any]:
    """Return a plan as it is shown; without money where there are no rewards."""
    names = ("rule", "parameters", "rules_sha256", "inputs_sha256", "currency", "currency_digits", *SUMS)
    payouts = [shown(round_, _line(line)) for line in plan.lines]
    return {**shown(round_, {name: getattr(plan, name) for name in names}), "payouts": payouts}


def _payout(payout: Payout) -> dict[str, Any]:
    names = ("place", "tied", "units", "weight", "stake", "amount", "burned", "reason")
    values = {name: getattr(payout, name) for name in names}
    # Of payouts from before these were kept there is nothing to tell.
    kept = {"missed": payout.missed or None, "read": payout.read or None}
    name = payout.forecaster.name if payout.forecaster else None
    return {"alias": payout.participant.alias, "forecaster": name, **values, **kept}


def settlement_json(made: Settlement) -> dict[str, Any]:
    """Return a settlement with its payouts; without money where there are no rewards."""
    names = ("id", "rule", "parameters", "rules_sha256", "inputs_sha256", "currency", *SUMS)
    times = ("committed_at", "reversed_at", "reverse_reason")
    values = {name: getattr(made, name) for name in (*names, *times)}
    values["currency_digits"] = made.round.read_rules().currency_digits
    ordered = sorted(made.payouts.all(), key=lambda one: (one.place is None, one.place or 0, one.pk))
    payouts = [shown(made.round, _payout(one)) for one in ordered]
    return shapes.SettlementShape({**shown(made.round, values), "payouts": payouts}).data


def against_json(found: settlement.Comparison) -> dict[str, Any]:
    """Return a what-if beside what is in force."""
    return {
        "settled": found.settled,
        "payouts": found.lines,
        "unequal_before": found.before,
        "unequal": found.after,
    }


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
        return Response(shapes.PlanShape(plan_json(round_, settlement.preview(self.actor, round_))).data)

    @documented(
        "What the round would pay by other rules, beside what is in force; operators and auditors",
        {200: WhatIfShape},
        tag=TAG,
        path=PATH,
        takes=WhatIfIn,
        examples=[WHAT_IF],
        description="For rounds that are resolved or settled. It is computed from the scores that were "
        "stored then, and nothing is written.",
        operation="tournaments_rounds_settlements_what_if",
    )
    def post(self, request: Request, slug: str, number: str) -> Response:
        asked, round_ = self.body(WhatIfIn), find_round(self.actor, slug, number)
        bets = asked["stake_each"], asked["confidence_each"]
        made = settlement.what_if(self.actor, round_, asked["changes"], *bets)
        told = plan_json(round_, made)
        if round_.read_rules().rewards != "none":
            told["against"] = against_json(settlement.compare(round_, made))
        return Response(WhatIfShape(told).data)


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
        return Response(page(request, found, settlement_json))

    @documented(
        "Settle a resolved round, once; operators only",
        {201: shapes.SettlementShape},
        tag=TAG,
        path=PATH,
        parameters=[KEY],
        description="Asked again, it answers with the same settlement. Refused with approval_needed where "
        "the rules ask for four eyes: then it is proposed, and approved by another operator.",
    )
    def post(self, request: Request, slug: str, number: str) -> Response:
        round_ = find_round(self.actor, slug, number)
        made = settlement.commit(self.actor, round_, bodies.idempotency_key(request))
        return Response(settlement_json(made), 201)


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
