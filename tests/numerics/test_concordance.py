"""Concordance: one model behind all splits, or several."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import ks_2samp

from tournaments.numerics.concordance import cluster_rows, concordance
from tournaments.numerics.errors import NumericsError

ROWS, STARTS = 6_000, [0, 2_000, 4_000, 6_000]
RNG = np.random.default_rng(4)
FEATURES = RNG.normal(size=(ROWS, 6)) + 3 * RNG.integers(0, 2, (ROWS, 1))
CLUSTERS = cluster_rows(FEATURES)
MODEL = 1 / (1 + np.exp(-0.3 * FEATURES @ RNG.normal(size=6)))


def test_rows_that_are_alike_are_in_one_cluster_every_time() -> None:
    assert sorted(set(CLUSTERS.tolist())) == [0, 1, 2, 3, 4]
    assert cluster_rows(FEATURES).tolist() == CLUSTERS.tolist()
    assert cluster_rows(1000 * FEATURES + 7).tolist() == CLUSTERS.tolist()
    assert len(set(cluster_rows(np.ones((10, 2))).tolist())) == 1


def test_it_is_the_mean_over_clusters_of_the_largest_of_three_distances() -> None:
    by_hand = []
    for cluster in range(5):
        parts = [MODEL[a:b][CLUSTERS[a:b] == cluster] for a, b in pairwise(STARTS)]
        pairs = [(parts[0], parts[1]), (parts[0], parts[2]), (parts[1], parts[2])]
        by_hand.append(max(ks_2samp(a, b).statistic for a, b in pairs))
    assert concordance(MODEL, CLUSTERS, STARTS) == pytest.approx(np.mean(by_hand), abs=1e-12)


def test_one_model_is_concordant_and_another_one_on_live_rows_is_not() -> None:
    other = 1 / (1 + np.exp(-0.3 * FEATURES @ RNG.normal(size=6)))
    patched = np.concatenate([MODEL[:4_000], other[4_000:]])
    one, two = concordance(MODEL, CLUSTERS, STARTS), concordance(patched, CLUSTERS, STARTS)
    assert one is not None
    assert two is not None
    assert one < 0.12 < two


def test_a_single_split_says_nothing() -> None:
    assert concordance(MODEL, CLUSTERS, [0, ROWS]) is None
    # Two splits whose rows are in different clusters.
    assert concordance([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1], [0, 2, 4]) is None


def test_bad_input_is_refused_with_a_code() -> None:
    with pytest.raises(NumericsError) as caught:
        concordance(MODEL, CLUSTERS[:-1], STARTS)
    assert caught.value.code == "bad_shape"
    with pytest.raises(NumericsError) as caught:
        cluster_rows([[np.nan]])
    assert caught.value.code == "not_finite"
