"""What of a tournament's rules says how a round pays, and whether it can be played.

Models know no numerics: a test holds that names, parameters and their bounds are those of
`numerics/payouts/registry.py`. What is staked has bounds of its own here.
"""

from fractions import Fraction
from typing import Any

from tournaments.models.amounts import LARGEST, MOST

PAYOUT_RULES = ("ranked_pool", "contribution_pool", "wager", "stake_curve", "auction")
STAKED_RULES = ("wager", "stake_curve", "auction")
"""Rules that read stakes."""
FUNDED_RULES = ("stake_curve", "auction")
"""Rules with stakes that pay gains out of a pool."""
BID_RULES = ("auction",)
"""Rules that read a confidence, which is bid with the stake."""
CONTRIBUTIONS = ("pcs", "src")
MILLION = 10**6
MILLIONTHS = ("corr_multiplier", "mmc_multiplier", "stake_limit")
"""Fields that people write as decimals, and rules read in millionths."""
PARAMETERS = {
    "ranked_pool": {"places": "paid_places"},
    "contribution_pool": {"measure": "contribution"},
    "wager": {},
    "stake_curve": {
        "corr_multiplier": "corr_multiplier",
        "mmc_multiplier": "mmc_multiplier",
        "limit": "stake_limit",
        "threshold": "risk_threshold",
    },
    "auction": {},
}
"""Of each rule its parameters and the field of the rules that holds each. The clip of wager has none: another
clip would need all files of a round to be scored again.
"""
Check = tuple[str, bool, str]


def parameter_values(rules: Any) -> dict[str, Any]:
    """Return the parameters of the rules' payout rule, by its own names and in its own units."""
    held = PARAMETERS[rules.payout_rule].items()
    return {
        name: millionths(getattr(rules, field)) if field in MILLIONTHS else getattr(rules, field)
        for name, field in held
    }


def millionths(value: float) -> int:
    """Return a decimal in millionths: `payout_checks` lets no rest be.

    >>> millionths(0.05), millionths(2)
    (50000, 2000000)
    """
    return round(Fraction(str(value)) * MILLION)


def payout_checks(rules: Any) -> list[Check]:
    """Return (rule, holds, what it must be) of everything that decides a payment, gates apart."""
    known, staked = ", ".join(PAYOUT_RULES), rules.payout_rule in STAKED_RULES
    return [
        ("payout_rule", rules.payout_rule in PAYOUT_RULES, f"One of {known}."),
        ("payout_rule", not staked or rules.rewards != "none", "Without rewards nobody stakes anything."),
        ("pool", rules.payout_rule != "wager" or rules.pool == 0,
         "A wager has no pool: what the better win is what the worse lose."),
        ("pool", rules.payout_rule not in FUNDED_RULES or rules.pool > 0,
         f"{rules.payout_rule} pays gains out of a pool."),
        ("paid_places", 1 <= rules.paid_places <= 1_000, "Between 1 and 1,000."),
        ("contribution", rules.contribution in CONTRIBUTIONS, f"One of {', '.join(CONTRIBUTIONS)}."),
        *_stake_checks(rules),
    ]  # fmt: skip


def _stake_checks(rules: Any) -> list[Check]:
    threshold, least, most = rules.risk_threshold, rules.stake_least, rules.stake_most
    return [
        ("corr_multiplier", _decimal(rules.corr_multiplier, 0, 100), "0 to 100, with at most 6 decimals."),
        ("mmc_multiplier", _decimal(rules.mmc_multiplier, 0, 100), "0 to 100, with at most 6 decimals."),
        ("stake_limit", _decimal(rules.stake_limit, 1e-6, 1), "A share up to 1, with at most 6 decimals."),
        ("risk_threshold", threshold is None or 1 <= threshold <= LARGEST, "At least 1 minor unit, or none."),
        ("stake_least", 1 <= least < MOST, "A whole number of minor units, at least 1."),
        ("stake_most", most is None or least <= most < MOST, "At least the least stake, or none."),
    ]


def _decimal(value: float, low: float, high: float) -> bool:
    return bool(low <= value <= high) and (Fraction(str(value)) * MILLION).denominator == 1
