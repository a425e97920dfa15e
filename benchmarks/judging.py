"""Blends and single forecasters on one panel, each era said from labels that were known before it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.worlds.panel import Panel, Vector
from tournaments.numerics.blending.registry import NAMES, default_of
from tournaments.numerics.blending.walk_forward import Walk, walk
from tournaments.numerics.blending.weighing import Facts

DRAWS = 10_000
BLENDS = tuple(name for name in NAMES if name != "stake")
"""All that need no stakes: in these worlds nobody stakes."""
REFERENCES = ("equal", "best so far", "best in hindsight", "median forecaster")


@dataclass(frozen=True)
class Judged:
    """What was lost in each judged era.

    sums: name → summed nats (E,) of the blends, `default` and the references; rows (E,) of the eras; best:
    the name of the forecaster that was best in hindsight; walks: name → the fits behind a blend.
    """

    sums: dict[str, Vector]
    rows: NDArray[np.int64]
    best: str
    walks: dict[str, Walk]

    def gain(self, name: str) -> float:
        """Nats a row better than a coin."""
        return float(np.log(2) - self.sums[name].sum() / self.rows.sum())


def judge(
    panel: Panel, since: int, facts: Facts, names: tuple[str, ...] = BLENDS, folds: int | None = None
) -> Judged:
    """Walk the blends over the eras from `since` on and set them beside single forecasters.

    They are fitted anew for each era, or `folds` times.

    `default` is in each era the blend that the rules would have taken then, by the eras whose labels were
    known. `best so far` is the forecaster with the least loss in these, chosen anew for each era. Of those
    known in hindsight only, `best` is the one with the least loss over the judged eras, and `median` the
    mean of the two in the middle.
    """
    evidence = panel.evidence()
    walks = {name: walk(name, evidence, facts, since=since, folds=folds or panel.eras) for name in names}
    losses = era_sums(panel, np.logaddexp(0.0, np.where(panel.y, -panel.z, panel.z)))
    late, total = losses[:, since:], losses[:, since:].sum(axis=1)
    order = np.argsort(total, kind="stable")
    middle = order[(order.size - 1) // 2 : order.size // 2 + 1]
    sums = {name: era_sums(panel, _losses(found.p, panel.y))[since:] for name, found in walks.items()}
    if {default_of(0), default_of(panel.eras)} <= set(names):
        made = walks[names[0]].folds
        taken = [default_of(fold.fitted) for fold in made for _ in range(fold.first, fold.last)]
        sums["default"] = np.array([sums[name][era] for era, name in enumerate(taken)])
    sums |= {
        "mean of probabilities": era_sums(panel, _losses(expit(panel.z).mean(axis=0), panel.y))[since:],
        "best so far": _best_so_far(losses, since, facts.embargo),
        "best in hindsight": late[order[0]],
        "median forecaster": late[middle].mean(axis=0),
    }
    return Judged(sums, np.diff(panel.starts)[since:], panel.names[order[0]], walks)


def era_sums(panel: Panel, losses: Vector) -> Vector:
    """Losses (…, M) of rows summed over eras: (…, E)."""
    sums: Vector = np.add.reduceat(losses, panel.starts[:-1], axis=-1)
    return sums


def _losses(p: Vector, y: NDArray[np.bool_]) -> Vector:
    found: Vector = -np.log(np.where(y, p, 1.0 - p))
    return found


def _best_so_far(losses: Vector, since: int, embargo: int) -> Vector:
    """Summed nats (E,) of whoever has lost least in the eras that were known then."""
    known = np.cumsum(losses, axis=1)
    eras = range(since, losses.shape[1])
    return np.array([losses[int(np.argmin(known[:, max(0, era - embargo - 1)])), era] for era in eras])


@dataclass(frozen=True)
class Draws:
    """Resamples of worlds, and of eras in them: worlds (D, S), counts (D, S, E)."""

    worlds: NDArray[np.int64]
    counts: NDArray[np.int64]


def draws_of(worlds: int, eras: int, draws: int = DRAWS) -> Draws:
    """Draw worlds with replacement, and eras with replacement in each that was drawn; always the same.

    Eras of one world share its forecasters, so that more eras of it say little of other worlds: whole worlds
    are drawn too. With one world it is the bootstrap over eras.
    """
    rng = np.random.default_rng([10_000, worlds, eras])
    chosen = rng.integers(worlds, size=(draws, worlds))
    return Draws(chosen, rng.multinomial(eras, np.full(eras, 1.0 / eras), size=(draws, worlds)))


def interval(sums: Vector, rows: Vector | NDArray[np.int64], draws: Draws) -> tuple[float, float, float]:
    """A mean over rows and its 95 % interval, of summed figures (S, E) and rows (S, E)."""
    found = np.zeros((2, len(draws.worlds)))
    for place in range(draws.worlds.shape[1]):
        world, counts = draws.worlds[:, place], draws.counts[:, place]
        found += [(counts * sums[world]).sum(axis=1), (counts * rows[world]).sum(axis=1)]
    low, high = np.quantile(found[0] / found[1], (0.025, 0.975))
    return float(sums.sum() / rows.sum()), float(low), float(high)


def in_blocks(values: Vector, length: int) -> Vector:
    """Figures of eras (S, E) summed over blocks of so many eras in a row: (S, blocks)."""
    blocks: Vector = np.add.reduceat(values, np.arange(0, values.shape[1], length), axis=1)
    return blocks
