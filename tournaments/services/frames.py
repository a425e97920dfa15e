"""The rows of a round that are not void, and vectors seen through them. Void rows leave every formula."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tournaments.models import Round, VoidRow
from tournaments.numerics.ranks import gaussian_ranks
from tournaments.services import files

SPLITS = ("validation", "test", "live")


@dataclass(frozen=True)
class Frame:
    """Which rows stand. `keep` is bool (M,); K rows are left, the splits in canonical order.

    `split_starts` is int64 (S+1,) over the kept rows of the S splits that have any, `eras` their era
    boundaries, each relative to its split's first kept row. `version` changes whenever a row is voided.
    """

    keep: np.ndarray
    names: tuple[str, ...]
    split_starts: np.ndarray
    eras: tuple[np.ndarray, ...]
    version: int

    def ranks(self, vector: np.ndarray) -> np.ndarray:
        """Return g, float64 (K,): era-wise Gaussian ranks, standardised per split, of predictions (M,)."""
        kept = vector[self.keep]
        parts = [
            gaussian_ranks(kept[start:stop], eras)
            for (start, stop), eras in zip(pairwise(self.split_starts), self.eras, strict=True)
        ]
        return np.concatenate(parts)

    @property
    def starts(self) -> np.ndarray:
        """Return the era boundaries (E+1,) over all rows that stand."""
        parts = zip(self.split_starts[:-1], self.eras, strict=True)
        return np.concatenate([[0], *(first + eras[1:] for first, eras in parts)])

    def columns(self, place: slice, keep: np.ndarray) -> np.ndarray:
        """Return where the rows that `keep` (place,) marks in a part of all rows stand among the K kept."""
        found: np.ndarray = (np.cumsum(self.keep) - 1)[place][keep]
        return found

    def spread(self, kept: np.ndarray, filler: float) -> np.ndarray:
        """Return a vector (M,) with `kept` (K,) on the rows that stand and `filler` on the void ones."""
        whole = np.full(self.keep.size, filler)
        whole[self.keep] = kept
        return whole


def kept_starts(starts: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Return the era boundaries (E'+1,) among the kept rows of a split, leaving out eras without any."""
    sizes = np.add.reduceat(keep.astype(np.int64), starts[:-1])
    return np.concatenate(([0], np.cumsum(sizes[sizes > 0])))


def frame_of(round_: Round) -> Frame:
    """Return the round's rows that stand at this moment."""
    rows = files.rows_of(round_)
    void = np.fromiter(VoidRow.objects.filter(round=round_).values_list("row", flat=True), dtype=np.int64)
    keep = np.ones(len(rows), dtype=bool)
    keep[void] = False
    names, eras, sizes = [], [], [0]
    for name in rows.split_names:
        place = rows.split_slice(name)
        if keep[place].any():
            names.append(name)
            eras.append(kept_starts(rows.starts(name), keep[place]))
            sizes.append(int(keep[place].sum()))
    return Frame(keep, tuple(names), np.cumsum(sizes), tuple(eras), int(void.size))
