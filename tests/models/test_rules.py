"""A tournament's rules can be played, or they are refused by name."""

from decimal import Decimal

import pytest

from tournaments.models.payout_rules import (
    MILLIONTHS,
    PARAMETERS,
    PAYOUT_RULES,
    STAKED_RULES,
    parameter_values,
)
from tournaments.models.rules import PRESETS, Rules, RulesError
from tournaments.numerics.payouts import registry


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_survive_json(preset):
    rules = PRESETS[preset]
    assert Rules.from_json(rules.to_json()) == rules
    assert Rules.from_json(rules.to_json()).sha256() == rules.sha256()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pool", 100.5),
        ("pool", -1),
        ("pool", True),
        ("pool", "100"),
        ("log_loss_gate", "maybe"),
        ("log_loss_gate", 1),
        ("epsilon", float("nan")),
        ("epsilon", 0),
        ("epsilon", None),
        ("consistency_gate", 1.5),
        ("consistency_gate", float("nan")),
        ("originality_gate", 1.0),
        ("quota", 0),
        ("feedback", "ladder"),
        ("feedback", "loud"),
        ("paid_split", "validation"),
        ("blend", "stacked"),
        ("fallback_blend", "stack"),
        ("weight_cap", 0.0),
        ("weight_cap", 1.5),
        ("weight_cap_forecaster", float("nan")),
        ("weight_floor", -0.1),
        ("label_horizon", -1),
        ("label_horizon", 1.5),
        ("rewards", "none"),
        ("currency", "usd"),
        ("payout_rule", "lottery"),
        ("paid_places", 1_001),
        ("contribution", "mmc"),
        ("four_eyes", 1),
        ("id_column", "my id"),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_played_is_refused_by_the_rules_name(name, value):
    with pytest.raises(RulesError) as error:
        Rules.from_json({**PRESETS["alpha"].to_json(), name: value})
    blamed = {"rewards": "pool"}.get(name, "ladder_step" if value == "ladder" else name)
    assert error.value.field == blamed


@pytest.mark.parametrize(
    ("changes", "blamed"),
    [
        ({"payout_rule": "wager"}, "pool"),
        ({"payout_rule": "stake_curve", "pool": 0}, "pool"),
        ({"payout_rule": "auction", "pool": 0}, "pool"),
        ({"payout_rule": "auction", "pool": 0, "rewards": "none"}, "payout_rule"),
        ({"stake_least": 0}, "stake_least"),
        ({"stake_least": 5, "stake_most": 4}, "stake_most"),
        ({"stake_limit": 0.0}, "stake_limit"),
        ({"stake_limit": 0.0000005}, "stake_limit"),
        ({"mmc_multiplier": 0.1234567}, "mmc_multiplier"),
        ({"corr_multiplier": 100.5}, "corr_multiplier"),
        ({"corr_multiplier": float("nan")}, "corr_multiplier"),
        ({"risk_threshold": 0}, "risk_threshold"),
    ],
)
def test_stakes_are_asked_for_as_far_as_they_can_be_paid(changes, blamed):
    with pytest.raises(RulesError) as error:
        PRESETS["alpha"].but(**changes)
    assert error.value.field == blamed


@pytest.mark.parametrize(("name", "pool"), [("wager", 0), ("stake_curve", 1), ("auction", 1)])
def test_rules_with_stakes_can_be_chosen(name, pool):
    assert PRESETS["alpha"].but(payout_rule=name, pool=pool).payout_rule == name


def test_rules_name_the_payout_rules_of_the_registry_with_its_parameters_bounds_and_defaults():
    assert set(PAYOUT_RULES) == set(registry.NAMES) == set(PARAMETERS)
    assert [name for name in registry.NAMES if registry.rule_of(name).about.stakes] == list(STAKED_RULES)
    for rule, held in PARAMETERS.items():
        properties = registry.schema_of(rule)["properties"]
        assert set(held) == set(properties) - {"clip"}
        own = Rules(payout_rule=rule, pool=0 if rule == "wager" else 1)
        assert registry.parameters_of(rule, parameter_values(own)) == registry.parameters_of(rule, {})
        for parameter, field in held.items():
            _same_bounds(own, parameter, field, properties[parameter])


def _same_bounds(own, parameter, field, schema):
    unit = Decimal(1_000_000 if field in MILLIONTHS else 1)
    fits = schema.get("enum") or [schema["minimum"], schema["maximum"]]
    misfits = ["loo"] if "enum" in schema else [schema["minimum"] - 1, schema["maximum"] + 1]

    def asked(value):
        in_millionths = float(Decimal(value) / unit) if field in MILLIONTHS else value
        return own.but(**{field: in_millionths})

    for value in fits:
        assert parameter_values(asked(value))[parameter] == value
    for value in misfits:
        with pytest.raises(RulesError):
            asked(value)


def test_a_whole_number_is_a_number_and_none_switches_a_gate_off():
    rules = Rules.from_json({"consistency_gate": 1, "originality_gate": None})
    assert (rules.consistency_gate, rules.originality_gate) == (1, None)
