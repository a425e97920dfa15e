"""What is said of a file at intake without labels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.warnings import looks_like_ranks

EVEN = (np.arange(5000) + 0.5) / 5000


def test_ranks_spread_over_the_whole_range_are_named() -> None:
    # Uniform p lose 1 nat on average: ln 2 + 0.307.
    assert looks_like_ranks(EVEN)
    assert looks_like_ranks(np.random.default_rng(1).permutation(EVEN))


@pytest.mark.parametrize("sd", [0.0, 0.12, 0.35, 0.5])
def test_ordinary_honest_files_are_not_named(sd: float) -> None:
    assert not looks_like_ranks(expit(sd * np.random.default_rng(1).normal(size=5000)))


def test_the_line_is_a_tenth_of_a_nat_above_ln_2() -> None:
    # Half a, half 1 - a: -(ln a + ln(1 - a)) / 2 = ln 2 + x gives a (1 - a) = exp(-2 x) / 4.
    for excess, named in ((0.0999, False), (0.1001, True)):
        a = 0.5 - 0.5 * math.sqrt(1 - math.exp(-2 * excess))
        assert looks_like_ranks([a, 1 - a]) is named


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(NumericsError) as caught:
        looks_like_ranks([0.5, math.nan])
    assert caught.value.code == "not_finite"
