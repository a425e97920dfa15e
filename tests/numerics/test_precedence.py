"""Whose content came first."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.precedence import earliest_position, precedence_positions

SPLITS = [0, 300, 800]
RNG = np.random.default_rng(5)
IDEA, OTHER = RNG.normal(size=(2, 800))
NEAR = IDEA + 0.1 * RNG.normal(size=800)  # rho with IDEA about 0.995


def test_the_earliest_upload_above_the_threshold_on_every_split_counts() -> None:
    own = [(10, [0.99, 0.94]), (20, [-0.97, 0.96]), (30, [1.0, 1.0]), (40, [1.0, 1.0])]
    assert earliest_position(30, own) == 20
    assert earliest_position(30, []) == 30


@pytest.mark.parametrize(
    ("rho", "expected"), [(0.95, 9), (0.9500000004, 9), (0.950000001, 1), (-0.950000001, 1), (0.96, 1)]
)
def test_the_threshold_is_read_in_units_of_1e_9(rho: float, expected: int) -> None:
    assert earliest_position(9, [(1, [rho, 1.0])]) == expected


def test_a_correlation_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(NumericsError) as caught:
        earliest_position(9, [(1, [math.nan])])
    assert caught.value.code == "not_finite"
    with pytest.raises(NumericsError) as caught:
        earliest_position(9, [(1, [])])
    assert caught.value.code == "empty"


def test_uploading_the_same_idea_again_keeps_its_place() -> None:
    assert precedence_positions([IDEA, OTHER, NEAR], [3, 7, 20], SPLITS).tolist() == [3, 7, 3]


def test_uploads_may_come_in_any_order() -> None:
    assert precedence_positions([NEAR, IDEA, OTHER], [20, 3, 7], SPLITS).tolist() == [3, 3, 7]


def test_a_place_cannot_be_squatted_on_one_split() -> None:
    half = np.concatenate([IDEA[:300], OTHER[300:]])
    assert precedence_positions([half, IDEA], [1, 9], SPLITS).tolist() == [1, 9]


def test_a_blank_file_holds_no_place_for_what_is_filled_in_later() -> None:
    blank = np.zeros(800)
    practice_only = np.concatenate([IDEA[:300], np.zeros(500)])
    assert precedence_positions([blank, practice_only, IDEA], [1, 2, 9], SPLITS).tolist() == [1, 2, 9]


def test_a_split_left_blank_both_times_does_not_cost_the_place() -> None:
    first, again = (np.concatenate([np.zeros(300), one[300:]]) for one in (IDEA, NEAR))
    assert precedence_positions([first, again], [1, 9], SPLITS).tolist() == [1, 1]


def test_precedence_is_never_changed_by_later_uploads() -> None:
    before = precedence_positions([IDEA, OTHER], [3, 7], SPLITS)
    after = precedence_positions([IDEA, OTHER, NEAR, OTHER], [3, 7, 8, 9], SPLITS)
    assert after[:2].tolist() == before.tolist()


def test_two_uploads_at_one_position_are_refused() -> None:
    with pytest.raises(NumericsError) as caught:
        precedence_positions([IDEA, OTHER], [3, 3], SPLITS)
    assert caught.value.code == "bad_order"
