"""Intervals over eras, and ties."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tournaments.numerics import bootstrap
from tournaments.numerics.errors import NumericsError

ROOT = Path(__file__).parents[2]
LN2 = math.log(2)


def test_draws_are_counts_that_the_seed_alone_decides() -> None:
    draws = bootstrap.era_draws(seed=5, eras=7, draws=400)
    assert draws.shape == (400, 7)
    assert (draws.sum(axis=1) == 7).all()
    assert (draws == bootstrap.era_draws(seed=5, eras=7, draws=400)).all()
    assert (draws != bootstrap.era_draws(seed=6, eras=7, draws=400)).any()


def test_every_era_is_drawn_once_on_average() -> None:
    draws = bootstrap.era_draws(seed=1, eras=10)
    # 10,000 draws: the standard error of a mean count is sqrt(0.9) / 100.
    assert np.abs(draws.mean(axis=0) - 1).max() < 4 * math.sqrt(0.9) / 100
    assert draws.var(axis=0) == pytest.approx(np.full(10, 0.9), abs=0.06)


def test_an_interval_is_worked_by_hand_on_two_eras() -> None:
    # Draws of two eras: both of the first, one of each, both of the second.
    draws = np.array([[2, 0], [1, 1], [0, 2]])
    losses, rows = [0.60, 0.72], [100, 300]
    gains = sorted(LN2 - loss for loss in (0.60, (60 + 216) / 400, 0.72))
    low, high = bootstrap.gain_interval(losses, rows, draws)
    assert low == pytest.approx(gains[0] + 0.05 * (gains[1] - gains[0]), abs=1e-10)
    assert high == pytest.approx(gains[2] - 0.05 * (gains[2] - gains[1]), abs=1e-10)


def test_intervals_equal_numpys_percentiles_of_the_plain_products() -> None:
    rng = np.random.default_rng(2)
    losses, rows = 0.693 + 0.01 * rng.normal(size=(70, 30)), rng.integers(1, 500, 30)
    draws = bootstrap.era_draws(1, 30, 999)
    gains = LN2 - (losses * rows) @ draws.T / (draws @ rows)
    expected = np.percentile(gains, [2.5, 97.5], axis=1).T
    assert np.abs(bootstrap.gain_intervals(losses, rows, draws) - expected).max() < 1e-10


def test_one_submissions_interval_does_not_depend_on_the_batch() -> None:
    rng = np.random.default_rng(4)
    losses, rows = rng.uniform(0.5, 13.0, size=(70, 12)), rng.integers(1, 500, 12)
    draws = bootstrap.era_draws(1, 12, 500)
    together = bootstrap.gain_intervals(losses, rows, draws)
    for index in (0, 63, 64, 69):
        assert tuple(together[index]) == bootstrap.gain_interval(losses[index], rows, draws)


def test_a_wider_level_gives_a_wider_interval() -> None:
    losses, rows = [0.60, 0.66, 0.70, 0.75], [10, 10, 10, 10]
    draws = bootstrap.era_draws(1, 4, 2000)
    low, high = bootstrap.gain_interval(losses, rows, draws, level=0.5)
    wide_low, wide_high = bootstrap.gain_interval(losses, rows, draws, level=0.99)
    assert wide_low < low < high < wide_high


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng, truth = np.random.default_rng(8), LN2 - 0.69
    losses = 0.69 + 0.02 * rng.normal(size=(400, 60))
    intervals = bootstrap.gain_intervals(losses, np.full(60, 50), bootstrap.era_draws(1, 60, 1000))
    covered = np.mean((intervals[:, 0] <= truth) & (truth <= intervals[:, 1]))
    assert 0.91 <= covered <= 0.98


def test_ties_are_paired_so_a_small_steady_difference_is_no_tie() -> None:
    rng = np.random.default_rng(1)
    weather = 0.69 + 0.02 * rng.normal(size=40)
    better = weather - 0.001
    erratic = weather + 0.02 * rng.normal(size=40)
    draws = bootstrap.era_draws(1, 40, 2000)
    assert bootstrap.tie_groups([better, weather], np.full(40, 100), draws, [0, 1]).tolist() == [1, 2]
    assert bootstrap.tie_groups([better, erratic], np.full(40, 100), draws, [0, 1]).tolist() == [1, 1]


def test_an_exact_copy_is_a_tie_and_groups_follow_the_order() -> None:
    draws = bootstrap.era_draws(1, 3, 500)
    losses = [[0.70, 0.71, 0.72], [0.60, 0.61, 0.62], [0.60, 0.61, 0.62], [0.65, 0.66, 0.67]]
    assert bootstrap.tie_groups(losses, [9, 9, 9], draws, [1, 2, 3, 0]).tolist() == [3, 1, 1, 2]


def test_a_group_is_measured_against_its_leader_and_not_its_neighbour() -> None:
    # Each differs from the next by noise around 1, from the leader by more and more.
    rng = np.random.default_rng(0)
    losses = np.array([0.69 + 0.003 * k + 0.01 * rng.normal(size=50) for k in range(6)])
    draws = bootstrap.era_draws(1, 50, 2000)
    groups = bootstrap.tie_groups(losses, np.full(50, 10), draws, np.argsort(losses.mean(axis=1)))
    assert groups[0] == 1
    assert groups.max() > 1
    lead = int(np.flatnonzero(groups == groups.max())[0])
    difference = np.percentile((losses[lead] - losses[0]) @ draws.T / 50, [2.5, 97.5])
    assert difference[0] > 0


def test_no_submissions_have_no_groups() -> None:
    assert bootstrap.tie_groups(np.empty((0, 2)), [1, 1], [[1, 1]], []).tolist() == []


@pytest.mark.parametrize(
    ("losses", "rows", "draws", "code"),
    [
        ([[0.69]], [10], [[1]], "too_few_eras"),
        ([[0.69, math.nan]], [10, 10], [[1, 1]], "not_finite"),
        ([[0.69, -0.1]], [10, 10], [[1, 1]], "not_a_loss"),
        ([[0.69, 0.69]], [10, 0], [[1, 1]], "bad_count"),
        ([[0.69, 0.69]], [10.0, 10.0], [[1, 1]], "bad_count"),
        ([[0.69, 0.69]], [10], [[1, 1]], "bad_shape"),
        ([[0.69, 0.69]], [10, 10], [[1, 2]], "bad_count"),
        ([[0.69, 0.69]], [10, 10], [[1, 1, 1]], "bad_shape"),
    ],
)
def test_bad_input_is_refused_with_a_code(losses: Any, rows: Any, draws: Any, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        bootstrap.gain_intervals(losses, rows, draws)
    assert caught.value.code == code


def test_bad_orders_levels_and_seeds_are_refused() -> None:
    with pytest.raises(NumericsError) as caught:
        bootstrap.tie_groups([[0.6, 0.7]] * 2, [1, 1], [[1, 1]], [0, 0])
    assert caught.value.code == "bad_order"
    with pytest.raises(NumericsError) as caught:
        bootstrap.gain_interval([0.6, 0.7], [1, 1], [[1, 1]], level=math.nan)
    assert caught.value.code == "bad_level"
    with pytest.raises(NumericsError) as caught:
        bootstrap.era_draws(-1, 3)
    assert caught.value.code == "bad_seed"


PROGRAM = """
import sys
import numpy as np
from tournaments.numerics import bootstrap, originality
rng = np.random.default_rng(0)
losses, rows = 0.693 + 0.01 * rng.normal(size=(300, 120)), rng.integers(100, 500, 120)
draws = bootstrap.era_draws(1, 120, 2000)
sys.stdout.buffer.write(bootstrap.gain_intervals(losses, rows, draws).tobytes())
sys.stdout.buffer.write(bootstrap.tie_groups(losses, rows, draws, np.argsort(losses @ rows)).tobytes())
g = rng.normal(size=(40, 3000)) + rng.normal(size=3000)
p = 1 / (1 + np.exp(-g))
found = originality.round_originality(g, p, np.arange(40), np.arange(40), [0, 1000, 3000])
sys.stdout.buffer.write(repr(found).encode())
"""


def test_other_numbers_of_blas_threads_give_the_same_bits() -> None:
    digests = set()
    for threads in ("1", "4"):
        environment = os.environ | {"OPENBLAS_NUM_THREADS": threads, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, check=True
        )
        assert len(ran.stdout) > 300 * 24
        digests.add(hashlib.sha256(ran.stdout).hexdigest())
    assert len(digests) == 1
