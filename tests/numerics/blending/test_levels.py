"""What is said of eras as a whole: the crowd's level under ranks, and nothing farther out than was seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from tournaments.numerics.blending import levels, slopes
from tournaments.numerics.blending.registry import blend, mixed, spoken
from tournaments.numerics.blending.voices import Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing, evidence_of
from tournaments.numerics.ranks import gaussian_ranks

ROWS = 200


def a_round(base: float, eras: int, people: int = 6, wild: float = 0.0, seed: int = 3) -> tuple[Any, Any]:
    """What people say of eras whose rates lie about `base`, and the labels; the last era's said level is off
    by `wild`."""
    rng = np.random.default_rng([seed, eras])
    starts = np.arange(0, eras * ROWS + 1, ROWS)
    level = np.repeat(logit(base) + 0.1 * rng.normal(size=eras), ROWS)
    signal = 0.6 * rng.normal(size=level.size)
    y = rng.random(level.size) < expit(level + signal)
    z = level + signal + 0.3 * rng.normal(size=(people, level.size))
    z[:, -ROWS:] += wild
    return Voices(z, np.array([gaussian_ranks(one, starts) for one in z]), starts), y


def with_past(voices: Voices, y: Any) -> tuple[Voices, Evidence, Any]:
    """The last era, and all before it as evidence."""
    eras, end = voices.starts.size - 1, int(voices.starts[-2])
    whole = evidence_of(voices, y, voices.starts, np.ones((voices.participants, eras), bool))
    return voices.rows(slice(end, None)), whole.before(eras - 1), y[end:]


def loss(p: Any, y: Any) -> float:
    return float(-np.log(np.where(y, p, 1.0 - p)).mean())


@pytest.mark.parametrize("past", [None, 3, 12])
def test_ranks_are_blended_about_the_level_that_the_crowd_gives_an_era(past: int | None) -> None:
    """Of ranks alone nobody could tell that one row in ten is a one."""
    voices, y = a_round(0.1, (past or 0) + 1)
    now, known, labels = with_past(voices, y) if past else (voices, None, y)
    found = blend("rank", now, Facts(), known)
    assert found.p.mean() == pytest.approx(labels.mean(), abs=0.05)
    assert loss(found.p, labels) < loss(np.full(labels.size, 0.1), labels)
    assert logit(found.p).mean() == pytest.approx(np.median(now.z.mean(axis=1)), abs=1e-9)


@pytest.mark.parametrize("name", ["rank", "stack"])
def test_a_level_beyond_what_was_seen_is_held(name: str) -> None:
    calm, wild = (a_round(0.5, 17, wild=shift) for shift in (0.0, 1.5))
    said = {}
    for which, (voices, y) in {"calm": calm, "wild": wild}.items():
        now, known, _ = with_past(voices, y)
        said[which] = blend(name, now, Facts(), known)
    low, high = said["wild"].weighing.levels or (np.nan, np.nan)
    assert logit(said["wild"].p).mean() == pytest.approx(high, abs=1e-9)
    assert low < logit(said["calm"].p).mean() < high
    lean = {which: logit(one.p) - logit(one.p).mean() for which, one in said.items()}
    assert lean["wild"] == pytest.approx(lean["calm"], abs=1e-9)


def test_four_eras_show_no_range() -> None:
    assert levels.seen(np.array([0.0, 1.0, 2.0, 3.0])) is None
    assert levels.seen(np.array([1.0, 1.0, 1.0, 1.0, 1.0])) == (1.0, 1.0)


def test_eras_are_held_one_by_one_and_their_rows_keep_their_distances() -> None:
    x, starts = np.array([0.0, 1.0, 4.0, 6.0, -3.0]), np.array([0, 2, 4, 5])
    assert levels.held(x, starts, (-1.0, 2.0)).tolist() == [0.0, 1.0, 1.0, 3.0, -1.0]
    assert levels.held(x, starts, None) is x


def test_one_loud_voice_does_not_move_the_level_of_the_crowd() -> None:
    z = np.array([[0.1] * 4, [0.2] * 4, [9.0] * 4])
    assert levels.of_crowd(z, np.array([0, 1, 4])) == pytest.approx([0.2, 0.2])


@pytest.mark.parametrize("name", ["equal", "calibrated", "rank", "score", "stack", "greedy", "pool"])
def test_what_the_voices_bring_adds_up_to_what_the_blend_says(name: str) -> None:
    voices, y = a_round(0.3, 16, wild=1.0)
    now, known, _ = with_past(voices, y)
    found = blend(name, now, Facts(), known)
    mean = np.einsum("p,pm->m", found.weighing.weights, spoken(name, now, found.weighing))
    p = mean if name in ("greedy", "pool") else expit(found.weighing.slope * mean)
    assert p == pytest.approx(found.p, abs=1e-12)


def test_a_slope_of_zero_leaves_the_level_alone() -> None:
    voices, _ = a_round(0.2, 1)
    silent = Weighing(np.full(6, 1 / 6), 0.0)
    assert np.ptp(mixed("rank", voices, silent)) == pytest.approx(0.0, abs=1e-15)
    assert spoken("rank", voices, silent).tolist() == voices.g.tolist()


def test_rows_that_are_chosen_keep_their_eras() -> None:
    voices = Voices(np.arange(6.0)[None], np.arange(6.0)[None], np.array([0, 2, 3, 6]))
    assert voices.rows(slice(1, 5)).starts.tolist() == [0, 1, 2, 4]
    assert voices.rows(np.array([0, 1, 4, 5])).starts.tolist() == [0, 2, 4]
    assert Voices(voices.z, voices.g).starts.tolist() == [0, 6]


def test_a_slope_beside_a_level_is_that_of_logistic_regression() -> None:
    rng = np.random.default_rng(8)
    x, level = 0.5 * rng.normal(size=4000), np.full(4000, logit(0.2))
    y = rng.random(4000) < expit(1.3 * x + level)
    # A constant column that is not punished takes up the level where it is the best one.
    peer = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(x[:, None], y)
    best = np.full(4000, peer.intercept_[0])
    assert slopes.fit_slope(x, y, best) == pytest.approx(peer.coef_[0, 0], rel=1e-5)
