"""Ranks weighed by stakes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from tournaments.numerics.blending import levels, rank, slopes, stake
from tournaments.numerics.blending.registry import blend
from tournaments.numerics.blending.voices import Voices
from tournaments.numerics.blending.weighing import Facts, evidence_of
from tournaments.numerics.errors import NumericsError

RNG = np.random.default_rng(12)


def voices(rows: int) -> Voices:
    g = RNG.normal(size=(3, rows))
    return Voices(np.array([[0.1], [0.2], [0.4]]) * g, g)


def test_the_weights_are_the_stakes() -> None:
    found = stake.fit(voices(50), Facts(stakes=np.array([30, 0, 10])), None)
    assert found.weights.tolist() == [0.75, 0.0, 0.25]


def test_without_evidence_it_is_as_bold_as_the_median_of_those_who_stake() -> None:
    spoken = voices(400)
    found = blend("stake", spoken, Facts(stakes=np.array([1, 0, 1])), None)
    assert logit(found.p).std() == pytest.approx(np.median(spoken.z[[0, 2]].std(axis=1)))


def test_with_evidence_its_slope_is_settled_on_its_own_mean() -> None:
    spoken, past = voices(10), voices(6000)
    y = (RNG.random(6000) < expit(0.3 * past.g[0])).astype(int)
    starts = np.arange(0, 6001, 500)
    facts = Facts(stakes=np.array([1, 0, 0]))
    evidence = evidence_of(past, y, starts, np.ones((3, 12), dtype=bool))
    found = stake.fit(spoken, facts, evidence)
    prior, (level, limits) = (
        slopes.boldness(levels.spreads(spoken.z[:1], np.array([0, 10])), spoken.g[0]),
        rank.past_levels(evidence),
    )
    assert found.slope == pytest.approx(slopes.settled_slope(past.g[0], y, starts, prior, level), rel=1e-9)
    assert found.levels == limits


@pytest.mark.parametrize("stakes", [None, np.zeros(3, dtype=int)])
def test_where_nobody_stakes_there_is_no_such_blend(stakes) -> None:
    with pytest.raises(NumericsError) as refused:
        stake.fit(voices(5), Facts(stakes=stakes), None)
    assert refused.value.code == "no_stakes"
