"""A settlement as it would be: a payout rule applied to what was stored at the resolution.

Source: FORMULAS section 6.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tournaments.models import Forecaster, Participant, Round, Rules
from tournaments.models.payout_rules import parameter_values
from tournaments.numerics.payouts import registry
from tournaments.numerics.payouts.awards import Award
from tournaments.numerics.payouts.entries import Entry
from tournaments.numerics.payouts.parameters import Parameters
from tournaments.services.settlement import facts, gates
from tournaments.services.settlement.facts import Candidate, Facts
from tournaments.services.settlement.gates import Missed


@dataclass(frozen=True)
class Terms:
    """By what a round is settled: gates, a rule and its parameters, what there is to be paid.

    `stake` and `confidence` are what everyone is taken to stake, in what-ifs of rounds without stakes.
    """

    rules: Rules
    rule: str
    parameters: Parameters
    pool: int
    anew: bool = False
    stake: int | None = None
    confidence: int | None = None

    @property
    def staked(self) -> bool:
        """Whether the rule reads stakes."""
        return registry.rule_of(self.rule).about.stakes

    @property
    def of_results(self) -> bool:
        """Whether gates may look at results."""
        return registry.rule_of(self.rule).about.gates_may_read_results


@dataclass(frozen=True)
class Line:
    """What one participant gets, or the code of why nothing and the number that missed."""

    participant: Participant
    forecaster: Forecaster
    submission_id: int | None
    units: int | None
    reason: str
    missed: Missed | None
    entry: Entry[int]
    award: Award[int]
    tied: int
    decision: str = ""
    """Why it passes the originality gate all the same, where operators decided so."""

    @property
    def amount(self) -> int:
        """Return minor units."""
        return self.award.paid

    @property
    def log_loss(self) -> float | None:
        """Return nats."""
        return None if self.units is None else self.units * 1e-9

    @property
    def read(self) -> dict[str, Any]:
        """Return what the rule was given of this participant, as a payout keeps it."""
        entry = self.entry
        return {"precedence": entry.precedence, "eligible": entry.eligible, "scores": dict(entry.scores)}


@dataclass(frozen=True)
class Plan:
    """A settlement as it would be: Σ paid + rolled over = pool + Σ burned."""

    rule: str
    parameters: dict[str, Any]
    rules_sha256: str
    currency: str
    currency_digits: int
    pool: int
    paid: int
    burned: int
    rolled_over: int
    inputs_sha256: str
    lines: list[Line] = field(default_factory=list)


def parameters_of(rules: Rules) -> Parameters:
    """Return the parameters of the payout rule that rules name."""
    return registry.parameters_of(rules.payout_rule, parameter_values(rules))


def own_terms(found: Facts) -> Terms:
    """Return the terms that were frozen when the round opened."""
    return Terms(found.rules, found.rules.payout_rule, parameters_of(found.rules), found.pool)


def plan(round_: Round) -> Plan:
    """Compute who would be paid what, from stored scores in whole units and nothing else."""
    found = facts.read(round_)
    return settle(found, own_terms(found))


def settle(found: Facts, terms: Terms) -> Plan:
    """Compute who would be paid what by these terms."""
    sided = [(one, _missed(one, terms)) for one in found.playing(terms.staked and terms.stake is None)]
    entries = [_entry(one, missed, terms) for one, missed in sided]
    table = registry.settle(terms.rule, entries, terms.pool, terms.parameters)
    awards = {award.key: award for award in table.awards}
    sharing = Counter(award.place for award in table.awards if award.place)
    lines = [
        _line(one, missed, entry, awards[entry.key], sharing[awards[entry.key].place or 0], terms)
        for (one, missed), entry in zip(sided, entries, strict=True)
    ]
    lines.sort(key=_order)
    return Plan(
        rule=terms.rule,
        parameters=registry.values_of(terms.parameters),
        rules_sha256=found.round.rules_sha256,
        currency=found.rules.currency,
        currency_digits=found.rules.currency_digits,
        pool=terms.pool,
        paid=table.paid,
        burned=table.burned,
        rolled_over=table.rolled_over,
        inputs_sha256=inputs_sha256(terms.rule, registry.values_of(terms.parameters), terms.pool, entries),
        lines=lines,
    )


def inputs_sha256(rule: str, parameters: dict[str, Any], pool: int, entries: list[Entry[int]]) -> str:
    """Return one hash of all that a rule reads; the order in which entries come is no part of it."""
    read = sorted(
        [one.key, one.precedence, one.eligible, one.stake, sorted(one.scores.items())] for one in entries
    )
    whole = {"rule": rule, "parameters": parameters, "pool": pool, "entries": read}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _missed(one: Candidate, terms: Terms) -> Missed | None:
    if one.excluded:
        return Missed("excluded")
    if one.submission_id is None:
        return Missed("no_submission")
    return gates.missed(terms.rules, one.score, one.originality, of_results=terms.of_results, anew=terms.anew)


def _entry(one: Candidate, missed: Missed | None, terms: Terms) -> Entry[int]:
    """Return what the rule reads of a candidate: no score beside those that it reads."""
    known = one.scores()
    if terms.confidence is not None:
        known["confidence"] = terms.confidence
    scores = {name: known[name] for name in terms.parameters.reads if name in known}
    stake = (one.stake if terms.stake is None else terms.stake) if terms.staked else 0
    return Entry(one.forecaster.pk, one.precedence, missed is None, stake, scores)


def _line(
    one: Candidate, missed: Missed | None, entry: Entry[int], award: Award[int], tied: int, terms: Terms
) -> Line:
    missed = missed or _unpaid(award, terms)
    return Line(
        participant=one.participant,
        forecaster=one.forecaster,
        submission_id=one.submission_id,
        units=one.score.units if one.score else None,
        reason=missed.gate if missed else award.reason,
        missed=missed,
        entry=entry,
        award=award,
        tied=max(1, tied),
        decision=one.originality.override_reason if one.originality else "",
    )


def _unpaid(award: Award[int], terms: Terms) -> Missed | None:
    """Return by which number one who passed the gates is not paid, where the rule says so."""
    if award.reason == "beyond_paid_places":
        return Missed(award.reason, str(registry.values_of(terms.parameters)["places"]), str(award.place))
    if award.reason == "no_weight":
        return Missed(award.reason, "0", "0")
    return None


def _order(line: Line) -> tuple[bool, int, int, int]:
    place = line.award.place
    return place is None, place or 0, line.units or 0, line.entry.precedence
