"""One voice for each participant: their forecasters merged, as logits z and as Gaussian ranks g."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from tournaments.numerics import checks
from tournaments.numerics.checks import Floats, Ints
from tournaments.numerics.losses import EPSILON, clip
from tournaments.numerics.ranks import standardise

LOGITS, RANKS, PROBABILITIES = "logits", "ranks", "probabilities"
"""What of the voices a blend mixes."""


@dataclass(frozen=True)
class Voices:
    """What P participants say of K rows: logits z (P, K) and Gaussian ranks g (P, K), both merged.

    eras (E+1,) says where the eras of these rows begin; without it they are one era.
    """

    z: Floats
    g: Floats
    eras: Ints | None = None

    @property
    def starts(self) -> Ints:
        """Where the eras begin: (E+1,)."""
        return np.array([0, self.z.shape[1]]) if self.eras is None else self.eras

    def said(self, mixes: str) -> Floats:
        """What a blend mixes that mixes `logits`, `ranks` or `probabilities`: (P, K)."""
        if mixes == PROBABILITIES:
            p: Floats = expit(self.z)
            return p
        return self.g if mixes == RANKS else self.z

    def rows(self, place: slice | npt.NDArray[np.int64]) -> Voices:
        """The same voices on some of the rows, which are in the order of their eras."""
        whose = np.repeat(np.arange(self.starts.size - 1), np.diff(self.starts))[place]
        begins = np.flatnonzero(np.diff(whose, prepend=-1))
        return Voices(self.z[:, place], self.g[:, place], np.append(begins, whose.size))

    def people(self, place: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Voices:
        """Some of the voices."""
        return Voices(self.z[place], self.g[place], self.eras)

    @property
    def participants(self) -> int:
        """P."""
        return self.z.shape[0]


def logits(p: npt.ArrayLike, eps: float = EPSILON) -> Floats:
    """The logits z = ln(p / (1 - p)) of clipped p (M,). Raises NumericsError as `losses.clip` does.

    >>> logits([0.5, 0.75]).round(4).tolist()
    [0.0, 1.0986]
    """
    clipped = clip(p, eps)
    z: Floats = np.log(clipped) - np.log1p(-clipped)
    return z


def merge(z: npt.ArrayLike, owners: npt.ArrayLike) -> Floats:
    """Mean logit of each participant's forecasters: (P, M) from z (N, M) and owners (N,).

    The rows come in the order of `numpy.unique(owners)`. Source: FORMULAS section 5.
    Raises NumericsError: `not_finite`, `single_precision`, `bad_shape`, `bad_count`, `empty`.

    >>> merge([[1.0, 2.0], [3.0, 4.0], [5.0, 0.0]], [7, 3, 7]).tolist()
    [[3.0, 4.0], [3.0, 1.0]]
    """
    array = checks.real_array("z", z, 2)
    who = checks.counts("owners", owners, array.shape[:1], least=0)
    return np.stack([np.mean(array[who == owner], axis=0) for owner in np.unique(who)])


def merge_ranks(g: npt.ArrayLike, owners: npt.ArrayLike, split_starts: npt.ArrayLike) -> Floats:
    """Mean g of each participant's forecasters, standardised again on each split: (P, M) from g (N, M).

    Without the second standardising, one with several unlike forecasters would speak more softly than one
    with a single forecaster. Means whose sd is below 1e-9 become zeros. Rows as in `merge`; split_starts
    (S+1,). Source: FORMULAS section 5.
    Raises NumericsError: as `merge`, and `bad_starts`.

    >>> merge_ranks([[1.0, -1.0], [3.0, 1.0], [-1.0, 1.0]], [1, 1, 2], [0, 2]).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    merged = merge(g, owners)
    bounds = checks.boundaries(split_starts, merged.shape[1])
    for row in merged:
        for first, last in pairwise(bounds):
            row[first:last] = standardise(row[first:last])
    return merged


def submission_weights(owners: npt.ArrayLike) -> Floats:
    """The weight of each of N submissions (N,): its participant's, shared equally by that one's forecasters.

    Raises NumericsError: `bad_shape`, `bad_count`, `empty`.

    >>> submission_weights([7, 3, 7]).tolist()
    [0.25, 0.5, 0.25]
    """
    who = checks.counts("owners", owners, (-1,), least=0)
    _, voice, forecasters = np.unique(who, return_inverse=True, return_counts=True)
    weights: Floats = 1.0 / (forecasters.size * forecasters[voice])
    return weights
