"""How a round pays, in words: its rule, a worked example, what it is proof against, its gates."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tournaments.models import Rules
from tournaments.models.amounts import LARGEST
from tournaments.models.payout_rules import FUNDED_RULES, STAKED_RULES
from tournaments.numerics.payouts import registry
from tournaments.numerics.payouts.awards import REASONS, Award, Table
from tournaments.numerics.payouts.entries import Entry
from tournaments.numerics.payouts.parameters import Parameters
from tournaments.services import settlement
from tournaments.web import gates
from tournaments.web.formats import figure_text, money
from tournaments.web.money.figures import bid

SAY, STAKE = 1_000, 100
"""Pool and stake of examples where a round has no pool, in units of at most two decimals: 100 points, 100.00
dollars, but 10,000 satoshis."""
HEADS = {
    "log_loss": "Log loss", "corr": "CORR", "mmc": "MMC", "wager": "Score", "confidence": "Confidence",
    "pcs": "PCS, 1e-4 nats", "src": "SRC, 1e-4 nats",
}  # fmt: skip
PEOPLE: dict[str, dict[str, int]] = {
    "Ida": {"log_loss": 690_000_000, "corr": 30_000_000, "mmc": 9_000_000, "wager": 620_000_000,
            "confidence": 200_000_000, "pcs": 400_000, "src": 500_000},
    "Leo": {"log_loss": 691_200_000, "corr": 18_000_000, "mmc": 2_000_000, "wager": 540_000_000,
            "confidence": 500_000_000, "pcs": 250_000, "src": 150_000},
    "Mia": {"log_loss": 692_400_000, "corr": -12_000_000, "mmc": -8_000_000, "wager": 460_000_000,
            "confidence": 100_000_000, "pcs": 0, "src": 0},
}  # fmt: skip
"""Made up. Scores in 1e-9, as rules read them."""
QUESTIONS = (
    ("Is it best to send what one believes?", "truthful"),
    ("Is nothing won by coming as several?", "sybil_proof"),
    ("Is nothing won by sending what others sent?", "copy_proof"),
)


@dataclass(frozen=True)
class Example:
    """What a rule makes of three made-up people: `scores` and awards, line by line."""

    heads: list[str]
    lines: list[tuple[Award[str], list[str], str]]
    table: Table[str]
    before: int
    """Columns before that of the payouts."""


@dataclass(frozen=True)
class Pays:
    """What the section says. `parameters`: name, value, what it does; `proofs`: question, answer, why."""

    name: str
    sentence: str
    pool: str
    funded: bool
    """Whether it pays out of a pool."""
    stakes: bool
    parameters: list[tuple[str, str, str]]
    example: Example
    proofs: list[tuple[str, str, str]]
    gates: list[tuple[str, str]]


def of(rules: Rules) -> Pays | None:
    """Return how a round of these rules pays; None where there are no rewards."""
    if rules.rewards == "none":
        return None
    return shown(rules.payout_rule, settlement.parameters_of(rules), rules)


def shown(name: str, parameters: Parameters, rules: Rules) -> Pays:
    """Return a payout rule with these parameters as a page shows it, in the unit of a round's rules."""
    about = registry.rule_of(name).about
    claims = ((question, getattr(about, field)) for question, field in QUESTIONS)
    return Pays(
        name=name.replace("_", " "),
        sentence=about.sentence,
        pool=about.pool,
        funded=_funded(name),
        stakes=about.stakes,
        parameters=_parameters(name, parameters, rules),
        example=_example(name, parameters, rules),
        proofs=[(question, claim.holds, claim.why) for question, claim in claims],
        gates=gates.asked(rules),
    )


def _parameters(name: str, parameters: Parameters, rules: Rules) -> list[tuple[str, str, str]]:
    properties = registry.schema_of(name)["properties"]
    values = registry.values_of(parameters)
    return [
        (
            key.replace("_", " ").capitalize(),
            _value(value, properties[key], rules),
            properties[key]["description"],
        )
        for key, value in values.items()
    ]


def _value(value: Any, schema: dict[str, Any], rules: Rules) -> str:
    if value is None:
        return "None"
    if "enum" in schema:
        return str(value).upper()
    if schema["unit"] == "minor units":
        return money(value, rules)
    return f"{value:,}" if schema["unit"] != "millionths" else f"{Decimal(value).scaleb(-6).normalize():f}"


def _funded(name: str) -> bool:
    return name not in STAKED_RULES or name in FUNDED_RULES


def example_stake(rules: Rules) -> int:
    """Return what made-up people stake, in minor units: a round amount that the pool can bear.

    It is the largest power of ten that is at most a tenth of the pool; 100 usual units where there is none.
    The rules' bounds come first.
    """
    fits = 10 ** (len(str(rules.pool)) - 2) if rules.pool >= 10 else 1
    stake = fits if rules.pool else STAKE * _usual_unit(rules)
    return max(rules.stake_least, min(stake, rules.stake_most or LARGEST))


def _usual_unit(rules: Rules) -> int:
    return int(10 ** min(rules.currency_digits, 2))


def _example(name: str, parameters: Parameters, rules: Rules) -> Example:
    stake = example_stake(rules) if registry.rule_of(name).about.stakes else 0
    entries = [
        Entry(person, place, stake=stake, scores=scores)
        for place, (person, scores) in enumerate(PEOPLE.items(), 1)
    ]
    pool = rules.pool or (SAY * _usual_unit(rules) if _funded(name) else 0)
    table = registry.settle(name, entries, pool, parameters)
    reads = parameters.reads
    lines = [
        (
            award,
            [score_text(read, PEOPLE[award.key][read]) for read in reads],
            REASONS[award.reason] if award.reason else "",
        )
        for award in table.awards
    ]
    before = 2 + len(reads) + (1 if stake else 0)
    return Example([HEADS[read] for read in reads], lines, table, before)


def score_text(name: str, value: int) -> str:
    """Return a score in 1e-9, as rules read it, in the digits in which people read it elsewhere.

    >>> score_text("log_loss", 690_000_000), score_text("corr", -12_000_000), score_text("wager", 620_000_000)
    ('0.69000', '−0.012', '0.62000')
    """
    if name == "confidence":
        return bid(value)
    plain = float(Decimal(value).scaleb(-9))
    return f"{plain:.5f}" if name == "wager" else figure_text(name, plain)
