"""Thirty models of the real flights, as a panel: trained on the training days, heard on all days after them.

They are of many families, some with all 21 features and many rows, some with a few of each, as in a contest
where good and middling forecasters meet. None has seen a label of a day that it speaks of.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.special import logit

from benchmarks.crowd.entrants import predicted
from benchmarks.crowd.roster import Seat
from benchmarks.crowd.workers import workers
from benchmarks.worlds.panel import Panel, Vector
from benchmarks.worlds.world import FEATURES, World, era_numbers

ALL = len(FEATURES)


def _seat(recipe: str, features: int, window: tuple[float, float] = (0.0, 1.0), rows: int = 40_000) -> Seat:
    return Seat(
        f"{recipe}, {features} features, {rows // 1000}k rows", recipe, recipe, features, window, rows
    )


MODELS = (
    _seat("logistic", ALL, rows=90_000),
    _seat("logistic", 8),
    _seat("ridge", ALL, (0.5, 1.0)),
    _seat("lasso", ALL),
    _seat("descent", 12, (0.0, 0.6)),
    _seat("linear discriminant", 14, (0.3, 1.0)),
    _seat("quadratic discriminant", 10),
    _seat("gaussian bayes", ALL),
    _seat("gaussian bayes", 6, (0.6, 1.0)),
    _seat("bernoulli bayes", 12),
    _seat("bins", ALL),
    _seat("bins", 8, (0.4, 1.0)),
    _seat("splines", ALL, rows=90_000),
    _seat("splines", 9, (0.0, 0.7)),
    _seat("products", 12),
    _seat("components", ALL),
    _seat("partial least squares", 10, (0.2, 1.0)),
    _seat("nystroem", ALL, rows=20_000),
    _seat("fourier", 12),
    _seat("boosting", ALL, rows=90_000),
    _seat("boosting", 10, (0.6, 1.0)),
    _seat("stumps", ALL, rows=60_000),
    _seat("ada", 10, rows=15_000),
    _seat("tree", 12, rows=60_000),
    _seat("bagged trees", ALL),
    _seat("forest", ALL, rows=30_000),
    _seat("extra trees", 12, rows=30_000),
    _seat("neighbours", 7, rows=6_000),
    _seat("network", ALL, rows=60_000),
    _seat("network", 9, (0.5, 1.0), 30_000),
)
LIGHT = 3_000
"""Rows that a model of the small panel is fitted on."""


@dataclass(frozen=True)
class Job:
    """What one model is fitted on: training (T, F), target and era (T,); tournament (M, F), in time."""

    training: NDArray[np.float32]
    target: NDArray[np.int64]
    era: NDArray[np.int64]
    tournament: NDArray[np.float32]

    def of(self, columns: NDArray[np.int64]) -> "Job":
        """The same with some of the features."""
        return Job(self.training[:, columns], self.target, self.era, self.tournament[:, columns])


def panel_of(
    world: World, seed: int = 0, rows: int | None = None, on_done: Callable[[str], None] = lambda name: None
) -> Panel:
    """Fit the thirty, each on at most `rows` rows, and hear them on the tournament's days in order of time.

    Which features a model sees is drawn by the seed. Two processes work and their order changes nothing; with
    `rows` the models are light enough for one. on_done is called with each model's name as it is ready.
    """
    days = era_numbers(world.tournament["era"])
    order = np.argsort(days, kind="stable")
    job = Job(
        world.training[list(FEATURES)].to_numpy(dtype=np.float32),
        world.training["target"].to_numpy(dtype=np.int64),
        era_numbers(world.training["era"]),
        world.tournament[list(FEATURES)].to_numpy(dtype=np.float32)[order],
    )
    z = _lightly(job, seed, rows) if rows is not None else _together(job, seed, on_done)
    y = world.labels["target"].to_numpy()[order] == 1
    starts = np.r_[0, np.flatnonzero(np.diff(days[order])) + 1, order.size]
    return Panel(z, y, starts, tuple(seat.alias for seat in MODELS))


def kept_panel(world: World, seed: int, folder: Path, on_done: Callable[[str], None]) -> Panel:
    """The panel of `panel_of`, from a file in the folder when the same was fitted before."""
    told = repr((MODELS, sklearn.__version__, seed, world.name, world.tournament["t_id"].tolist()))
    path = folder / f"panel-{hashlib.sha256(told.encode()).hexdigest()[:12]}.npz"
    if not path.exists():
        made = panel_of(world, seed, on_done=on_done)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(path, z=made.z, y=made.y, starts=made.starts)
    with np.load(path) as kept:
        return Panel(kept["z"], kept["y"], kept["starts"], tuple(seat.alias for seat in MODELS))


def _lightly(job: Job, seed: int, rows: int) -> Vector:
    seats = [replace(seat, rows=min(rows, seat.rows)) for seat in MODELS]
    return np.array([_said(number, seat, job, seed) for number, seat in enumerate(seats)])


def _together(job: Job, seed: int, on_done: Callable[[str], None]) -> Vector:
    z = np.empty((len(MODELS), len(job.tournament)))
    with workers() as pool:
        jobs = {pool.submit(_said, number, seat, job, seed): number for number, seat in enumerate(MODELS)}
        for done in as_completed(jobs):
            z[jobs[done]] = done.result()
            on_done(MODELS[jobs[done]].alias)
    return z


def _said(number: int, seat: Seat, job: Job, seed: int) -> Vector:
    rng = np.random.default_rng([seed, 30, number])
    seen = job.of(np.sort(rng.permutation(ALL)[: seat.features]))
    p, _ = predicted(seat, seen.training, seen.target, seen.era, seen.tournament, rng)
    return np.asarray(logit(p))
