"""What `pool` and `greedy` look at: how likely each voice held what happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks, mixtures
from tournaments.numerics.blending.voices import PROBABILITIES
from tournaments.numerics.blending.weighing import Evidence, equal_weights
from tournaments.numerics.checks import Floats, Ints
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.losses import EPSILON

_GLANCE = 16  # rows that tell nearly all voices apart


@dataclass(frozen=True)
class Likelihoods:
    """Likelihoods Q = |c - p| (P, H) of clipped p (P, H), c = `against` (H,) being 1 where the label is 0.

    `mean` (H,) is theirs. They are made where they are needed: all of them would take as much memory as p.
    """

    p: Floats
    against: Floats
    mean: Floats

    @property
    def participants(self) -> int:
        """P."""
        return self.p.shape[0]

    def of(self, who: Ints) -> Floats:
        """Q of some voices: (k, H)."""
        found: Floats = self.p[who]
        np.subtract(self.against, found, out=found)
        return np.abs(found, out=found)

    def of_mean(self, weights: Floats) -> Floats:
        """The likelihoods (H,) of a mean of voices by weights (P,) that sum to one."""
        found: Floats = np.abs(self.against - weights @ self.p)
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
        glance = self.p[:, :_GLANCE]
        for j in np.flatnonzero(weights > 0.0):
            near = np.flatnonzero(np.abs(values - values[j]) <= 1e-9)
            alike = near[np.all(glance[near] == glance[j], axis=1)]
            same = [i for i in alike if i == j or np.array_equal(self.p[i], self.p[j])]
            even[same] = weights[same].mean()
        return even


def likelihoods_of(p: npt.ArrayLike, y: npt.ArrayLike, eps: float = EPSILON) -> Likelihoods:
    """Likelihoods of probabilities p (P, H), clipped to [eps, 1 - eps], and labels y (H,).

    Raises NumericsError: `not_finite`, `not_a_probability`, `single_precision`, `bad_shape`, `empty`,
    `not_a_label`, `bad_epsilon`.

    >>> likelihoods_of([[0.8, 0.3]], [1, 0]).of(np.array([0])).round(6).tolist()
    [[0.8, 0.7]]
    """
    rows, bound = checks.converted("p", p, 2), checks.epsilon(eps)
    if rows.shape[0] == 0:
        raise NumericsError("empty", "There are no voices.", name="p")
    against = np.where(checks.labels(y, rows.shape[1]), 0.0, 1.0)
    clipped, mean = mixtures.clipped_mix(rows, equal_weights(rows.shape[0]), bound)
    return Likelihoods(clipped, against, np.abs(against - mean))


def likelihoods_in(evidence: Evidence) -> Likelihoods:
    """Likelihoods of the voices of some evidence."""
    p = evidence.voices.said(PROBABILITIES)
    return likelihoods_of(np.clip(p, EPSILON, 1.0 - EPSILON, out=p), evidence.y)
