"""Which payout rules there are, and the one door to all of them.

Every rule has one signature: `settle(entries, pool, parameters) -> Table`. Scores, stakes, pool and amounts
are Python integers, and a rule reads nothing else: whoever has them can compute a payout again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts import (
    auction,
    contribution_pool,
    parameters,
    ranked_pool,
    stake_curve,
    wager,
)
from tournaments.numerics.payouts.about import About
from tournaments.numerics.payouts.awards import Table
from tournaments.numerics.payouts.entries import Entry, Key
from tournaments.numerics.payouts.parameters import Parameters


@dataclass(frozen=True)
class Rule:
    """A payout rule: how it settles, what kind of parameters it takes, and what it says of itself."""

    settle: Callable[..., Table[Any]]
    parameters: type[Parameters]
    about: About


RULES = {
    "ranked_pool": Rule(ranked_pool.settle, ranked_pool.RankedPool, ranked_pool.ABOUT),
    "contribution_pool": Rule(
        contribution_pool.settle, contribution_pool.ContributionPool, contribution_pool.ABOUT
    ),
    "wager": Rule(wager.settle, wager.Wager, wager.ABOUT),
    "stake_curve": Rule(stake_curve.settle, stake_curve.StakeCurve, stake_curve.ABOUT),
    "auction": Rule(auction.settle, auction.Auction, auction.ABOUT),
}
NAMES = tuple(RULES)


def rule_of(name: str) -> Rule:
    """The rule of a name. Raises NumericsError `unknown_rule`."""
    if name not in RULES:
        raise NumericsError("unknown_rule", f"There is no payout rule {name}.", name=name)
    return RULES[name]


def parameters_of(name: str, values: Mapping[str, Any]) -> Parameters:
    """A rule's parameters from a JSON object; those that it does not name have their defaults.

    Raises NumericsError: `unknown_rule`, `unknown_parameter`, `not_an_integer`, `out_of_range`,
    `not_a_choice`, each of the last four with the parameter's `name`.

    >>> parameters_of("ranked_pool", {"places": 3})
    RankedPool(places=3)
    """
    return parameters.read(rule_of(name).parameters, values)


def values_of(given: Parameters) -> dict[str, Any]:
    """Parameters as a JSON object, defaults included, so that a frozen copy is complete.

    >>> values_of(parameters_of("contribution_pool", {}))
    {'measure': 'pcs'}
    """
    return asdict(given)


def schema_of(name: str) -> dict[str, Any]:
    """The JSON schema of a rule's parameters. `unit` says what an integer counts: places, minor units of the
    currency, or millionths.

    Raises NumericsError `unknown_rule`.

    >>> schema_of("ranked_pool")["properties"]["places"]["maximum"]
    1000
    """
    return parameters.schema(rule_of(name).parameters)


def settle(name: str, entries: Sequence[Entry[Key]], pool: int, given: Parameters) -> Table[Key]:
    """Settle a pool, in minor units, by the rule of a name.

    Raises NumericsError: `unknown_rule`, `wrong_parameters` for those of another rule, and as the rule.

    >>> entries = [Entry("ann", 1, scores={"log_loss": 5})]
    >>> settle("ranked_pool", entries, 7, parameters_of("ranked_pool", {})).paid
    7
    """
    rule = rule_of(name)
    if not isinstance(given, rule.parameters):
        raise NumericsError("wrong_parameters", f"These are not parameters of {name}.", name=name)
    return rule.settle(entries, pool, given)
