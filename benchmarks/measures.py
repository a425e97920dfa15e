"""What a worker spends on a crowd: each measure runs in a process of its own, for its memory's sake."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import many
from benchmarks.many import SPLIT_STARTS, Ranks, Ticks, Values
from benchmarks.races.sizes import ERAS, ROWS, starts
from benchmarks.worlds.world import opaque_ids
from tournaments.numerics.bootstrap import era_draws
from tournaments.numerics.distributions import cumulative_counts, smallest_distance
from tournaments.numerics.likeness import screen, ticks
from tournaments.numerics.losses import batch_losses, score_split
from tournaments.numerics.originality import Crowd, crowd_originality, nearest
from tournaments.store.formats import parse
from tournaments.store.matrix import Matrix
from tournaments.store.rows import RowIndex

BLOCK, BATCH, APPENDS, TIMES = 256, 16, 20, 3
Found = dict[str, float]


def idle() -> float:
    """Make this process what an idle worker is, with everything imported; returns its memory in MB."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aggregator.settings")
    import django

    django.setup()
    import tournaments.tasks  # noqa: F401 - all that a worker works with

    return memory("VmRSS")


def memory(name: str) -> float:
    """Memory of this process in MB: VmRSS is now, VmHWM the most that it ever was."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1e3


def _seconds(act: Callable[[], Any], times: int = TIMES) -> float:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def newcomers(folder: Path, size: int) -> Found:
    """Time a newcomer alone, one of a batch, all log losses, and an append, against so many: seconds."""
    rows, values = many.row_files(folder)[0], Values()
    table = many.counts_of(folder, size)
    own = [many.forecaster(many.DIFFERENT + at) for at in range(BATCH)]
    ranks = [many.ranked(p) for p in own]

    def compare(which: range) -> None:
        mine = np.array([ticks(ranks[at], SPLIT_STARTS) for at in which])
        parts = [screen(block, mine, SPLIT_STARTS) for block in rows.blocks(range(size), BLOCK)]
        screened = np.concatenate(parts)
        for at in which:
            nearest(ranks[at], Ranks(), screened[:, at], SPLIT_STARTS)
            smallest_distance(np.sort(own[at]), cumulative_counts(own[at]), values, table, np.arange(size))

    def append() -> None:
        for slot in range(APPENDS):
            other.append(slot, mine)

    other, mine = Matrix(folder / "append.ticks", ROWS), ticks(ranks[0], SPLIT_STARTS)
    compare(range(1))  # numba loads what it compiled
    return {
        "alone": _seconds(lambda: compare(range(1))),
        "batched": _seconds(lambda: compare(range(BATCH)), 1) / BATCH,
        "losses": _losses(size),
        "append": _seconds(append) / APPENDS,
    }


def _losses(size: int) -> float:
    """Log losses of all, whole and per era: one block of them again and again, too large for any cache."""
    rng = np.random.default_rng(3)
    p, ones = rng.normal(0.5, 0.05, (BLOCK, ROWS)).clip(0, 1), rng.integers(0, 2, ROWS) == 1
    sizes = [min(BLOCK, size - first) for first in range(0, size, BLOCK)]
    batch_losses(p[:1], ones, starts())
    return _seconds(lambda: [batch_losses(p[:part], ones, starts()) for part in sizes], 1)


def close(folder: Path, size: int) -> Found:
    """Originality of a whole round at its close, from its row-files: seconds, and MB over an idle worker."""
    before = idle()
    rows, _ = many.row_files(folder)
    crowd = Crowd(Ticks(rows), Ranks(), Values(), many.counts_of(folder, size), np.arange(size),
                  np.arange(size), SPLIT_STARTS)  # fmt: skip
    seconds = _seconds(lambda: crowd_originality(crowd), 1)
    return {"close": seconds, "idle_mb": before, "peak_mb": memory("VmHWM")}


def scoring(folder: Path, size: int) -> Found:
    """All numbers of one newcomer, from its file on: MB over an idle worker."""
    file, index = _upload()
    before = idle()
    p = next(iter(parse(file, "p.csv", index).columns.values()))
    y, bounds = np.arange(ROWS) % 2, starts()
    score_split(p, y, bounds, era_draws(1, ERAS))
    rows, _ = many.row_files(folder)
    g = many.ranked(p)
    own = ticks(g, SPLIT_STARTS)[None, :]
    parts = [screen(block, own, SPLIT_STARTS) for block in rows.blocks(range(size), BLOCK)]
    nearest(g, Ranks(), np.concatenate(parts)[:, 0], SPLIT_STARTS)
    return {"idle_mb": before, "peak_mb": memory("VmHWM")}


def _upload() -> tuple[Any, RowIndex]:
    ids = opaque_ids(ROWS, np.random.default_rng(4)).tolist()
    eras = [f"era{at * ERAS // ROWS + 1}" for at in range(ROWS)]
    return many.csv(ids, many.forecaster(many.DIFFERENT)), RowIndex.build(ids, eras, ["live"] * ROWS)
