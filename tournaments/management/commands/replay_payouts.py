"""Past rounds paid again by other rules."""

import argparse
from typing import Any

from tournaments.management import words
from tournaments.management.base import Face, add_operator, add_slug
from tournaments.management.terminal import money, table
from tournaments.management.who import acting
from tournaments.services import currencies, replaying
from tournaments.services.replaying import MOST_ROUNDS, Outcome, Replay, Variant
from tournaments.services.settlement.what_if import CHANGES


class Command(Face):
    """Compare what other payout rules would have paid in past rounds with what is in force: totals per
    participant, who gains, who loses, and how unequal it is. Nothing is written.
    """

    example = 'weekly --variant "ten places: places=10" --variant "voices: payout_rule=contribution_pool"'

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the variants, and over how many rounds."""
        add_slug(parser)
        parser.add_argument(
            "--variant",
            dest="variants",
            action="append",
            required=True,
            type=_variant,
            metavar='"name: rule=value …"',
            help=f"Any of {', '.join(CHANGES)}; other names are parameters of the rule. Up to six times.",
        )
        parser.add_argument(
            "--last", type=int, default=MOST_ROUNDS, metavar="N", help=f"Rounds (default: {MOST_ROUNDS})."
        )
        parser.add_argument(
            "--stake-each", help="What everyone stakes, such as 12.50, for rules with stakes."
        )
        parser.add_argument("--confidence-each", type=int, metavar="N", help="What everyone bids, in 1e-9.")
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay, and show it as a table."""
        actor, tournament = acting(options)
        stake = options["stake_each"]
        if stake is not None:
            stake = currencies.read_amount(stake, tournament.read_rules().currency_digits)
        bets = stake, options["confidence_each"]
        with self.steps(options).step("Paying past rounds again"):
            found = replaying.replay(actor, tournament, options["variants"], options["last"], *bets)
        self.answer(options, _data(found), _lines(found))


def _variant(text: str) -> Variant:
    name, colon, rest = text.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError(f"{text!r} is not 'name: rule=value …'")
    changes: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    for word in rest.split():
        rule, value = words.rule(word)
        (changes if rule in CHANGES else parameters)[rule] = value
    return Variant(name.strip(), {**changes, **({"parameters": parameters} if parameters else {})})


def _data(found: Replay) -> dict[str, Any]:
    return {
        "currency": found.currency,
        "currency_digits": found.currency_digits,
        "rounds": found.rounds,
        "left_out": found.left_out,
        "outcomes": [_outcome(one) for one in (found.in_force, *found.variants)],
    }


def _outcome(one: Outcome) -> dict[str, Any]:
    unequal = one.concentration
    return {
        "name": one.name,
        "paid": one.paid,
        "burned": one.burned,
        "rolled_over": one.rolled_over,
        "gini": _float(unequal.gini),
        "top_one": _float(unequal.top_one),
        "top_tenth": _float(unequal.top_tenth),
        "totals": dict(one.totals),
    }


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _lines(found: Replay) -> list[str]:
    outcomes = [found.in_force, *found.variants]
    names = [one.name for one in outcomes]
    rows = [
        [alias, *(money(one.totals[alias], found.currency_digits, found.currency) for one in outcomes)]
        for alias in found.aliases
    ]
    sums = [
        ["rolled over", *(money(one.rolled_over, found.currency_digits, found.currency) for one in outcomes)],
        ["Gini", *(_share(one.concentration.gini) for one in outcomes)],
        ["first one", *(_share(one.concentration.top_one) for one in outcomes)],
        ["first tenth", *(_share(one.concentration.top_tenth) for one in outcomes)],
    ]
    first, last = found.rounds[0], found.rounds[-1]
    told = f"{len(found.rounds)} rounds, {first} to {last}. Nothing was written."
    if found.left_out:
        told += f" Left out, without rewards or in another currency: {', '.join(map(str, found.left_out))}."
    return [*table(["participant", *names], [*rows, *sums], right=names), told]


def _share(value: Any) -> str:
    return "–" if value is None else f"{float(value):.3f}"
