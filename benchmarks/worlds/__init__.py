"""Reference worlds: seeded data sets in the original's shape (FORMULAS section 10)."""

from benchmarks.worlds.flights import flights
from benchmarks.worlds.market import market
from benchmarks.worlds.world import (
    ORIGINAL,
    SMALL,
    Size,
    World,
    write_labels,
    write_tournament,
    write_training,
)

__all__ = [
    "ORIGINAL",
    "SMALL",
    "Size",
    "World",
    "flights",
    "market",
    "write_labels",
    "write_tournament",
    "write_training",
]
