"""Scores in whole units of 1e-9."""

from __future__ import annotations

import math

import pytest

from tournaments.numerics import units
from tournaments.numerics.errors import NumericsError


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (0.69213, 692_130_000),
        (0.5e-9, 0),
        (1.5e-9, 2),
        (2.5e-9, 2),
        (-1.5e-9, -2),
        (math.log(2), 693_147_181),
    ],
)
def test_quantise_counts_units_of_1e_9_with_halves_to_even(x: float, expected: int) -> None:
    assert units.quantise(x) == expected
    assert type(units.quantise(x)) is int


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_quantise_refuses_what_is_not_finite(x: float) -> None:
    with pytest.raises(NumericsError) as caught:
        units.quantise(x)
    assert caught.value.code == "not_finite"
