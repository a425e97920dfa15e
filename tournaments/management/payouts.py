"""The payout table, as planned or as paid."""

from typing import Any

from tournaments.management.terminal import money, table
from tournaments.models import Round, Settlement
from tournaments.numerics.units import UNITS
from tournaments.services.settlement import Plan

SUMS = (("pool", "pool"), ("paid", "paid"), ("rolled over", "rolled_over"))
HEAD = ["place", "participant", "log loss", "amount", "why not"]


def planned(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain data; amounts are minor units."""
    return {
        "currency": plan.currency,
        "currency_digits": plan.currency_digits,
        "pool": plan.pool,
        "paid": plan.paid,
        "rolled_over": plan.rolled_over,
        "payouts": [
            {
                "place": line.award.place,
                "participant": line.participant.alias,
                "units": line.units,
                "amount": line.amount,
                "reason": line.reason,
            }
            for line in plan.lines
        ],
    }


def paid(settlement: Settlement) -> dict[str, Any]:
    """Return a settlement in force as the same plain data."""
    payouts = settlement.payouts.select_related("participant").order_by("pk")
    return {
        "currency": settlement.currency,
        "currency_digits": settlement.round.read_rules().currency_digits,
        "pool": settlement.pool,
        "paid": settlement.paid,
        "rolled_over": settlement.rolled_over,
        "payouts": [
            {
                "place": one.place,
                "participant": one.participant.alias,
                "units": one.units,
                "amount": one.amount,
                "reason": one.reason,
            }
            for one in payouts
        ],
    }


def lines(round_: Round, data: dict[str, Any]) -> list[str]:
    """Return the table with its sums."""
    digits, currency = data["currency_digits"], data["currency"]
    rows = [
        [
            str(one["place"] or "–"),
            one["participant"],
            "–" if one["units"] is None else f"{one['units'] / UNITS:.5f}",
            money(one["amount"], digits, currency),
            one["reason"],
        ]
        for one in data["payouts"]
    ]
    sums = " · ".join(f"{name} {money(data[key], digits, currency)}" for name, key in SUMS)
    return [f"Payouts of {round_}", *table(HEAD, rows, right=["place", "log loss", "amount"]), sums]
