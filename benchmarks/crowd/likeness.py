"""How alike the forecasts of a world are: era-wise Gaussian ranks and their correlations per split."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds.world import SPLITS, World, era_numbers
from tournaments.numerics.ranks import gaussian_ranks

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Layout:
    """The tournament file's rows sorted by split and era.

    order: (M,) row numbers; starts: (S+1,) where splits start; eras: per split where its eras start, (E+1,).
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    eras: tuple[NDArray[np.int64], ...]


def layout_of(world: World) -> Layout:
    """The layout of a world's tournament file."""
    era = era_numbers(world.tournament["era"])
    split = world.tournament["data_type"].map({name: place for place, name in enumerate(SPLITS)}).to_numpy()
    order = np.lexsort((era, split))
    starts = np.searchsorted(split[order], np.arange(len(SPLITS) + 1))
    parts = np.split(era[order], starts[1:-1])
    eras = tuple(np.r_[0, np.flatnonzero(np.diff(part)) + 1, len(part)] for part in parts)
    return Layout(order, starts, eras)


def by_split(values: Vector, layout: Layout) -> list[Vector]:
    """Values in file order, (M,), as one array a split, sorted by era."""
    return np.split(values[layout.order], layout.starts[1:-1])


def ranks(p: Vector, layout: Layout) -> Vector:
    """Era-wise Gaussian ranks standardised over each split, (M,), in the layout's order."""
    parts = zip(by_split(p, layout), layout.eras, strict=True)
    return np.concatenate([gaussian_ranks(part, eras) for part, eras in parts])


def likeness(g: Vector, others: NDArray[np.float64], layout: Layout) -> Vector:
    """The largest abs(ρ) over the splits with each of the others, (N,), from ranks (M,) and (N, M)."""
    # Ranks are standardised within each split, so that a mean of products is a correlation.
    spans = zip(layout.starts[:-1], layout.starts[1:], strict=True)
    rho = [others[:, start:stop] @ g[start:stop] / (stop - start) for start, stop in spans]
    return np.abs(rho).max(axis=0)


def left_over(g: Vector, first: Vector, second: Vector) -> float:
    """The share of the variance of ranks (M,) that two other files' ranks do not explain (FORMULAS 3)."""
    with_first, with_second, between = (
        float(np.mean(a * b)) for a, b in [(g, first), (g, second), (first, second)]
    )
    explained = with_first**2 + with_second**2 - 2 * with_first * with_second * between
    return 1 - explained / (1 - between**2)
