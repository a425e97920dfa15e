"""What `pool` and `greedy` look at: how likely each voice held what happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks
from tournaments.numerics.blending.voices import PROBABILITIES
from tournaments.numerics.blending.weighing import Evidence
from tournaments.numerics.checks import Floats, Ints
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.losses import EPSILON


@dataclass(frozen=True)
class Likelihoods:
    """Likelihoods Q = |c - p| (P, H) of clipped p (P, H), c = `against` (H,) being 1 where the label is 0.

    They are made where they are needed: all of them would take as much memory as the probabilities.
    """

    p: Floats
    against: Floats

    @property
    def participants(self) -> int:
        """P."""
        return self.p.shape[0]

    def of(self, who: Ints) -> Floats:
        """Q of some voices: (k, H)."""
        found: Floats = np.abs(self.against - self.p[who])
        return found

    def of_mean(self, weights: Floats) -> Floats:
        """The likelihoods (H,) of a mean of voices by weights (P,) that sum to one."""
        who = np.flatnonzero(weights)
        few = 2 * who.size < self.participants
        mean = weights[who] @ self.p[who] if few else weights @ self.p
        found: Floats = np.abs(self.against - mean)
        return found

    def means(self, x: Floats) -> Floats:
        """The mean of Q_j x over the rows: (P,) of x (H,), in one pass over p."""
        found: Floats = (self.against @ x + self.p @ ((1.0 - 2.0 * self.against) * x)) / x.size
        return found

    def shared(self, weights: Floats, values: Floats) -> Floats:
        """Weights (P,) made equal among identical voices; values (P,) differ where voices do, or may.

        Values within 1e-9 of each other are looked at closely: what rounds differently is not the same.
        """
        even = weights.copy()
        for j in np.flatnonzero(weights > 0.0):
            near = np.flatnonzero(np.abs(values - values[j]) <= 1e-9)
            same = [i for i in near if np.array_equal(self.p[i], self.p[j])]
            even[same] = weights[same].mean()
        return even


def likelihoods_of(p: npt.ArrayLike, y: npt.ArrayLike, eps: float = EPSILON) -> Likelihoods:
    """Likelihoods of probabilities p (P, H), clipped to [eps, 1 - eps], and labels y (H,).

    Raises NumericsError: `not_finite`, `not_a_probability`, `single_precision`, `bad_shape`, `empty`,
    `not_a_label`, `bad_epsilon`.

    >>> likelihoods_of([[0.8, 0.3]], [1, 0]).of(np.array([0])).round(6).tolist()
    [[0.8, 0.7]]
    """
    rows = checks.clipped(p, 2, eps)
    if rows.shape[0] == 0:
        raise NumericsError("empty", "There are no voices.", name="p")
    return Likelihoods(rows, np.where(checks.labels(y, rows.shape[1]), 0.0, 1.0))


def likelihoods_in(evidence: Evidence) -> Likelihoods:
    """Likelihoods of the voices of some evidence."""
    p = evidence.voices.said(PROBABILITIES)
    return likelihoods_of(np.clip(p, EPSILON, 1.0 - EPSILON, out=p), evidence.y)
