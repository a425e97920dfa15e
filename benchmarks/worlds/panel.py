"""A panel: what some forecasters said of the same eras, in order of time. Blends walk forward over it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tournaments.numerics.blending.voices import Voices
from tournaments.numerics.blending.weighing import Evidence, evidence_of
from tournaments.numerics.ranks import gaussian_ranks

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """Forecasters over eras in order of time.

    z (N, M) logits, y (M,) labels, starts (E+1,) where the eras begin, names (N,) of the forecasters.
    """

    z: Vector
    y: NDArray[np.bool_]
    starts: NDArray[np.int64]
    names: tuple[str, ...]

    @property
    def eras(self) -> int:
        """E."""
        return self.starts.size - 1

    def evidence(self) -> Evidence:
        """All of it as what a blend may be fitted on, each forecaster being a participant."""
        g = np.array([gaussian_ranks(one, self.starts) for one in self.z])
        there = np.ones((len(self.z), self.eras), dtype=bool)
        return evidence_of(Voices(self.z, g), self.y, self.starts, there)

    def between(self, first: int, last: int) -> "Panel":
        """The eras first … last-1."""
        rows = slice(int(self.starts[first]), int(self.starts[last]))
        bounds = self.starts[first : last + 1] - self.starts[first]
        return Panel(self.z[:, rows], self.y[rows], bounds, self.names)
