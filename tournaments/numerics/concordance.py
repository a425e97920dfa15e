"""Is one model behind all splits? Predictions of like rows should be spread alike (FORMULAS section 3)."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
from sklearn.cluster import MiniBatchKMeans
from sklearn.preprocessing import StandardScaler

from tournaments.numerics import checks
from tournaments.numerics.checks import Ints
from tournaments.numerics.distributions import ks_distance
from tournaments.numerics.errors import NumericsError

CLUSTERS = 5
_SEED = 1337


def cluster_rows(features: npt.ArrayLike) -> Ints:
    """Cluster rows of features (M, F) by MiniBatchKMeans into at most five: (M,) numbers from 0.

    Features are standardised first; the seed is fixed. Compute it once a round and keep it: another version
    of the library may cluster otherwise.
    Raises NumericsError: as `checks.real_array`.

    >>> sorted(np.bincount(cluster_rows([[0.0], [0.1], [9.0]] * 4)).tolist())
    [4, 4, 4]
    """
    array = checks.real_array("features", features, 2)
    distinct = len(np.unique(array, axis=0))
    model = MiniBatchKMeans(n_clusters=min(CLUSTERS, distinct), random_state=_SEED, n_init=3)
    return np.asarray(model.fit_predict(StandardScaler().fit_transform(array)), dtype=np.int64)


def concordance(p: npt.ArrayLike, clusters: npt.ArrayLike, split_starts: npt.ArrayLike) -> float | None:
    """How far apart the splits are among like rows: the mean over clusters of the largest KS distance.

    p (M,) probabilities, clusters (M,) whole numbers, split_starts (S+1,). In each cluster every two splits
    that have rows of it are compared. None where no cluster has rows of two splits.
    Source: FORMULAS section 3; Numerai 2017 asked for less than 0.12.
    Raises NumericsError: as `checks.probabilities`, `bad_shape`, `bad_starts`.

    >>> concordance([0.1, 0.2, 0.8, 0.9, 0.1, 0.2, 0.3, 0.9], [0, 0, 1, 1, 0, 0, 1, 1], [0, 4, 8])
    0.25
    """
    values = checks.probabilities(p)
    groups = np.asarray(clusters)
    if groups.shape != values.shape:
        raise NumericsError("bad_shape", f"Expected {values.size} clusters, got shape {groups.shape}.")
    bounds = checks.boundaries(split_starts, values.size)
    parts = [(values[first:last], groups[first:last]) for first, last in pairwise(bounds)]
    largest = []
    for cluster in np.unique(groups):
        inside = [part[number == cluster] for part, number in parts]
        pairs = combinations([one for one in inside if one.size], 2)
        largest += [max(apart)] if (apart := [ks_distance(a, b) for a, b in pairs]) else []
    return float(np.mean(largest)) if largest else None
