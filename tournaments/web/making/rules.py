"""The form of a tournament's rules: every rule with a sentence of what it does and what it may be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms

from tournaments.models import Rules
from tournaments.models.amounts import MOST_DIGITS
from tournaments.models.rules import BLENDS, SURE_BLENDS
from tournaments.web import words
from tournaments.web.forms import shifted

MONEY = ("currency", "currency_digits", "network", "pool", "paid_places")
WHOLE, PART, MAYBE, YES, WORD, POOL = "whole", "part", "maybe", "yes", "word", "pool"
STAKE = "stake"
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
            Rule("log_loss_gate", "Better than a coin", "Only a log loss below 0.69315 passes.", YES),
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
                "pool", "Pool of a round", "What a round pays out, taken from the house when it opens.", POOL
            ),
            Rule(
                "paid_places",
                "Paid places",
                "The first so many participants share the pool, 1 to 1,000.",
                WHOLE,
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


class Choice(forms.ChoiceField):
    """One of several, each with what it does where its name does not say it."""

    def __init__(self, rule: Rule, choices: Choices, **shown: Any) -> None:
        super().__init__(choices=choices, **shown)
        self.meanings = [(label, rule.meanings[name]) for name, label in choices if rule.meanings]


def _field(rule: Rule, rules: Rules) -> forms.Field:
    shown: dict[str, Any] = {"label": rule.label, "help_text": rule.does}
    if rule.kind == YES:
        return forms.BooleanField(required=False, **shown)
    if rule.choices:
        choices = _choices(rule, rules)
        return Choice(rule, choices, required="" not in dict(choices), **shown)
    if rule.kind == WHOLE:
        return forms.IntegerField(**shown)
    if rule.kind == POOL:
        return forms.DecimalField(
            max_digits=38, decimal_places=rules.currency_digits, min_value=Decimal(0), **shown
        )
    if rule.kind in (PART, MAYBE):
        return forms.FloatField(
            required=rule.kind == PART, widget=forms.NumberInput(attrs={"step": "any"}), **shown
        )
    return forms.CharField(max_length=64, **shown)


def _choices(rule: Rule, rules: Rules) -> Choices:
    """Return what may be chosen; where nothing is to be won nobody stakes anything."""
    staked = rules.rewards != "none" or rules.blend == STAKE or rule.name != "blend"
    return rule.choices if staked else tuple(one for one in rule.choices if one[0] != STAKE)


class RulesForm(forms.Form):
    """All rules. Those of money are asked for where there are rewards."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, rules: Rules) -> None:
        initial = {**rules.to_json(), "pool": shifted(Decimal(rules.pool), -rules.currency_digits)}
        super().__init__(data, initial=initial)
        self.rules = rules
        for name, rule in RULES.items():
            if rules.rewards != "none" or name not in MONEY:
                self.fields[name] = _field(rule, self._units(data))

    def _units(self, data: Mapping[str, Any] | None) -> Rules:
        """Return the rules with the decimals that are being asked for, by which the pool is read."""
        digits = str((data or {}).get("currency_digits", ""))
        fits = digits.isdecimal() and int(digits) <= MOST_DIGITS
        return self.rules.but(currency_digits=int(digits)) if fits else self.rules

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields by group, in the order in which they matter."""
        return [(title, [self[r.name] for r in rules if r.name in self.fields]) for title, rules in GROUPS]

    def changes(self) -> dict[str, Any]:
        """Return the rules that were changed, in the form in which services take them."""
        data = dict(self.cleaned_data)
        if "pool" in data:
            data["pool"] = int(shifted(data["pool"], data["currency_digits"]))
        data |= self._rewards(data["rewards"])
        before = self.rules.to_json()
        return {name: value for name, value in data.items() if value != before[name]}

    def _rewards(self, chosen: str) -> dict[str, Any]:
        """Return what goes with other rewards than before: no pool with none, a usual one at first."""
        if chosen == "none":
            return {"pool": 0, "network": ""}
        if self.rules.rewards != "none":
            return {}
        if chosen == "money":
            return {"currency": "USD", "currency_digits": 2, "pool": 1_000_000}
        return {"currency": "POINTS", "currency_digits": 0, "pool": 100_000}

    def put(self, faults: Mapping[str, str]) -> None:
        """Put each fault beside its rule."""
        for name, message in faults.items():
            self.add_error(name if name in self.fields else None, message)
