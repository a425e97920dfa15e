"""Thirty models of the real flights, small: the panel is in order of time, and the default holds its own."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from benchmarks.crowd.thirty import LIGHT, MODELS, kept_panel, panel_of
from benchmarks.judging import draws_of, interval, judge
from benchmarks.worlds import Size, World, flights
from benchmarks.worlds.panel import Panel
from benchmarks.worlds.world import era_numbers
from tournaments.numerics.blending.weighing import Facts

SIMPLER = ("equal", "calibrated", "rank", "score")


@pytest.fixture(scope="module")
def world() -> World:
    return flights(0, Size(12_000, 4_000, 4_000, 4_000))


@pytest.fixture(scope="module")
def panel(world: World) -> Panel:
    with threadpool_limits(1):
        return panel_of(world, rows=LIGHT)


def test_thirty_models_of_many_families_speak_of_every_day_after_training(world: World, panel: Panel) -> None:
    assert len(MODELS) == len(set(panel.names)) == 30
    assert len({seat.recipe for seat in MODELS}) > 20
    assert panel.z.shape == (30, 12_000)
    assert panel.eras == 34 + 34 + 35
    assert np.abs(np.corrcoef(panel.z) - np.eye(30)).max() < 1


def test_days_come_in_the_order_of_the_calendar_with_their_own_labels(world: World, panel: Panel) -> None:
    days = era_numbers(world.tournament["era"])
    assert np.diff(panel.starts).tolist() == np.unique(days, return_counts=True)[1].tolist()
    target = world.labels["target"].to_numpy()
    for era, day in enumerate(np.unique(days)):
        rows = slice(int(panel.starts[era]), int(panel.starts[era + 1]))
        assert panel.y[rows].tolist() == (target[days == day] == 1).tolist()


def test_no_model_has_seen_a_label_of_a_day_that_it_speaks_of(world: World, panel: Panel) -> None:
    """They say the same whatever the labels of the tournament are."""
    last = era_numbers(world.training["era"]).max()
    assert era_numbers(world.tournament["era"]).min() > last
    lying = World(world.name, world.training, world.tournament, world.labels.assign(target=1))
    with threadpool_limits(1):
        np.testing.assert_array_equal(panel_of(lying, rows=LIGHT).z, panel.z)


def test_the_default_is_not_worse_than_singles_the_mean_and_simpler_blends_beyond_noise(panel: Panel) -> None:
    with threadpool_limits(1):
        judged = judge(panel, 15, Facts(), (*SIMPLER, "stack"), folds=8)
    rows = judged.rows[None]
    draws = draws_of(*rows.shape)
    others = [*SIMPLER, "mean of probabilities", "best so far", "best in hindsight", "median forecaster"]
    found = {
        name: interval((judged.sums[name] - judged.sums["default"])[None], rows, draws) for name in others
    }
    assert {name: high for name, (_, _, high) in found.items() if high < 0} == {}
    assert found["median forecaster"][1] > 0


def test_a_panel_is_fitted_once_and_then_read(world: World, panel: Panel, tmp_path, monkeypatch) -> None:
    fitted: list[int] = []

    def fit(*_: object, **__: object) -> Panel:
        fitted.append(1)
        return panel

    monkeypatch.setattr("benchmarks.crowd.thirty.panel_of", fit)
    first, again = (kept_panel(world, 0, tmp_path, print) for _ in range(2))
    assert fitted == [1]
    np.testing.assert_array_equal(first.z, again.z)
    kept_panel(world, 1, tmp_path, print)
    assert fitted == [1, 1]
