"""The one door: names, parameters that check and describe themselves, and what each rule says of itself."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.numerics.payouts.pools import entry
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts import registry
from tournaments.numerics.payouts.about import NO, PARTLY, YES
from tournaments.numerics.payouts.awards import REASONS
from tournaments.numerics.payouts.entries import SCORES
from tournaments.numerics.payouts.registry import NAMES, RULES, parameters_of, schema_of, values_of

ROOM = Path(registry.__file__).parent


def test_the_rules_are_those_of_the_formulas_in_their_order() -> None:
    assert NAMES == ("ranked_pool", "contribution_pool", "wager", "stake_curve", "auction")


@pytest.mark.parametrize("name", NAMES)
def test_defaults_can_be_played_and_fit_the_schema(name: str) -> None:
    given = parameters_of(name, {})
    schema = schema_of(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(values_of(given), schema)
    assert {one: told["default"] for one, told in schema["properties"].items()} == values_of(given)
    assert parameters_of(name, values_of(given)) == given
    assert set(given.reads) <= set(SCORES)
    assert registry.settle(name, [], 100, given).rolled_over == 100


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_and_claim_is_said_in_words(name: str) -> None:
    about = RULES[name].about
    claims = (about.truthful, about.sybil_proof, about.copy_proof)
    assert all(claim.holds in (YES, PARTLY, NO) for claim in claims)
    words = [about.sentence, about.pool, *(claim.why for claim in claims)]
    words += [told["description"] for told in schema_of(name)["properties"].values()]
    assert all(len(one) > 20 and one.endswith(".") and "!" not in one for one in words)


def test_gates_that_read_results_would_be_a_way_out_of_a_stake() -> None:
    held = {name: rule.about.gates_may_read_results for name, rule in RULES.items()}
    assert held == {
        "ranked_pool": True,
        "contribution_pool": True,
        "wager": False,
        "stake_curve": False,
        "auction": False,
    }


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("ranked_pool", {"places": 0}, "out_of_range"),
        ("ranked_pool", {"places": 1001}, "out_of_range"),
        ("ranked_pool", {"places": 3.0}, "not_an_integer"),
        ("ranked_pool", {"places": True}, "not_an_integer"),
        ("ranked_pool", {"places": None}, "not_an_integer"),
        ("ranked_pool", {"place": 3}, "unknown_parameter"),
        ("contribution_pool", {"measure": "loo"}, "not_a_choice"),
        ("contribution_pool", {"measure": 3}, "not_a_choice"),
        ("wager", {"clip": 500_000}, "out_of_range"),
        ("wager", {"clip": 0}, "out_of_range"),
        ("stake_curve", {"limit": 1_000_001}, "out_of_range"),
        ("stake_curve", {"corr_multiplier": -1}, "out_of_range"),
        ("stake_curve", {"mmc_multiplier": "2"}, "not_an_integer"),
        ("stake_curve", {"threshold": 0}, "out_of_range"),
        ("auction", {"reserve": 1}, "unknown_parameter"),
        ("lottery", {}, "unknown_rule"),
    ],
)
def test_parameters_that_cannot_be_played_are_refused_with_a_code(
    name: str, values: dict[str, Any], code: str
) -> None:
    with pytest.raises(NumericsError) as caught:
        parameters_of(name, values)
    assert caught.value.code == code
    assert caught.value.place["name"] == (next(iter(values), name))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ranked_pool", {"places": 0}),
        ("ranked_pool", {"places": None}),
        ("ranked_pool", {"place": 3}),
        ("contribution_pool", {"measure": "loo"}),
        ("stake_curve", {"threshold": 0}),
    ],
)
def test_the_schema_refuses_what_the_rule_refuses(name: str, values: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(values, schema_of(name))


def test_parameters_of_another_rule_are_refused() -> None:
    with pytest.raises(NumericsError) as caught:
        registry.settle("auction", [entry("a")], 1, parameters_of("wager", {}))
    assert caught.value.code == "wrong_parameters"


def test_every_reason_that_a_rule_gives_is_explained() -> None:
    """Reasons are the strings with underscores that the rules hand to awards."""
    given = {"", "not_eligible", "not_scored"}
    for name in NAMES:
        for node in ast.walk(ast.parse((ROOM / f"{name}.py").read_text())):
            if isinstance(node, ast.Constant) and node.value in REASONS:
                given.add(node.value)
    assert given == set(REASONS)


def test_parameters_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        parameters_of("ranked_pool", {}).places = 5  # type: ignore[attr-defined]
