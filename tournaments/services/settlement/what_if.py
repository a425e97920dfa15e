"""What other rules would have paid in a round: from the same stored integers, and nothing written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tournaments.models import Round
from tournaments.models.amounts import MOST
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts import registry
from tournaments.numerics.payouts.concentration import gini, top_share
from tournaments.numerics.payouts.parameters import Parameters
from tournaments.numerics.payouts.wager import Wager
from tournaments.services import contests, rounds
from tournaments.services.access import Actor, need_overseer
from tournaments.services.errors import Invalid
from tournaments.services.settlement import facts, plans
from tournaments.services.settlement.facts import Facts
from tournaments.services.settlement.plans import Plan, Terms

GATES = ("log_loss_gate", "consistency_gate", "originality_gate", "concordance_gate")
CHANGES = ("payout_rule", "parameters", "pool", *GATES)
"""What may be other than it was. `parameters` are those of the payout rule, by its own names."""
Changes = Mapping[str, Any]
ANY_POOL = "ranked_pool"
"""Whose checks let a pool be anything: what another rule would do with one is what is asked."""


@dataclass(frozen=True)
class Bets:
    """What everyone is taken to stake, for rules with stakes: minor units, and a confidence in 1e-9."""

    stake: int | None = None
    confidence: int | None = None

    def __post_init__(self) -> None:
        """Raise Invalid `bad_stake` for what nobody could stake."""
        for name, most in (("stake", MOST - 1), ("confidence", 10**9)):
            value = getattr(self, name)
            if value is not None and not (type(value) is int and 1 <= value <= most):
                raise Invalid("bad_stake", f"{name}_each is a whole number from 1 to {most}.")


@dataclass(frozen=True)
class Concentration:
    """How unequal amounts are: the Gini coefficient, and what share the first, and the first tenth, have.

    All None where nothing is paid.
    """

    gini: Fraction | None
    top_one: Fraction | None
    top_tenth: Fraction | None


@dataclass(frozen=True)
class Difference:
    """What one gets, and got: won or, negative, lost, in minor units."""

    alias: str
    amount: int
    before: int

    @property
    def difference(self) -> int:
        """Return how much more it is."""
        return self.amount - self.before


@dataclass
class Sums:
    """What a round pays to whom: by alias what is won or, negative, lost, and what is won alone."""

    settled: bool = False
    pool: int = 0
    totals: Counter[str] = field(default_factory=Counter)
    gains: Counter[str] = field(default_factory=Counter)
    burned: int = 0
    rolled_over: int = 0

    def add(self, alias: str, won: int, lost: int) -> None:
        """Add a line: who has several forecasters at stake has several lines."""
        self.totals[alias] += won - lost
        self.gains[alias] += won


@dataclass(frozen=True)
class Comparison:
    """A plan against the settlement in force, or, before there is one, against what it would be."""

    settled: bool
    lines: list[Difference]
    before: Concentration
    after: Concentration
    was: Sums
    now: Sums


def what_if(
    actor: Actor,
    round_: Round,
    changes: Changes,
    stake_each: int | None = None,
    confidence_each: int | None = None,
) -> Plan:
    """Return what a resolved or settled round would pay by other terms; overseers only, writes nothing.

    Rules with stakes go by those of the round, or by `stake_each`, minor units that everyone is taken to have
    staked; `auction` then needs `confidence_each` too, in 1e-9. Raises Conflict `wrong_state`, Invalid
    `invalid_rule`, `bad_stake`, `stake_needed`, `confidence_needed`.
    """
    need_overseer(actor, round_.tournament)
    rounds.need_state(round_, Round.State.RESOLVED, Round.State.SETTLED)
    found = facts.read(round_)
    return plans.settle(found, changed_terms(found, changes, Bets(stake_each, confidence_each)))


def compare(round_: Round, plan: Plan) -> Comparison:
    """Return a what-if of a round beside what is in force, by participant."""
    before, after = in_force(round_), sums_of(plan)
    aliases = {**after.totals, **before.totals}
    lines = [Difference(alias, after.totals[alias], before.totals[alias]) for alias in aliases]
    unequal = [concentration(one.gains.values()) for one in (before, after)]
    return Comparison(before.settled, lines, unequal[0], unequal[1], before, after)


def sums_of(plan: Plan) -> Sums:
    """Return what a plan pays to whom, in the order of its lines."""
    found = Sums(pool=plan.pool, burned=plan.burned, rolled_over=plan.rolled_over)
    for line in plan.lines:
        found.add(line.participant.alias, line.amount, line.award.burned)
    return found


def in_force(round_: Round, found: Facts | None = None) -> Sums:
    """Return what a round paid to whom or, where it is not settled, would pay by its own rules."""
    made = facts.effective(round_)
    if made is None:
        found = found or facts.read(round_)
        return sums_of(plans.settle(found, plans.own_terms(found)))
    paid = Sums(settled=True, pool=made.pool, burned=made.burned, rolled_over=made.rolled_over)
    for alias, won, lost in made.payouts.order_by("pk").values_list("participant__alias", "amount", "burned"):
        paid.add(alias, won, lost)
    return paid


def concentration(amounts: Any) -> Concentration:
    """Return how unequal these amounts are, those of 0 among them."""
    paid = list(amounts)
    return Concentration(gini(paid), top_share(paid, 1), top_share(paid, -(-len(paid) // 10)))


def changed_terms(found: Facts, changes: Changes, bets: Bets) -> Terms:
    """Return the terms of a round with some changed. Raises Invalid as `what_if`."""
    unknown = sorted(set(changes) - set(CHANGES))
    if unknown:
        raise _invalid(unknown[0], f"Of a round that is resolved one can change {', '.join(CHANGES)}.")
    rule = changes.get("payout_rule", found.rules.payout_rule)
    parameters = _parameters(found, rule, changes.get("parameters", {}))
    asked = {name: changes[name] for name in ("pool", *GATES) if name in changes}
    rules = contests.changed(found.rules.but(payout_rule=ANY_POOL), asked)
    if rules.concordance_gate is not None and found.rules.concordance_gate is None:
        raise _invalid("concordance_gate", "Concordance was not measured in this round.")
    staked = registry.rule_of(rule).about.stakes
    own = found.staked and bets == Bets()
    if staked:
        _need_rewards(rules.rewards, parameters)
    if staked and not own:
        _need_bets(rule, parameters, bets)
    return Terms(
        rules=rules,
        rule=rule,
        parameters=parameters,
        pool=rules.pool if "pool" in changes else found.pool,
        anew=rules.originality_gate != found.rules.originality_gate,
        stake=bets.stake if staked and not own else None,
        confidence=bets.confidence if staked and not own else None,
    )


def _parameters(found: Facts, rule: Any, given: Any) -> Parameters:
    """Return a rule's parameters: those given, then the round's own where it is its rule, then defaults."""
    if not isinstance(given, dict):
        raise _invalid("parameters", "An object of the rule's own parameters.")
    own = plans.parameters_of(found.rules) if rule == found.rules.payout_rule else None
    return read_parameters(rule, {**(registry.values_of(own) if own else {}), **given})


def read_parameters(rule: Any, values: Mapping[str, Any]) -> Parameters:
    """Return a payout rule's parameters. Raises Invalid `invalid_rule`, `field` being the one at fault."""
    if not isinstance(rule, str) or rule not in registry.RULES:
        raise _invalid("payout_rule", f"One of {', '.join(registry.NAMES)}.")
    try:
        return registry.parameters_of(rule, values)
    except NumericsError as error:
        raise _invalid(str(error.place.get("name", "parameters")), error.sentence) from error


def _need_rewards(rewards: str, parameters: Parameters) -> None:
    if rewards == "none":
        raise _invalid("payout_rule", "Where there are no rewards nobody stakes anything.")
    if isinstance(parameters, Wager) and parameters != Wager():
        raise _invalid("clip", f"Wager scores are kept with a clip of {Wager().clip} millionths alone.")


def _need_bets(rule: str, parameters: Parameters, bets: Bets) -> None:
    if bets.stake is None:
        raise Invalid("stake_needed", f"{rule} pays by stakes. Say with stake_each what everyone stakes.")
    if "confidence" in parameters.reads and bets.confidence is None:
        raise Invalid(
            "confidence_needed", f"{rule} reads a bid. Say with confidence_each what everyone bids."
        )


def _invalid(field: str, message: str) -> Invalid:
    return Invalid("invalid_rule", f"Rule {field}: {message}", field=field)
