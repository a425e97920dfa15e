"""The rules of a tournament, group by group: each with a sentence of what it does and what it may be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tournaments.models.payout_rules import CONTRIBUTIONS, PAYOUT_RULES
from tournaments.models.rules import BLENDS, SURE_BLENDS
from tournaments.numerics.payouts import registry
from tournaments.web import words

WHOLE, PART, MAYBE, YES, WORD = "whole", "part", "maybe", "yes", "word"
AMOUNT, MAYBE_AMOUNT = "amount", "maybe amount"
"""Written in the unit, kept in minor ones; the second may be left empty."""
AMOUNTS = (AMOUNT, MAYBE_AMOUNT)
Choices = tuple[tuple[str, str], ...]
NETWORKS: Choices = (
    ("", "None: another currency"),
    ("bitcoin", "Bitcoin"),
    ("testnet", "Testnet"),
    ("regtest", "Regtest"),
)


@dataclass(frozen=True)
class Rule:
    """How one rule is asked for."""

    name: str
    label: str
    does: str
    kind: str = WORD
    choices: Choices = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    """What each choice does, where its name does not say it."""


def _named(blends: Iterable[str]) -> Choices:
    return tuple((name, name.capitalize()) for name in blends)


CONTRIBUTES = {
    "pcs": "What one adds to those who were there before, whoever sends what first.",
    "src": "What one adds, in order of precedence.",
}
STAKES = "Stakes"
GROUPS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    (
        "Scoring",
        (
            Rule(
                "paid_split",
                "Ranked by",
                "Log loss on these rows decides. Live rows get labels after the close.",
                choices=(("live", "Live rows"), ("test", "Test rows")),
            ),
            Rule(
                "feedback",
                "Before the close",
                "What participants see of their practice scores while a round is open.",
                choices=(("exact", "Exact scores"), ("ladder", "Scores in steps"), ("sealed", "Nothing")),
            ),
            Rule(
                "ladder_step",
                "Step of the ladder",
                "In nats, such as 0.001; only for scores in steps. Empty for none.",
                MAYBE,
            ),
            Rule(
                "epsilon",
                "Clipping",
                "Probabilities are scored within this of 0 and 1, so that no loss is infinite. "
                "Between 1e-9 and 0.01.",
                PART,
            ),
            Rule("quota", "Files per participant", "Accepted files in one round, 1 to 10,000.", WHOLE),
            Rule(
                "allow_constant", "Constant forecasts", "Files that say the same of every row are taken.", YES
            ),
            Rule(
                "allow_extra_ids",
                "Ids of other rounds",
                "Files may hold ids that are not of the round. They are ignored.",
                YES,
            ),
            Rule(
                "id_column",
                "Name of the id column",
                "What files call their ids, besides “id”. Letters, digits and _.",
            ),
        ),
    ),
    (
        "Gates",
        (
            Rule(
                "log_loss_gate",
                "Better than a coin",
                "Only a log loss below 0.69315 passes.",
                YES,
            ),
            Rule(
                "consistency_gate",
                "Consistency",
                "Share of eras in which a coin must be beaten, 0 to 1. Empty for none.",
                MAYBE,
            ),
            Rule(
                "originality_gate",
                "Originality",
                "Highest correlation with an earlier file of someone else, below 1. "
                "Empty for none, as for a class that runs one tutorial.",
                MAYBE,
            ),
            Rule(
                "concordance_gate",
                "Concordance",
                "Whether one model is behind all splits: how far apart like rows may be, such as 0.12. "
                "Empty for none. It needs features.",
                MAYBE,
            ),
        ),
    ),
    (
        "Blend",
        (
            Rule(
                "blend",
                "Meta-model",
                "How the crowd's forecasts become one.",
                choices=_named(("default", *BLENDS)),
                meanings=words.BLENDS,
            ),
            Rule(
                "fallback_blend",
                "In its place",
                "Speaks where that one cannot be made yet, or its solver does not certify what it found.",
                choices=_named(SURE_BLENDS),
            ),
            Rule(
                "weight_cap",
                "Most weight of a participant",
                "Share of the whole that no participant goes above, such as 0.2. Empty for none.",
                MAYBE,
            ),
            Rule(
                "weight_cap_forecaster",
                "Most weight of a forecaster",
                "The same for each forecaster: who has two may weigh twice as much. Empty for none.",
                MAYBE,
            ),
            Rule(
                "weight_floor",
                "Least weight of a participant",
                "Share of the whole that everyone has at least, below every cap. 0 for none.",
                PART,
            ),
            Rule(
                "label_horizon",
                "Eras until labels are known",
                "So many eras are left out between those that weights are fitted on and those that they are "
                "tried on. 0 to 1,000.",
                WHOLE,
            ),
        ),
    ),
    (
        "Rewards",
        (
            Rule(
                "rewards",
                "Rewards",
                "Whether places earn something. Without rewards no page speaks of any.",
                choices=(("none", "None"), ("points", "Points"), ("money", "Money")),
            ),
            Rule("currency", "Unit", "2 to 12 capital letters, such as POINTS or USD."),
            Rule(
                "currency_digits",
                "Decimals of the unit",
                "2 for dollars and cents, 0 for points; at most 8.",
                WHOLE,
            ),
            Rule(
                "network",
                "Bitcoin network",
                "Where the unit is the bitcoin: addresses are checked against it and wallets' files written. "
                "It needs money and 8 decimals.",
                choices=NETWORKS,
            ),
            Rule(
                "payout_rule",
                "Payout rule",
                "How what a round pays is divided. Where there are stakes, no gate looks at log losses.",
                choices=tuple((name, said.capitalize()) for name, said in words.PAYOUT_RULES.items()),
                meanings={name: registry.rule_of(name).about.sentence for name in PAYOUT_RULES},
            ),
            Rule(
                "pool",
                "Pool of a round",
                "What a round pays out, taken from the house when it opens. 0 for a wager.",
                AMOUNT,
            ),
            Rule(
                "paid_places",
                "Paid places",
                "For a ranked pool: the first so many participants share it, 1 to 1,000.",
                WHOLE,
            ),
            Rule(
                "contribution",
                "Contribution",
                "For a contribution pool: what it is shared by.",
                choices=tuple((name, name.upper()) for name in CONTRIBUTIONS),
                meanings=CONTRIBUTES,
            ),
            Rule("four_eyes", "Two operators", "One proposes a settlement, and another approves it.", YES),
        ),
    ),
    (
        STAKES,
        (
            Rule(
                "stake_least",
                "Least stake",
                "Of a forecaster in a round, in the unit. Payout rules without stakes take none.",
                AMOUNT,
            ),
            Rule("stake_most", "Largest stake", "The same. Empty for none.", MAYBE_AMOUNT),
            Rule(
                "corr_multiplier",
                "Times CORR",
                "For a stake curve: what CORR is multiplied by, 0 to 100, with at most 6 decimals.",
                PART,
            ),
            Rule("mmc_multiplier", "Times MMC", "For a stake curve: the same of MMC.", PART),
            Rule(
                "stake_limit",
                "Most of a stake",
                "For a stake curve: the share of a stake that is won or lost at most, such as 0.05.",
                PART,
            ),
            Rule(
                "risk_threshold",
                "Risk threshold",
                "For a stake curve: once more than this is at stake in all, everyone wins and loses less. "
                "Empty for none.",
                MAYBE_AMOUNT,
            ),
        ),
    ),
    (
        "Board",
        (
            Rule(
                "board",
                "Who sees the boards",
                "Rounds, boards and results.",
                choices=(("public", "Everyone"), ("participants", "Only those who take part")),
            ),
        ),
    ),
)
RULES = {rule.name: rule for _, rules in GROUPS for rule in rules}
MONEY = frozenset(rule.name for title, rules in GROUPS if title in ("Rewards", STAKES) for rule in rules) - {
    "rewards"
}
"""What is asked for only where there are rewards."""
