"""Originality of a round's submissions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import ks_2samp

from tournaments.numerics.correlations import split_correlations
from tournaments.numerics.distributions import ks_distance
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.originality import originality_of, round_originality, verdict
from tournaments.numerics.ranks import gaussian_ranks
from tournaments.numerics.residuals import residual

SPLITS = [0, 400, 1000]
RNG = np.random.default_rng(11)
P = expit(0.2 * (RNG.normal(size=(8, 1000)) + 0.7 * RNG.normal(size=1000)))


def ranks_of(p: np.ndarray) -> np.ndarray:
    """Gaussian ranks of each row of p, two splits of eras of 100 rows."""
    return np.stack(
        [
            np.concatenate(
                [
                    gaussian_ranks(row[:400], np.arange(0, 401, 100)),
                    gaussian_ranks(row[400:], np.arange(0, 601, 100)),
                ]
            )
            for row in p
        ]
    )


G = ranks_of(P)


def plain_residual(g: np.ndarray, others: np.ndarray) -> float:
    design = np.vstack([np.ones(g.size), others]).T
    left = g - design @ np.linalg.lstsq(design, g, rcond=None)[0]
    rows, k = g.size, others.shape[0]
    return float((left @ left / (rows - k)) / (((g - g.mean()) ** 2).sum() / (rows - 1)))


@pytest.mark.parametrize(
    ("rho", "word"),
    [
        (0.0, "clear"),
        (0.90, "clear"),
        (0.9000000004, "clear"),
        (0.900000001, "near"),
        (0.95, "near"),
        (0.9500000004, "near"),
        (0.950000001, "too_near"),
        (1.0, "too_near"),
    ],
)
def test_the_verdict_is_read_in_units_of_1e_9(rho: float, word: str) -> None:
    assert verdict(rho) == word


@pytest.mark.parametrize(
    ("rho", "code"), [(math.nan, "not_finite"), (1.1, "not_a_correlation"), (-0.2, "not_a_correlation")]
)
def test_a_verdict_on_what_is_no_correlation_is_refused(rho: float, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        verdict(rho)
    assert caught.value.code == code


SAMPLES = st.lists(st.integers(0, 20).map(lambda k: k / 20), min_size=2, max_size=30)


@given(SAMPLES, SAMPLES)
def test_ks_distance_equals_scipys_statistic(p: list[float], q: list[float]) -> None:
    assert ks_distance(p, q) == pytest.approx(ks_2samp(p, q, method="asymp").statistic, abs=1e-15)
    assert ks_distance(p, q) == ks_distance(q, p)


def test_residual_equals_least_squares() -> None:
    for k in (1, 3, 7):
        assert residual(G[0], G[1 : k + 1]) == pytest.approx(plain_residual(G[0], G[1 : k + 1]), abs=1e-6)


def test_residual_sees_through_a_mix_and_through_copies_among_the_others() -> None:
    mix = 0.4 * G[1] + 0.6 * G[2]
    assert residual(mix, G[1:5]) == 0.0
    assert residual(mix, np.vstack([G[1:5], G[1:5]])) == 0.0
    alone, twice = residual(G[0], G[1:3]), residual(G[0], np.vstack([G[1:3], G[1:3]]))
    assert alone is not None
    # The formula divides by M - k, and k counts the copies.
    assert twice == pytest.approx(alone * 998 / 996, abs=2e-6)


def test_residual_is_null_where_it_says_nothing() -> None:
    assert residual(np.ones(100), [G[0][:100]]) is None
    assert residual(G[0][:40], G[1:5, :40]) is not None
    assert residual(G[0][:40], G[1:6, :40]) is None
    assert residual(G[0], []) == 1.0


def test_the_first_has_no_others_and_is_wholly_original() -> None:
    first = round_originality(G[:1], P[:1], [4], [9], SPLITS)[0]
    assert (first.originality, first.max_abs_rho, first.residual) == (1.0, 0.0, 1.0)
    assert (first.nearest, first.nearest_rho, first.crowding, first.ks) == (None, None, None, None)
    assert first.undefined == dict.fromkeys(("nearest", "nearest_rho", "crowding", "ks"), "no_others")


def test_a_round_is_measured_as_the_definitions_say() -> None:
    found = round_originality(G, P, np.arange(8), np.arange(8), SPLITS)
    for index in range(1, 8):
        rho = np.array([split_correlations(G[index], G[:index], SPLITS)])[0]
        worst = np.abs(rho).max(axis=1)
        one = found[index]
        assert one.max_abs_rho == pytest.approx(worst.max(), abs=1e-9)
        assert one.originality == pytest.approx(1 - worst.max(), abs=1e-9)
        assert one.nearest == int(np.argmax(worst))
        assert abs(one.nearest_rho or 0.0) == one.max_abs_rho
        assert one.crowding == pytest.approx(worst.mean(), abs=1e-6)
        assert one.ks == min(ks_distance(P[index], other) for other in P[:index])
        shares = [plain_residual(G[index, a:b], G[:index, a:b]) for a, b in ((0, 400), (400, 1000))]
        assert one.residual == pytest.approx(min(shares), abs=1e-6)
        assert one.undefined == {}


def test_others_are_of_other_participants_and_earlier_only() -> None:
    copies_g, copies_p = np.stack([G[0]] * 3), np.stack([P[0]] * 3)
    own_copy = round_originality(copies_g, copies_p, [1, 1, 2], [5, 6, 3], SPLITS)
    # Participant 2 came first and is original; both files of participant 1 copy it and not each other.
    assert [one.nearest for one in own_copy] == [2, 2, None]
    assert [one.originality for one in own_copy] == [0.0, 0.0, 1.0]


def test_a_participants_own_forecasters_do_not_count_as_others() -> None:
    found = round_originality(np.stack([G[0], G[0]]), np.stack([P[0], P[0]]), [1, 1], [5, 6], SPLITS)
    assert [(one.originality, one.nearest) for one in found] == [(1.0, None), (1.0, None)]


def test_of_equally_near_ones_the_earliest_is_named() -> None:
    found = round_originality(np.stack([G[0]] * 3), np.stack([P[0]] * 3), [1, 2, 3], [30, 10, 20], SPLITS)
    assert (found[0].nearest, found[2].nearest) == (1, 1)


def test_the_order_of_the_arrays_does_not_matter() -> None:
    owners, precedence = np.array([1, 1, 2, 3, 4, 5, 5, 6]), np.array([8, 3, 1, 7, 2, 6, 5, 4])
    straight = round_originality(G, P, owners, precedence, SPLITS)
    order = np.random.default_rng(1).permutation(8)
    turned = round_originality(G[order], P[order], owners[order], precedence[order], SPLITS)
    for place, index in enumerate(order):
        one, other = straight[index], turned[place]
        assert (one.originality, one.crowding, one.ks, one.residual) == (
            other.originality, other.crowding, other.ks, other.residual,
        )  # fmt: skip
        assert one.nearest == (None if other.nearest is None else order[other.nearest])


@pytest.mark.parametrize(
    "disguise",
    [
        lambda p: p,
        lambda p: 0.3 * p + 0.2,
        lambda p: p**3,
        lambda p: 1 - p,
        lambda p: np.concatenate([p[:400], 1 - p[400:]]),
        lambda p: np.concatenate([p[:400] ** 2, RNG.random(600)]),
    ],
    ids=["copy", "affine", "cubed", "mirrored", "mirrored on one split", "new on one split"],
)
def test_no_disguise_of_a_copy_is_original(disguise: object) -> None:
    assert callable(disguise)
    copy = disguise(P[0])
    both = np.stack([P[0], copy])
    found = round_originality(ranks_of(both), both, [1, 2], [1, 2], SPLITS)[1]
    assert found.originality == pytest.approx(0.0, abs=1e-9)
    assert verdict(found.max_abs_rho) == "too_near"
    assert found.residual == pytest.approx(0.0, abs=1e-6)


def test_a_mix_is_named_by_its_residual_and_passes_the_gate() -> None:
    rng = np.random.default_rng(3)
    sources = expit(0.2 * rng.normal(size=(2, 1000)))
    crowd = np.vstack([sources, sources.mean(axis=0)])
    found = round_originality(ranks_of(crowd), crowd, [1, 2, 3], [1, 2, 3], SPLITS)[2]
    assert verdict(found.max_abs_rho) == "clear"
    assert found.residual is not None
    assert found.residual < 0.05


def test_a_constant_has_no_originality_and_says_why() -> None:
    flat = np.full(1000, 0.5)
    found = originality_of(np.zeros(1000), flat, G[:2], P[:2], SPLITS)
    assert (found.originality, found.max_abs_rho, found.nearest, found.residual) == (None, 0.0, None, None)
    assert set(found.undefined.values()) == {"constant"}
    assert found.ks == min(ks_distance(flat, P[0]), ks_distance(flat, P[1]))


def test_a_constant_among_the_others_harms_nobody() -> None:
    flat = originality_of(
        G[0], P[0], np.vstack([np.zeros(1000), G[1]]), np.vstack([np.full(1000, 0.5), P[1]]), SPLITS
    )
    plain = originality_of(G[0], P[0], G[1:2], P[1:2], SPLITS)
    assert (flat.originality, flat.nearest) == (plain.originality, 1)


def test_a_short_split_does_not_take_the_residual_away() -> None:
    found = originality_of(G[0], P[0], G[1:4], P[1:4], [0, 20, 1000])
    assert found.residual == pytest.approx(plain_residual(G[0, 20:], G[1:4, 20:]), abs=1e-6)
    none_left = originality_of(G[0, :40], P[0, :40], G[1:8, :40], P[1:8, :40], [0, 20, 40])
    assert none_left.residual is None
    assert none_left.undefined == {"residual": "too_many_others"}


def test_many_others_find_the_same_smallest_ks_distance_as_all_pairs() -> None:
    rng = np.random.default_rng(2)
    p = expit(rng.normal(size=(60, 1)) * 0.05 + rng.uniform(0.05, 0.4, (60, 1)) * rng.normal(size=(60, 700)))
    found = round_originality(p, p, np.arange(60), np.arange(60), [0, 700])
    for index in (1, 20, 59):
        assert found[index].ks == min(ks_distance(p[index], other) for other in p[:index])


def test_near_the_threshold_float64_decides() -> None:
    # b = rho a + sqrt(1 - rho^2) c with a, c orthonormal has rho, here 2e-9 on either side of the gate.
    a, c = np.linalg.qr(np.column_stack([np.ones(1000), RNG.normal(size=(1000, 2))]))[0].T[1:]
    for rho, word in ((0.950000002, "too_near"), (0.949999998, "near")):
        b = rho * a + math.sqrt(1 - rho**2) * c
        assert verdict(float(np.abs(split_correlations(b, [a], [0, 1000])).max())) == word
    with pytest.raises(NumericsError) as caught:
        split_correlations(b.astype(np.float32), [a], [0, 1000])
    assert caught.value.code == "single_precision"


def test_bad_rounds_are_refused() -> None:
    with pytest.raises(NumericsError) as caught:
        round_originality(G, P[:, :50], np.arange(8), np.arange(8), SPLITS)
    assert caught.value.code == "bad_shape"
    with pytest.raises(NumericsError) as caught:
        round_originality(G, P + 1, np.arange(8), np.arange(8), SPLITS)
    assert caught.value.code == "not_a_probability"
    with pytest.raises(NumericsError) as caught:
        round_originality(G, P, np.arange(7), np.arange(8), SPLITS)
    assert caught.value.code == "bad_shape"
