"""Era-wise Gaussian ranks."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numerai_tools.scoring import gaussian, tie_kept_rank, variance_normalize
from scipy.stats import norm, rankdata

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.ranks import gaussian_ranks

# A grid of 200 values, so that ties are frequent and no transform below merges two of them.
VALUES = st.lists(st.integers(1, 199).map(lambda k: k / 200), min_size=2, max_size=40)


def plain(p: np.ndarray, starts: list[int]) -> np.ndarray:
    """The definition, era by era, with scipy's ranks and quantiles."""
    parts = [np.asarray(p[a:b]) for a, b in pairwise(starts)]
    g = np.concatenate([norm.ppf((rankdata(part) - 0.5) / part.size) for part in parts])
    return np.asarray((g - g.mean()) / g.std())


def test_three_untied_rows_are_worked_by_hand() -> None:
    # Quantiles of 1/6, 1/2, 5/6 are -a, 0, a: standardised they are -sqrt(1.5), 0, sqrt(1.5).
    assert gaussian_ranks([0.2, 0.9, 0.4], [0, 3]) == pytest.approx([-math.sqrt(1.5), math.sqrt(1.5), 0.0])


def test_ties_share_their_average_rank() -> None:
    g = gaussian_ranks([0.2, 0.2, 0.7, 0.9], [0, 4])
    quantiles = norm.ppf([0.25, 0.25, 0.625, 0.875])
    assert g == pytest.approx((quantiles - quantiles.mean()) / quantiles.std())


def test_ranks_are_taken_within_eras_and_standardised_over_the_split() -> None:
    rng = np.random.default_rng(1)
    p, starts = rng.random(600).round(2), [0, 1, 90, 91, 350, 600]
    g = gaussian_ranks(p, starts)
    assert g == pytest.approx(plain(p, starts), abs=1e-12)
    assert abs(g.mean()) < 1e-12
    assert g.std() == pytest.approx(1.0, abs=1e-12)


@given(VALUES)
def test_one_era_equals_numerai_tools(values: list[float]) -> None:
    if len(set(values)) == 1:
        return
    frame = pd.DataFrame({"p": values})
    theirs = variance_normalize(gaussian(tie_kept_rank(frame)))["p"].to_numpy()
    theirs = (theirs - theirs.mean()) / theirs.std()
    assert gaussian_ranks(values, [0, len(values)]) == pytest.approx(theirs, abs=1e-9)


@given(VALUES, st.integers(0, 39))
def test_an_increasing_transform_of_each_era_changes_no_bit(values: list[float], cut: int) -> None:
    p = np.array(values)
    starts = [0, p.size] if not 0 < cut < p.size else [0, cut, p.size]
    other = p.copy()
    for first, last in pairwise(starts):
        other[first:last] = p[first:last] ** 3 / (first + 2)
    assert (gaussian_ranks(p, starts) == gaussian_ranks(other, starts)).all()


@given(VALUES)
def test_a_mirror_image_has_the_opposite_ranks(values: list[float]) -> None:
    p = np.array(values)
    mirrored = gaussian_ranks(-p, [0, p.size])
    assert mirrored == pytest.approx(-gaussian_ranks(p, [0, p.size]), abs=1e-12)


@given(VALUES, st.randoms(use_true_random=False))
def test_a_permutation_of_rows_permutes_the_ranks(values: list[float], random: Any) -> None:
    order = random.sample(range(len(values)), len(values))
    p = np.array(values)
    whole = [0, p.size]
    assert gaussian_ranks(p[order], whole) == pytest.approx(gaussian_ranks(p, whole)[order], abs=1e-12)


@pytest.mark.parametrize(
    ("p", "starts"), [([0.3] * 5, [0, 5]), ([0.1, 0.1, 0.9, 0.9], [0, 2, 4]), ([0.4], [0, 1])]
)
def test_what_is_constant_within_each_era_becomes_zeros(p: list[float], starts: list[int]) -> None:
    assert gaussian_ranks(p, starts).tolist() == [0.0] * len(p)


def test_ranks_above_16_bits_do_not_overflow() -> None:
    rng = np.random.default_rng(1)
    p = rng.permutation(70_000) / 70_000
    assert gaussian_ranks(p, [0, 70_000]) == pytest.approx(plain(p, [0, 70_000]), abs=1e-11)


@pytest.mark.parametrize(
    ("p", "starts", "code"),
    [
        ([0.1, math.nan], [0, 2], "not_finite"),
        ([], [0, 0], "empty"),
        ([0.1, 0.2], [0, 3], "bad_starts"),
        (np.zeros(2, dtype=np.float32), [0, 2], "single_precision"),
    ],
)
def test_bad_input_is_refused_with_a_code(p: Any, starts: Any, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        gaussian_ranks(p, starts)
    assert caught.value.code == code
