"""Caps and floors of weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.numerics.blending.bounds import bounded
from tournaments.numerics.errors import NumericsError


@pytest.mark.parametrize(
    ("weights", "caps", "floor", "expected"),
    [
        ([0.5, 0.3, 0.2], [1.0, 1.0, 1.0], 0.0, [0.5, 0.3, 0.2]),
        ([0.7, 0.2, 0.1], [0.4, 0.4, 0.4], 0.0, [0.4, 0.4, 0.2]),  # 0.3 are left over and go 2:1
        ([0.8, 0.1, 0.1], [0.4, 1.0, 1.0], 0.0, [0.4, 0.3, 0.3]),
        ([0.9, 0.1, 0.0], [1.0, 1.0, 1.0], 0.1, [0.8, 0.1, 0.1]),  # 0.09 would be below the floor too
        ([1.0, 0.0, 0.0], [0.5, 0.5, 0.5], 0.0, [0.5, 0.25, 0.25]),
        ([0.6, 0.4], [0.2, 0.2], 0.0, [0.5, 0.5]),  # caps that sum to 0.4 are raised in proportion
        ([0.6, 0.4], [0.2, 0.6], 0.0, [0.25, 0.75]),
        ([1.0, 0.0], [1.0, 1.0], 0.9, [0.5, 0.5]),  # no floor is above 1/P
        ([1.0], [0.1], 0.0, [1.0]),
    ],
)
def test_weights_are_worked_by_hand(weights, caps, floor, expected) -> None:
    assert bounded(weights, caps, floor) == pytest.approx(expected, abs=1e-12)


shares = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8)


@given(shares, st.floats(0.05, 1.0), st.floats(0.0, 0.3))
def test_they_sum_to_one_and_keep_to_what_can_be_kept(weights, cap, floor) -> None:
    if not sum(weights) > 1e-3:
        return
    count = len(weights)
    found = bounded(weights, [cap] * count, floor)
    assert found.sum() == pytest.approx(1.0, abs=1e-12)
    assert found.max() <= max(cap, 1.0 / count) + 1e-9
    assert found.min() >= min(floor, cap, 1.0 / count) - 1e-9
    order = np.argsort(weights)
    assert (np.diff(found[order]) >= -1e-9).all()


@pytest.mark.parametrize(
    ("weights", "caps", "code"),
    [
        ([0.5, 0.5], [1.0], "bad_shape"),
        ([-0.5, 1.5], [1.0, 1.0], "bad_weights"),
        ([0.0, 0.0], [1.0, 1.0], "bad_weights"),
        ([0.5, 0.5], [0.0, 0.0], "bad_weights"),
        ([0.5, np.nan], [1.0, 1.0], "not_finite"),
    ],
)
def test_what_is_no_weight_is_refused(weights, caps, code) -> None:
    with pytest.raises(NumericsError) as refused:
        bounded(weights, caps)
    assert refused.value.code == code
