"""What other rules are asked for. All of it stands in the address, so that a view can be sent on."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from tournaments.models import Rules
from tournaments.models.payout_rules import BID_RULES, MILLIONTHS, PARAMETERS, STAKED_RULES
from tournaments.numerics.payouts import registry
from tournaments.services.errors import Refused
from tournaments.services.replaying import MOST_ROUNDS
from tournaments.services.settlement.what_if import GATES
from tournaments.web import words
from tournaments.web.forms import shifted
from tournaments.web.making.groups import AMOUNTS, RULES
from tournaments.web.making.rules import field_of

ASKED = (("yes", "Asked"), ("no", "Not asked"))
MILLIONTH_DIGITS, BILLION_DIGITS = 6, 9
USUAL_ROUNDS = 20
PLACES_OF = {"bad_stake": "stake_each", "stake_needed": "stake_each", "confidence_needed": "confidence_each"}


class TermsForm(forms.Form):
    """A payout rule with its parameters, a pool and gates: those of `rules`, unless the address says others.

    With a `letter` its names begin with it, so that several fit in one address; `blank` lets it be none.
    """

    def __init__(
        self,
        address: Mapping[str, str],
        rules: Rules,
        *,
        letter: str = "",
        first: str = "",
        blank: bool = False,
    ) -> None:
        self.rules = rules
        prefix = letter.lower() or None
        begin = f"{prefix}-" if prefix else ""
        given = {name.removeprefix(begin): value for name, value in address.items() if name.startswith(begin)}
        chosen = given.get("payout_rule", first)
        self.rule = chosen if chosen in PARAMETERS else ""
        known = _written(rules, self.rule) | {"payout_rule": first} | given
        super().__init__({f"{begin}{name}": value for name, value in known.items()}, prefix=prefix)
        self.fields["payout_rule"] = _rule_field(rules, blank)
        for parameter, name in PARAMETERS.get(self.rule, {}).items():
            self.fields[name] = _field(name, registry.schema_of(self.rule)["properties"][parameter], rules)
        if self.rule:
            self.fields["pool"] = _amount("Pool", "Empty for what there was.", rules)
            for name in GATES:
                if name != "concordance_gate" or rules.concordance_gate is not None:
                    self.fields[name] = _gate(name, rules)

    def terms(self) -> list[forms.BoundField]:
        """Return the fields of the rule."""
        return [self[name] for name in self.fields if name not in GATES]

    def gates(self) -> list[forms.BoundField]:
        """Return the fields of the gates."""
        return [self[name] for name in self.fields if name in GATES]

    @property
    def gates_changed(self) -> bool:
        """Whether a gate is other than the round's own."""
        if not self.rule:
            return False
        return bool(self.errors.keys() & set(GATES)) or any(name in self.changes() for name in GATES)

    @property
    def staked(self) -> bool:
        """Whether the rule reads stakes."""
        return self.rule in STAKED_RULES

    @property
    def bids(self) -> bool:
        """Whether the rule reads a confidence."""
        return self.rule in BID_RULES

    def changes(self) -> dict[str, Any]:
        """Return what was asked for as services take it; gates only where they are others."""
        data = self.cleaned_data
        held = PARAMETERS[self.rule].items()
        parameters = {name: _plain(field, data[field], self.rules) for name, field in held if field in data}
        changes: dict[str, Any] = {"payout_rule": self.rule, "parameters": parameters}
        if data.get("pool") is not None:
            changes["pool"] = int(shifted(data["pool"], self.rules.currency_digits))
        gates = {name: data[name] for name in GATES if name in data}
        if "log_loss_gate" in gates:
            gates["log_loss_gate"] = gates["log_loss_gate"] == "yes"
        return changes | {name: value for name, value in gates.items() if value != getattr(self.rules, name)}

    def said(self) -> str:
        """Return the rule in a few words, with the parameter that tells it from others of its kind."""
        name, data = words.PAYOUT_RULES[self.rule], self.cleaned_data
        if "paid_places" in data:
            return f"{name}, {data['paid_places']:,} place{'s' * (data['paid_places'] != 1)}"
        return f"{name}, {data['contribution'].upper()}" if "contribution" in data else name


class RoundsForm(forms.Form):
    """How many rounds."""

    last = forms.IntegerField(
        label="Rounds",
        help_text=f"The last so many that are resolved, 1 to {MOST_ROUNDS}.",
        min_value=1,
        max_value=MOST_ROUNDS,
    )

    def __init__(self, address: Mapping[str, str]) -> None:
        super().__init__({"last": str(USUAL_ROUNDS), **address})


class BetsForm(forms.Form):
    """What everyone is taken to stake, for rules with stakes where a round has none of its own."""

    def __init__(self, address: Mapping[str, str], rules: Rules, *, bids: bool) -> None:
        self.rules = rules
        staked = rules.staked and (not bids or rules.payout_rule in BID_RULES)
        usual = {} if staked else {"stake_each": _usual_stake(rules), "confidence_each": "0.1"}
        super().__init__({**usual, **address})
        what = "Empty for what was staked." if staked else "For rules with stakes."
        self.fields["stake_each"] = _amount("Everyone stakes", what, rules, least=1, required=not staked)
        if bids:
            self.fields["confidence_each"] = forms.DecimalField(
                label="Everyone bids",
                help_text="A confidence above 0, up to 1.",
                required=not staked,
                min_value=Decimal(1).scaleb(-BILLION_DIGITS),
                max_value=1,
                decimal_places=BILLION_DIGITS,
                widget=_number(),
            )

    def bets(self) -> tuple[int | None, int | None]:
        """Return the stake in minor units and the confidence in 1e-9, each None where it is not said."""
        stake, bid = (self.cleaned_data.get(name) for name in ("stake_each", "confidence_each"))
        return (
            None if stake is None else int(shifted(stake, self.rules.currency_digits)),
            None if bid is None else int(shifted(bid, BILLION_DIGITS)),
        )


def other_rule(rules: Rules) -> str:
    """Return a payout rule to begin with, which needs no stakes: another one than theirs."""
    return "ranked_pool" if rules.payout_rule == "contribution_pool" else "contribution_pool"


def address_of(given: QueryDict) -> str:
    """Return what an address asks for, without the page, so that its links ask for the same."""
    kept = given.copy()
    kept.pop("page", None)
    return kept.urlencode()


def refuse(refused: Refused, terms: TermsForm, bets: BetsForm | None) -> None:
    """Put what a service refused beside the field that it is about, or above the form."""
    name = PLACES_OF.get(refused.code, "")
    message = forms.ValidationError(refused.message.partition(": ")[2] or refused.message, refused.code)
    if bets is not None and name in bets.fields:
        bets.add_error(name, message)
        return
    told = refused.details.get("field", "")
    field = PARAMETERS.get(terms.rule, {}).get(told, told)
    terms.add_error(field if field in terms.fields else None, message)


def _rule_field(rules: Rules, blank: bool) -> forms.Field:
    paying = [
        one for one in RULES["payout_rule"].choices if rules.rewards != "none" or one[0] not in STAKED_RULES
    ]
    choices = [("", "None"), *paying] if blank else paying
    return forms.ChoiceField(label="Payout rule", choices=choices, required=not blank)


def _field(name: str, schema: Mapping[str, Any], rules: Rules) -> forms.Field:
    """Return the field of a parameter: as the form of the rules asks for it, millionths as exact decimals."""
    if name not in MILLIONTHS:
        return field_of(RULES[name], rules)
    return forms.DecimalField(
        label=RULES[name].label,
        help_text=RULES[name].does,
        min_value=Decimal(schema["minimum"]).scaleb(-MILLIONTH_DIGITS),
        max_value=Decimal(schema["maximum"]).scaleb(-MILLIONTH_DIGITS),
        decimal_places=MILLIONTH_DIGITS,
        widget=_number(),
    )


def _gate(name: str, rules: Rules) -> forms.Field:
    rule = RULES[name]
    if name == "log_loss_gate":  # a box that is not ticked would not stand in an address
        return forms.ChoiceField(label=rule.label, help_text=rule.does, choices=ASKED)
    return field_of(rule, rules)


def _amount(label: str, does: str, rules: Rules, *, least: int = 0, required: bool = False) -> forms.Field:
    """Return a field for an amount of at least `least` minor units, written in the unit."""
    return forms.DecimalField(
        label=label,
        help_text=f"{does} In {rules.currency}.",
        required=required,
        min_value=shifted(Decimal(least), -rules.currency_digits),
        max_digits=38,
        decimal_places=rules.currency_digits,
        widget=_number(),
    )


def _number() -> forms.NumberInput:
    return forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})


def _written(rules: Rules, rule: str) -> dict[str, str]:
    """Return what a form says at first: the round's own parameters and gates, as people write them."""
    held = rules.to_json()
    amounts = {name for name, one in RULES.items() if one.kind in AMOUNTS}
    found = {}
    for name in (*PARAMETERS.get(rule, {}).values(), *GATES):
        value = held[name]
        if name in amounts and value is not None:
            value = shifted(Decimal(value), -rules.currency_digits)
        found[name] = "" if value is None else str(value)
    return found | {"log_loss_gate": "yes" if rules.log_loss_gate else "no"}


def _plain(field: str, value: Any, rules: Rules) -> Any:
    """Return a parameter in the unit of the payout rule: millionths, minor units, places, a word."""
    if field in MILLIONTHS:
        return int(shifted(value, MILLIONTH_DIGITS))
    if isinstance(value, Decimal):
        return int(shifted(value, rules.currency_digits))
    return value


def _usual_stake(rules: Rules) -> str:
    """Return a hundredth of the pool, or a whole unit, and no less than the rules ask for."""
    usual = max(rules.stake_least, rules.pool // 100 or 10**rules.currency_digits)
    return str(shifted(Decimal(usual), -rules.currency_digits))
