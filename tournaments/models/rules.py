"""A tournament's rules: one frozen value, kept as JSON on the tournament and copied to each round."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from typing import Any, get_args, get_type_hints

from tournaments.models.amounts import MOST, MOST_DIGITS
from tournaments.models.payout_rules import STAKED_RULES, payout_checks

FEEDBACK = ("exact", "ladder", "sealed")
BLENDS = ("equal", "calibrated", "rank", "stake", "score", "greedy", "pool", "stack")
SURE_BLENDS = ("equal", "calibrated", "rank")
"""Blends that need neither history nor a solver, so that one of them can stand in for any other."""
DEFAULT = "default"
"""The blend that a round's resolved eras allow; which that is, is frozen when it opens."""
REWARDS = ("none", "points", "money")
BOARDS = ("public", "participants")
NETWORKS = ("", "bitcoin", "testnet", "regtest")
"""Of Bitcoin; where there is one, the unit is the bitcoin and its minor unit the satoshi."""
SATOSHI_DIGITS = 8


class RulesError(ValueError):
    """A rule has a value that cannot be played. Carries the rule's name and a sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"invalid_rule: {field}: {message}")
        self.code, self.field, self.message = "invalid_rule", field, message


def _fits(value: object, hint: Any) -> bool:
    """Say whether a JSON value is of a rule's type; true is no number and 100.5 no whole one."""
    allowed = get_args(hint) or (hint,)
    return type(value) in allowed or (type(value) is int and float in allowed)


@dataclass(frozen=True)
class Rules:
    """Everything that decides a number or a payment of a round. Sources: FORMULAS sections 1–7.

    Units: `pool` in minor units of `currency` (cents for USD); `ladder_step` in nats; `quota` in
    accepted files per participant and round; weights in shares of the whole; `label_horizon` in eras until
    an era's labels are known.
    """

    id_column: str = "id"
    epsilon: float = 1e-6
    allow_extra_ids: bool = False
    allow_constant: bool = False
    quota: int = 25
    feedback: str = "exact"
    ladder_step: float | None = None
    paid_split: str = "live"
    log_loss_gate: bool = True
    consistency_gate: float | None = None
    originality_gate: float | None = 0.95
    concordance_gate: float | None = None
    blend: str = DEFAULT
    fallback_blend: str = "rank"
    weight_cap: float | None = None
    weight_cap_forecaster: float | None = None
    weight_floor: float = 0.0
    label_horizon: int = 1
    rewards: str = "points"
    currency: str = "POINTS"
    currency_digits: int = 0
    network: str = ""
    pool: int = 100_000
    payout_rule: str = "ranked_pool"
    paid_places: int = 100
    contribution: str = "pcs"
    corr_multiplier: float = 0.5
    mmc_multiplier: float = 2.0
    stake_limit: float = 0.05
    risk_threshold: int | None = None
    stake_least: int = 1
    stake_most: int | None = None
    four_eyes: bool = False
    board: str = "public"

    def __post_init__(self) -> None:
        for name, holds, message in self._checks():
            if not holds:
                raise RulesError(name, message)

    def _checks(self) -> list[tuple[str, bool, str]]:
        """(rule, holds, what it must be); written so that NaN fails."""
        step, gate, share = self.ladder_step, self.originality_gate, self.consistency_gate
        return [
            ("id_column", bool(re.fullmatch(r"\w{1,64}", self.id_column)), "Letters, digits and _ only."),
            ("epsilon", 1e-9 <= self.epsilon <= 0.01, "Between 1e-9 and 0.01."),
            ("quota", 1 <= self.quota <= 10_000, "Between 1 and 10,000 files."),
            ("feedback", self.feedback in FEEDBACK, f"One of {', '.join(FEEDBACK)}."),
            ("ladder_step", (step is not None and 0 < step < 1) or self.feedback != "ladder",
             "Feedback 'ladder' needs a step in nats, such as 0.001."),
            ("paid_split", self.paid_split in ("live", "test"), "live or test."),
            ("consistency_gate", share is None or 0 <= share <= 1, "A share of eras, or none."),
            ("originality_gate", gate is None or 0 < gate < 1, "A correlation below 1, or none."),
            ("concordance_gate", self.concordance_gate is None or 0 < self.concordance_gate < 1,
             "A distance below 1, or none."),
            *self._blend_checks(),
            ("rewards", self.rewards in REWARDS, f"One of {', '.join(REWARDS)}."),
            ("currency", bool(re.fullmatch(r"[A-Z]{2,12}", self.currency)), "2 to 12 capital letters."),
            ("currency_digits", 0 <= self.currency_digits <= MOST_DIGITS, f"Between 0 and {MOST_DIGITS}."),
            ("network", self.network in NETWORKS, f"One of {', '.join(NETWORKS[1:])}, or empty."),
            ("network", not self.network or (self.rewards, self.currency_digits) == ("money", SATOSHI_DIGITS),
             f"Bitcoin is paid as money with {SATOSHI_DIGITS} decimals."),
            ("pool", 0 <= self.pool < MOST, "A whole number of minor units, below 10^36, not negative."),
            ("pool", self.rewards != "none" or self.pool == 0, "Without rewards there is no pool."),
            *payout_checks(self),
            ("board", self.board in BOARDS, f"One of {', '.join(BOARDS)}."),
        ]  # fmt: skip

    def _blend_checks(self) -> list[tuple[str, bool, str]]:
        cap, each, floor = self.weight_cap, self.weight_cap_forecaster, self.weight_floor
        lowest = min(one for one in (cap, each, 1.0) if one is not None)
        return [
            ("blend", self.blend in (DEFAULT, *BLENDS), f"{DEFAULT} or one of {', '.join(BLENDS)}."),
            ("fallback_blend", self.fallback_blend in SURE_BLENDS, f"One of {', '.join(SURE_BLENDS)}."),
            ("weight_cap", cap is None or 0 < cap <= 1, "A share of the whole, or none."),
            ("weight_cap_forecaster", each is None or 0 < each <= 1, "A share of the whole, or none."),
            ("weight_floor", 0 <= floor < 1 and floor <= lowest, "A share of the whole, below every cap."),
            ("label_horizon", 0 <= self.label_horizon <= 1_000, "Between 0 and 1,000 eras."),
        ]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Rules":
        """Read rules written by `to_json`; raises RulesError for unknown names and unplayable values."""
        unknown = sorted(set(data) - {f.name for f in fields(cls)})
        if unknown:
            raise RulesError(unknown[0], "There is no such rule.")
        hints = get_type_hints(cls)
        for name, value in data.items():
            if not _fits(value, hints[name]):
                raise RulesError(name, f"{value!r} has the wrong type.")
        return cls(**data)

    @property
    def fits_on_test(self) -> bool:
        """Whether blends may be fitted on a round's test rows: not where those are what is paid."""
        return self.paid_split != "test"

    @property
    def staked(self) -> bool:
        """Whether the payout rule reads stakes; then no gate reads results."""
        return self.payout_rule in STAKED_RULES

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready dict of every rule, defaults included, so that a frozen copy is complete."""
        return asdict(self)

    def sha256(self) -> str:
        """Return the hash that names this exact set of rules (64 hex digits)."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()

    def but(self, **changes: Any) -> "Rules":
        """Return a copy with some rules changed, checked again."""
        return replace(self, **changes)


@lru_cache(maxsize=256)
def read_rules(text: str) -> Rules:
    """Return the rules of a JSON text. A page reads those of fifty rounds, which are mostly the same."""
    return Rules.from_json(json.loads(text))


# FORMULAS section 6: with this pool and a hundred places the first of June 2017 gets $400.00.
NUMERAI_2017_POOL = 347_825

PRESETS: dict[str, Rules] = {
    "classroom": Rules(
        quota=50, allow_constant=True, originality_gate=None, log_loss_gate=False,
        rewards="none", pool=0, board="participants",
    ),
    "alpha": Rules(
        quota=25, originality_gate=0.95, rewards="money", currency="USD", currency_digits=2, pool=1_000_000,
    ),
    "numerai2017": Rules(
        quota=25, consistency_gate=0.58, originality_gate=0.95,
        rewards="money", currency="USD", currency_digits=2, pool=NUMERAI_2017_POOL, paid_places=100,
    ),
}  # fmt: skip
