"""Fixed share: who was right of late weighs more, and nobody is forgotten."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tournaments.numerics.blending import score
from tournaments.numerics.blending.voices import Voices
from tournaments.numerics.blending.weighing import Facts, evidence_of

HALF, SURE = 0.0, math.log(3)  # probabilities 1/2 and 3/4


def weights(z, y, starts, there=None):
    said = Voices(np.array(z, dtype=float), np.array(z, dtype=float))
    attended = np.ones((len(z), len(starts) - 1), dtype=bool) if there is None else np.array(there)
    return score.fit(said, Facts(), evidence_of(said, y, starts, attended)).weights


def test_without_evidence_all_weigh_the_same() -> None:
    said = Voices(np.zeros((4, 2)), np.zeros((4, 2)))
    assert score.fit(said, Facts(), None).weights == pytest.approx([0.25] * 4)


def test_an_era_is_worked_by_hand() -> None:
    # Two rows of label 1: the likelihoods are 1/4 and 9/16, so the weights 4/13 and 9/13, and 1 % is shared.
    found = weights([[HALF, HALF], [SURE, SURE]], [1, 1], [0, 2])
    assert found == pytest.approx([0.99 * 4 / 13 + 0.005, 0.99 * 9 / 13 + 0.005])


def test_eras_follow_one_another() -> None:
    # The second era turns it round: likelihoods 1/2 and 1/4 for label 0.
    first = np.array([0.99 * 2 / 5 + 0.005, 0.99 * 3 / 5 + 0.005])
    second = first * [1 / 2, 1 / 4]
    expected = 0.99 * second / second.sum() + 0.005
    assert weights([[HALF, HALF], [SURE, SURE]], [1, 0], [0, 1, 2]) == pytest.approx(expected)


def test_whoever_was_away_keeps_its_weight_but_for_what_is_shared() -> None:
    there = [[True], [True], [False]]
    found = weights([[HALF], [SURE], [9.0]], [1], [0, 1], there)
    assert found[2] == pytest.approx(1 / 3)
    assert found[:2] == pytest.approx([0.99 * (2 / 3) * 2 / 5 + 0.01 / 3, 0.99 * (2 / 3) * 3 / 5 + 0.01 / 3])


def test_a_long_run_of_errors_leaves_what_can_come_back() -> None:
    z = np.vstack([np.full(4000, 1.0), np.full(4000, -1.0)])
    found = weights(z, np.ones(4000, dtype=int), [0, 2000, 4000])
    assert found == pytest.approx([0.995, 0.005])
    assert np.isfinite(found).all()
