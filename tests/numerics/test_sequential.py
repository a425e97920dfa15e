"""SRC and PCS against plain regressions on the vectors, and what they must not pay."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.moments import Moments, moments
from tournaments.numerics.ranks import gaussian_ranks
from tournaments.numerics.sequential import must_follow, pcs, random_orders, src

STARTS = np.arange(0, 1_001, 100)
RNG = np.random.default_rng(11)
Y = RNG.integers(0, 2, 1_000)
SIGNAL = 0.4 * (2.0 * Y - 1.0)


def ranked(*rows: Any, starts: Any = STARTS) -> Any:
    return np.stack([gaussian_ranks(row, starts) for row in rows])


def honest(count: int, strength: float = 1.0, seed: int = 5) -> Any:
    random = np.random.default_rng(seed)
    return [strength * SIGNAL + random.normal(size=1_000) for _ in range(count)]


def residual(target: Any, others: list[Any]) -> Any:
    """What least squares leave of a vector."""
    if not others:
        return target
    table = np.stack(others, axis=1)
    return target - table @ np.linalg.lstsq(table, target, rcond=None)[0]


def plain_src(g: Any, y: Any, starts: Any, order: Any) -> list[float]:
    """Section 4's words, vector by vector."""
    rows, eras = len(y), len(starts) - 1
    found = np.zeros(len(g))
    for place, i in enumerate(order):
        others = [g[j] for j in order[:place]]
        left = residual(g[i], others)
        k = np.linalg.matrix_rank(np.stack(others), tol=1e-6) if others else 0
        share = min(1.0, (left @ left / (rows - max(1, k))) / (g[i] @ g[i] / (rows - 1)))
        means = np.array([np.mean((left * (2 * y - 1))[a:b]) for a, b in pairwise(starts)])
        t = np.mean(means) / (np.std(means, ddof=1) / np.sqrt(eras))
        found[i] = share * max(0.0, t - 1.0) ** 2 / (2 * rows) if share >= 1e-9 else 0.0
    return found.tolist()


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(2, 6))
def test_moments_give_what_regressions_of_vectors_give(seed: int, players: int, eras: int) -> None:
    random = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(random.integers(20, 60, eras))])
    y = random.integers(0, 2, starts[-1])
    common = random.normal(size=starts[-1]) + 0.3 * y
    g = ranked(*(common + random.normal(size=(players, starts[-1]))), starts=starts)
    order = random.permutation(players)
    assert src(moments(g, y, starts), order).contribution == pytest.approx(
        plain_src(g, y, starts, order), rel=1e-6, abs=1e-12
    )


def plain_follows(g: Any) -> Any:
    """Partial correlations by regression of both, where nobody is nearly a mix of those before."""
    follows = np.zeros((len(g), len(g)), dtype=bool)
    for i in range(len(g)):
        for j in range(i):
            rest = [g[k] for k in range(i) if k != j]
            a, b = residual(g[i], rest), residual(g[j], rest)
            follows[i, j] = abs(a @ b) / np.sqrt((a @ a) * (b @ b)) > 0.4
    return follows


@given(st.integers(0, 10**6), st.integers(2, 9), st.floats(0.7, 2.0))
def test_who_must_follow_whom_is_told_by_partial_correlations(seed: int, players: int, own: float) -> None:
    random = np.random.default_rng(seed)
    factors = random.normal(size=(3, 400))
    raw = random.normal(size=(players, 3)) @ factors + own * np.sqrt(3) * random.normal(size=(players, 400))
    g, y = ranked(*raw, starts=[0, 200, 400]), random.integers(0, 2, 400)
    found = moments(g, y, [0, 200, 400])
    assert src(found, np.arange(players)).share.min() >= 0.2
    assert (must_follow(found) == plain_follows(g)).all()


def test_a_copy_after_its_original_earns_nothing() -> None:
    a, b = honest(2)
    g = ranked(a, b, a, 0.5 + 0.01 * a, np.exp(a), -a)
    found = moments(g, Y, STARTS)
    paid = src(found, np.arange(6)).contribution
    assert paid[:2].min() > 0
    assert paid[2:].tolist() == [0.0] * 4
    shuffled = pcs(found, random_orders(must_follow(found), seed=1))
    assert shuffled[:2].min() > 0
    assert shuffled[2:].tolist() == [0.0] * 4


def test_copies_take_nothing_from_their_original() -> None:
    a, b, c = honest(3)
    alone = moments(ranked(a, b, c), Y, STARTS)
    copied = moments(ranked(a, b, c, a, a), Y, STARTS)
    before, after = (pcs(one, random_orders(must_follow(one), seed=1)) for one in (alone, copied))
    assert after[:3] == pytest.approx(before, rel=0.2)
    assert src(copied, np.arange(5)).contribution[:3].tolist() == src(alone, [0, 1, 2]).contribution.tolist()


def test_a_noisy_copy_follows_its_original_even_behind_an_exact_one() -> None:
    a, b = honest(2)
    noisy = a + 0.7 * np.std(a) * RNG.normal(size=1_000)
    follows = must_follow(moments(ranked(a, b, a, noisy), Y, STARTS))
    assert follows[2].tolist() == [True, True, False, False]  # the exact copy follows all
    assert follows[3, 0]
    assert not follows[3, 1]


def test_a_mix_follows_all_before_it() -> None:
    a, b, c = honest(3)
    follows = must_follow(moments(ranked(a, b, c, a + b), Y, STARTS))
    assert follows.tolist() == [[False] * 4] * 3 + [[True, True, True, False]]


def test_noise_earns_about_nothing_and_nobody_less() -> None:
    random = np.random.default_rng(8)
    g = ranked(*honest(3), *random.normal(size=(20, 1_000)), np.zeros(1_000))
    found = moments(g, Y, STARTS)
    paid = pcs(found, random_orders(must_follow(found), seed=2))
    assert paid.min() >= 0.0
    assert paid[3:].mean() < 0.01 * paid[:3].mean()
    assert paid[-1] == 0.0


def test_rows_may_come_in_any_order_within_their_eras() -> None:
    g = ranked(*honest(4))
    order = np.concatenate([a + RNG.permutation(b - a) for a, b in pairwise(STARTS)])
    one, other = moments(g, Y, STARTS), moments(g[:, order], Y[order], STARTS)
    assert (one.gram == other.gram).all()
    assert (one.eras == other.eras).all()


def test_moments_are_inner_products() -> None:
    g = ranked(*honest(5), np.where(np.arange(1_000) == 7, 1.0, 0.0))
    found = moments(g, Y, STARTS)
    assert found.gram == pytest.approx(g @ g.T / 1_000, abs=1e-13)
    means = [[np.mean((row * (2 * Y - 1))[a:b]) for a, b in pairwise(STARTS)] for row in g]
    assert found.eras == pytest.approx(np.array(means), abs=1e-13)


def test_threads_do_not_move_a_bit() -> None:
    program = (
        "import numpy as np\n"
        "from tournaments.numerics import moments, sequential\n"
        "from tournaments.numerics.ranks import standardise\n"
        "random = np.random.default_rng(3)\n"
        "y, starts = random.integers(0, 2, 6000), np.arange(0, 6001, 500)\n"
        "g = np.stack([standardise(row) for row in random.normal(size=(60, 6000)) + 0.05 * y])\n"
        "found = moments.moments(g, y, starts)\n"
        "orders = sequential.random_orders(sequential.must_follow(found), 1, 5)\n"
        "print(found.gram.tobytes().hex(), sequential.pcs(found, orders).tobytes().hex())\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(said) == 1


def test_orders_are_uniform_steps_among_those_available() -> None:
    follows = np.zeros((3, 3), dtype=bool)
    follows[2, 0] = True
    orders, times = np.unique(random_orders(follows, seed=3, orders=4_000), axis=0, return_counts=True)
    # First 0 or 1 with 1/2 each; after 0, 1 or 2 with 1/2 each; after 1, only 0 and then 2.
    assert orders.tolist() == [[0, 1, 2], [0, 2, 1], [1, 0, 2]]
    assert times / 4_000 == pytest.approx([0.25, 0.25, 0.5], abs=0.03)


def test_the_same_seed_draws_the_same_orders() -> None:
    free = np.zeros((9, 9), dtype=bool)
    assert (random_orders(free, seed=4) == random_orders(free, seed=4)).all()
    assert (random_orders(free, seed=4) != random_orders(free, seed=5)).any()


def test_eras_that_are_all_alike_have_no_t() -> None:
    alike = Moments(np.eye(1), np.array([[0.1, 0.1, 0.1]]), 300)
    assert src(alike, [0]).contribution.tolist() == [0.0]


def test_one_share_is_worked_by_hand() -> None:
    # t = 0.04 ÷ (0.01/√3) = 6.928, c = (6.928 − 1)² ÷ 6,000.
    single = Moments(np.eye(1), np.array([[0.03, 0.05, 0.04]]), 3_000)
    assert src(single, [0]).contribution == pytest.approx([(0.04 / (0.01 / 3**0.5) - 1) ** 2 / 6_000])


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: src(Moments(np.eye(1), np.array([[0.1]]), 9), [0]), "too_few_eras"),
        (lambda: src(Moments(np.eye(2), np.zeros((2, 2)), 9), [0, 0]), "bad_order"),
        (lambda: random_orders([[True]], seed=1), "bad_order"),
        (lambda: random_orders([[False]], seed=-1), "bad_seed"),
        (lambda: random_orders([[False]], seed=1, orders=0), "bad_count"),
        (lambda: moments([[2.0, -2.0]], [0, 1], [0, 2]), "not_standardised"),
    ],
)
def test_bad_input_is_refused_with_a_code(call: Any, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        call()
    assert caught.value.code == code
