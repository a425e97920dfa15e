"""Payout rules, payouts as files, replays, and payouts computed for those who keep their own books."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api.base import ApiView, documented, query_parameter
from tournaments.api.downloads import AnyType
from tournaments.api.examples import CALCULATE, REPLAY
from tournaments.api.renderers import cell, lines
from tournaments.api.shapes import payouts as shapes
from tournaments.api.shapes.common import Shape
from tournaments.api.throttling import AnonThrottle, CalculateThrottle, UserThrottle
from tournaments.api.views.money import settlement_json
from tournaments.models import Payout, Settlement
from tournaments.models.payout_rules import PAYOUT_RULES
from tournaments.numerics.payouts import registry
from tournaments.numerics.payouts.entries import SCORES
from tournaments.services import calculating, replaying, settlement
from tournaments.services.access import find_round, find_tournament
from tournaments.services.currencies import decimal_text
from tournaments.services.errors import Conflict
from tournaments.services.replaying import Outcome, Replay, Variant

TAG = "money"
PATH = "slug number"
MOST_BYTES = 2 << 20
CSV, JSON = "csv", "json"
TYPES = {CSV: "text/csv", JSON: "application/json"}
AMOUNTS = ("stake_minor_units", "burned_minor_units", "amount_minor_units", "amount", "currency")
COLUMNS = (
    "place",
    "alias",
    "forecaster",
    "tied",
    "reason",
    "limit",
    "found",
    "log_loss_units",
    "read",
    *AMOUNTS,
)
THROTTLES = [AnonThrottle, UserThrottle, CalculateThrottle]


class ExportQuery(Shape):
    """In which form."""

    format = serializers.ChoiceField(list(TYPES), default=CSV)


class PayoutRules(ApiView):
    """What one can pay by."""

    @documented(
        "Payout rules: in words, with the schema of their parameters",
        {200: shapes.PayoutRules},
        tag=TAG,
        description="Each says what it reads and what it is proof against.",
    )
    def get(self, request: Request) -> Response:
        return Response(shapes.PayoutRules({"rules": [_rule(name) for name in registry.NAMES]}).data)


def _rule(name: str) -> dict[str, Any]:
    about = registry.rule_of(name).about
    words = ("sentence", "pool", "stakes", "truthful", "sybil_proof", "copy_proof")
    return {
        "name": name,
        **{word: getattr(about, word) for word in words},
        "chosen_here": name in PAYOUT_RULES,
        "reads": {read: SCORES[read] for read in registry.parameters_of(name, {}).reads},
        "parameters": registry.schema_of(name),
    }


class Calculate(ApiView):
    """A table, and no row."""

    throttle_classes = THROTTLES

    @documented(
        "Compute payouts from your own scores; with any key",
        {200: shapes.TableShape},
        tag=TAG,
        takes=shapes.CalculateIn,
        examples=[CALCULATE],
        description="It reads and writes nothing here: the same body gives the same table. At most 10,000 "
        "entries and 2 MiB.",
    )
    def post(self, request: Request) -> Response:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise RequestDataTooBig
        asked = self.body(shapes.CalculateIn)
        table = calculating.calculate(
            self.actor, asked["rule"], asked["parameters"], asked["pool"], asked["entries"]
        )
        names = ("pool", "paid", "burned", "rolled_over", "awards")
        given = registry.values_of(calculating.read_parameters(asked["rule"], asked["parameters"]))
        values = {name: getattr(table, name) for name in names}
        return Response(shapes.TableShape({**values, "rule": asked["rule"], "parameters": given}).data)


class Payouts(ApiView):
    """Who was paid what, as a file."""

    content_negotiation_class = AnyType

    @documented(
        "Download the payouts of a round's settlement in force",
        {(200, kind): OpenApiTypes.STR for kind in TYPES.values()},
        tag=TAG,
        path=PATH,
        parameters=[query_parameter("format", str, "csv unless said.", enum=list(TYPES))],
        description="With the gate that each missed, its limit and what was found, and the integers that the "
        "rule read: by them all payouts can be computed again with `payouts/calculate/`.",
    )
    def get(self, request: Request, slug: str, number: str) -> HttpResponse:
        form, round_ = self.query(ExportQuery)["format"], find_round(self.actor, slug, number)
        made = settlement.effective(round_)
        if made is None:
            raise Conflict("not_settled", f"Round {round_.number} has no settlement in force.")
        body = "".join(lines(_rows(made))) if form == CSV else json.dumps(_whole(made), default=str)
        response = HttpResponse(body, content_type=TYPES[form])
        response["Content-Disposition"] = f'attachment; filename="{slug}-{round_.number}-payouts.{form}"'
        return response


def _whole(made: Settlement) -> dict[str, Any]:
    return next(settlement_json(one) for one in settlement.history(made.round) if one.pk == made.pk)


def _rows(made: Settlement) -> Iterable[Iterable[Any]]:
    rules = made.round.read_rules()
    kept = [one for one in COLUMNS if rules.rewards != "none" or one not in AMOUNTS]
    yield kept
    for payout in settlement.payouts_of(made):
        row = _row(payout, made.currency, rules.currency_digits)
        yield [cell(row[name]) for name in kept]


def _row(payout: Payout, currency: str, digits: int) -> dict[str, Any]:
    return {
        "place": payout.place,
        "alias": payout.participant.alias,
        "forecaster": payout.forecaster.name if payout.forecaster else None,
        "stake_minor_units": payout.stake,
        "burned_minor_units": payout.burned,
        "tied": payout.tied,
        "reason": payout.reason,
        "limit": payout.missed.get("limit", ""),
        "found": payout.missed.get("found", ""),
        "log_loss_units": payout.units,
        "read": payout.read,
        "amount_minor_units": payout.amount,
        "amount": decimal_text(payout.amount, digits),
        "currency": currency,
    }


class ReplayPayouts(ApiView):
    """Other rules, all rounds."""

    throttle_classes = THROTTLES

    @documented(
        "Pay past rounds again by other rules, side by side; operators and auditors",
        {200: shapes.ReplayShape},
        tag=TAG,
        path="slug",
        takes=shapes.ReplayIn,
        examples=[REPLAY],
        description="Each round divides what it had. Nothing is written.",
    )
    def post(self, request: Request, slug: str) -> Response:
        asked = self.body(shapes.ReplayIn)
        variants = [Variant(one["name"], one["changes"]) for one in asked["variants"]]
        bets = asked["stake_each"], asked["confidence_each"]
        found = replaying.replay(
            self.actor, find_tournament(self.actor, slug), variants, asked["last"], *bets
        )
        return Response(shapes.ReplayShape(replay_json(found)).data)


def replay_json(found: Replay) -> dict[str, Any]:
    """Return a replay as it is shown."""
    names = ("currency", "currency_digits", "rounds", "left_out")
    return {
        **{name: getattr(found, name) for name in names},
        "in_force": _outcome(found.in_force),
        "variants": [
            {
                **_outcome(one),
                "totals": found.differences(one),
                "gain": sum(1 for each in found.differences(one) if each.difference > 0),
                "lose": sum(1 for each in found.differences(one) if each.difference < 0),
            }
            for one in found.variants
        ],
    }


def _outcome(one: Outcome) -> dict[str, Any]:
    names = ("name", "paid", "burned", "rolled_over")
    return {**{name: getattr(one, name) for name in names}, "unequal": one.concentration}
