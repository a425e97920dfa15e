"""Rows with known labels become rows to learn from, practice rows, test rows and live ones."""

from dataclasses import dataclass

import numpy as np

from tournaments.services.errors import Invalid
from tournaments.store.rows import natural_key

TRAINING, LIVE = "training", "live"
ORDER = (TRAINING, "validation", "test")
FEWEST_ERAS = 4


@dataclass(frozen=True)
class Division:
    """Shares of the rows whose labels are known; what is left of them is live, as are all the others."""

    training: float = 0.0
    validation: float = 0.2
    test: float = 0.2

    def __post_init__(self) -> None:
        shares = [self.training, self.validation, self.test]
        if not (all(0 <= share <= 1 for share in shares) and sum(shares) <= 1 + 1e-9):
            raise Invalid("bad_shares", "The shares must lie between 0 and 100 % and come to 100 % at most.")


def divide(labelled: np.ndarray, eras: np.ndarray | None, division: Division, seed: int) -> np.ndarray:
    """Return the split of each row, among them `training`. labelled: bool (n,); eras: text (n,).

    Where at least four eras are labelled whole, eras stay together, and in their order: the earliest to
    learn from, the latest live, as in a real forecast. Otherwise labelled rows are drawn by the seed.

    >>> divide(np.ones(4, bool), np.array(["e10", "e9", "e11", "e8"]), Division(0.25, 0.25, 0.25), 1).tolist()
    ['test', 'validation', 'live', 'training']
    """
    splits = np.full(labelled.size, LIVE, dtype=object)
    whole = _whole_eras(labelled, eras) if eras is not None else []
    if eras is not None and len(whole) >= FEWEST_ERAS:
        for split, names in _cut(np.array(whole, dtype=object), division):
            splits[np.isin(eras, names)] = split
        return splits
    drawn = np.random.default_rng(seed).permutation(np.flatnonzero(labelled))
    for split, rows in _cut(drawn, division):
        splits[rows] = split
    return splits


def _whole_eras(labelled: np.ndarray, eras: np.ndarray) -> list[str]:
    """Return the eras of which every row is labelled, in their order."""
    open_ = set(eras[~labelled].tolist())
    return sorted({era for era in eras.tolist() if era not in open_}, key=natural_key)


def _cut(things: np.ndarray, division: Division) -> list[tuple[str, np.ndarray]]:
    """Cut a row of things by the shares, rounded."""
    shares = np.cumsum([getattr(division, split) for split in ORDER])
    ends = np.rint(shares * len(things)).astype(int)
    starts = np.concatenate(([0], ends[:-1]))
    return [(split, things[a:b]) for split, a, b in zip(ORDER, starts, ends, strict=True)]
