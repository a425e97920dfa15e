"""A crowd that need not fit in memory: each member is made again, always the same, when it is asked for.

Members are honest and somewhat alike, on three splits. What the server caches of them, ticks and counts, lies
in a round's row-files in a folder.
"""

import io
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.races.sizes import ERAS, ROWS, starts
from tournaments.numerics.checks import Counts, Floats, Ints, Singles
from tournaments.numerics.distributions import CELLS, cumulative_counts
from tournaments.numerics.likeness import ticks
from tournaments.numerics.ranks import gaussian_ranks
from tournaments.store.matrix import Matrix

SPLITS = 3
SPLIT_STARTS = starts()[:: ERAS // SPLITS]
DIFFERENT = 10_000
"""Where there are more members, they are these again: to make and rank each takes 10 ms."""
_FACTORS = np.random.default_rng(1).normal(size=(6, ROWS))


def forecaster(number: int) -> Floats:
    """The probabilities (M,) of a forecaster; from DIFFERENT on they are newcomers."""
    rng = np.random.default_rng([2021, number])
    z = rng.normal(size=6) @ _FACTORS + 2 * rng.standard_normal(ROWS)
    p: Floats = 1 / (1 + np.exp(-0.03 * np.exp(0.3 * rng.normal()) * z + 0.01 * rng.normal()))
    return p


@dataclass(frozen=True)
class Values:
    """The probabilities (M,) of members."""

    def __getitem__(self, index: int) -> Floats:
        return forecaster(index % DIFFERENT)


@dataclass(frozen=True)
class Ranks:
    """Their Gaussian ranks (M,)."""

    def __getitem__(self, index: int) -> Floats:
        return ranked(forecaster(index % DIFFERENT))


@dataclass(frozen=True)
class Ticks:
    """Their ticks, as the server reads them: from the row-file, in blocks, each checked against its sums."""

    matrix: Matrix

    def __getitem__(self, index: Ints) -> Singles:
        return self.matrix.read(index.tolist())


def ranked(p: Floats) -> Floats:
    """Gaussian ranks (M,) of p (M,), split by split."""
    bounds = starts()
    parts = (bounds[(bounds >= a) & (bounds <= b)] - a for a, b in pairwise(SPLIT_STARTS))
    cut = zip(pairwise(SPLIT_STARTS), parts, strict=True)
    return np.concatenate([gaussian_ranks(p[a:b], eras) for (a, b), eras in cut])


def row_files(folder: Path) -> tuple[Matrix, Matrix]:
    """The files of ticks and of counts."""
    return Matrix(folder / "crowd.ticks", ROWS), Matrix(folder / "crowd.counts", CELLS, "<u4")


def fill(folder: Path, size: int) -> None:
    """Write the files of so many members, where they are not there yet."""
    ticks_file, counts_file = row_files(folder)
    there, values = set(counts_file.slots()), Values()
    for slot in (one for one in range(size) if one not in there):
        if slot >= DIFFERENT:
            ticks_file.append(slot, ticks_file.read([slot % DIFFERENT])[0])
            counts_file.append(slot, counts_file.read([slot % DIFFERENT])[0])
        else:
            p = values[slot]
            ticks_file.append(slot, ticks(ranked(p), SPLIT_STARTS))
            counts_file.append(slot, cumulative_counts(p))


def counts_of(folder: Path, size: int) -> Counts:
    """The counts (N, 2048) of the first N members."""
    return row_files(folder)[1].read(range(size))


def csv(ids: list[str], p: Floats) -> io.BytesIO:
    """A file of predictions."""
    lines = "".join(f"{one},{value:.6f}\n" for one, value in zip(ids, p.tolist(), strict=True))
    return io.BytesIO(f"id,probability\n{lines}".encode())
