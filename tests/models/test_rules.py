"""A tournament's rules can be played, or they are refused by name."""

import pytest

from tournaments.models.rules import PRESETS, Rules, RulesError


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
        ("id_column", "my id"),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_played_is_refused_by_the_rules_name(name, value):
    with pytest.raises(RulesError) as error:
        Rules.from_json({**PRESETS["alpha"].to_json(), name: value})
    blamed = {"rewards": "pool"}.get(name, "ladder_step" if value == "ladder" else name)
    assert error.value.field == blamed


def test_a_whole_number_is_a_number_and_none_switches_a_gate_off():
    rules = Rules.from_json({"consistency_gate": 1, "originality_gate": None})
    assert (rules.consistency_gate, rules.originality_gate) == (1, None)
