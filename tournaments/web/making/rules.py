"""The form of a tournament's rules: every rule with a sentence of what it does and what it may be."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from tournaments.models import Rules
from tournaments.models.amounts import MOST_DIGITS
from tournaments.models.payout_rules import STAKED_RULES
from tournaments.web.forms import shifted
from tournaments.web.making.groups import (
    AMOUNT,
    AMOUNTS,
    GROUPS,
    MAYBE,
    MONEY,
    PART,
    RULES,
    WHOLE,
    YES,
    Choices,
    Rule,
)

STAKE = "stake"
AMOUNT_NAMES = tuple(name for name, rule in RULES.items() if rule.kind in AMOUNTS)


class Choice(forms.ChoiceField):
    """One of several, each with what it does where its name does not say it."""

    def __init__(self, rule: Rule, choices: Choices, **shown: Any) -> None:
        super().__init__(choices=choices, **shown)
        self.meanings = [(label, rule.meanings[name]) for name, label in choices if rule.meanings]


def field_of(rule: Rule, rules: Rules) -> forms.Field:
    """Return how one rule is asked for, amounts in the unit of `rules`."""
    shown: dict[str, Any] = {"label": rule.label, "help_text": rule.does}
    if rule.kind == YES:
        return forms.BooleanField(required=False, **shown)
    if rule.choices:
        choices = _choices(rule, rules)
        return Choice(rule, choices, required="" not in dict(choices), **shown)
    if rule.kind == WHOLE:
        return forms.IntegerField(**shown)
    if rule.kind in AMOUNTS:
        shown |= {"max_digits": 38, "decimal_places": rules.currency_digits, "min_value": Decimal(0)}
        return forms.DecimalField(required=rule.kind == AMOUNT, **shown)
    if rule.kind in (PART, MAYBE):
        return forms.FloatField(
            required=rule.kind == PART, widget=forms.NumberInput(attrs={"step": "any"}), **shown
        )
    return forms.CharField(max_length=64, **shown)


def _choices(rule: Rule, rules: Rules) -> Choices:
    """Return what may be chosen; where nothing is to be won nobody stakes anything."""
    staked = rules.rewards != "none" or rules.blend == STAKE or rule.name != "blend"
    return rule.choices if staked else tuple(one for one in rule.choices if one[0] != STAKE)


def _in_units(rules: Rules) -> dict[str, Decimal]:
    """Return the amounts of rules in units, without those that are none."""
    held = {name: getattr(rules, name) for name in AMOUNT_NAMES}
    return {
        name: shifted(Decimal(value), -rules.currency_digits)
        for name, value in held.items()
        if value is not None
    }


class RulesForm(forms.Form):
    """All rules. Those of money are asked for where there are rewards."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, rules: Rules) -> None:
        super().__init__(data, initial=rules.to_json() | _in_units(rules))
        self.rules = rules
        for name, rule in RULES.items():
            if rules.rewards != "none" or name not in MONEY:
                self.fields[name] = field_of(rule, self._units(data))

    def _units(self, data: Mapping[str, Any] | None) -> Rules:
        """Return the rules with the decimals that are being asked for, by which amounts are read."""
        digits = str((data or {}).get("currency_digits", ""))
        fits = digits.isdecimal() and int(digits) <= MOST_DIGITS
        return self.rules.but(currency_digits=int(digits)) if fits else self.rules

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields by group, in the order in which they matter."""
        asked = [(title, [self[r.name] for r in rules if r.name in self.fields]) for title, rules in GROUPS]
        return [(title, fields) for title, fields in asked if fields]

    def changes(self) -> dict[str, Any]:
        """Return the rules that were changed, in the form in which services take them."""
        data = dict(self.cleaned_data)
        for name in set(AMOUNT_NAMES) & set(data):
            if data[name] is not None:
                data[name] = int(shifted(data[name], data["currency_digits"]))
        data |= self._rewards(data)
        before = self.rules.to_json()
        return {name: value for name, value in data.items() if value != before[name]}

    def _rewards(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what goes with other rewards than before: no pool with none, a usual one at first."""
        chosen = data["rewards"]
        if chosen == "none":
            staked = data.get("payout_rule") in STAKED_RULES
            return {"pool": 0, "network": ""} | ({"payout_rule": "ranked_pool"} if staked else {})
        if self.rules.rewards != "none":
            return {}
        if chosen == "money":
            return {"currency": "USD", "currency_digits": 2, "pool": 1_000_000}
        return {"currency": "POINTS", "currency_digits": 0, "pool": 100_000}

    def put(self, faults: Mapping[str, str]) -> None:
        """Put each fault beside its rule."""
        for name, message in faults.items():
            self.add_error(name if name in self.fields else None, message)
