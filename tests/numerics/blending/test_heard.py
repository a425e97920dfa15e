"""Who is heard by `rank`: neither who contradicts the crowd, nor a copy more than the one that it copies."""

from __future__ import annotations

import numpy as np
import pytest

from tournaments.numerics.blending.heard import heard, proven
from tournaments.numerics.blending.voices import Voices
from tournaments.numerics.blending.weighing import evidence_of


@pytest.fixture
def crowd() -> np.ndarray:
    """Ten who see the same through noise, as standardised ranks: (10, 4000)."""
    rng = np.random.default_rng(1)
    g = rng.normal(size=4000) + rng.normal(size=(10, 4000))
    return (g - g.mean(axis=1, keepdims=True)) / g.std(axis=1, keepdims=True)


def test_an_honest_crowd_is_heard_evenly(crowd) -> None:
    assert heard(crowd).tolist() == [0.1] * 10


def test_three_inverted_ones_are_not_heard(crowd) -> None:
    turned = np.concatenate([crowd[:7], -crowd[7:]])
    np.testing.assert_allclose(heard(turned), [1 / 7] * 7 + [0.0] * 3)


def test_a_stranger_to_all_is_heard(crowd) -> None:
    stranger = np.random.default_rng(2).normal(size=(1, 4000))
    np.testing.assert_allclose(heard(np.concatenate([crowd, stranger])), 1 / 11)


def test_copies_share_one_voice_in_any_order(crowd) -> None:
    many = np.concatenate([crowd[:4], np.repeat(crowd[4:5], 6, axis=0)])
    np.testing.assert_allclose(heard(many), [0.2] * 4 + [0.2 / 6] * 6)
    order = np.random.default_rng(3).permutation(10)
    np.testing.assert_allclose(heard(many[order]), heard(many)[order])


def test_who_contradicts_and_is_right_is_heard(crowd) -> None:
    lonely = np.concatenate([crowd[:9], -crowd[9:]])
    y = lonely[9] + np.random.default_rng(4).normal(size=4000) > 0
    voices = Voices(lonely, lonely)
    proof = evidence_of(voices, y, np.arange(0, 4001, 400), np.ones((10, 10), dtype=bool))
    assert heard(lonely, proven(proof))[9] == pytest.approx(heard(lonely, proven(proof)).max())
    assert heard(lonely)[9] == 0.0
