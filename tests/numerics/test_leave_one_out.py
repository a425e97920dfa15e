"""LOO against the plain form: make the blend again without the participant, and score both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import log_loss

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.leave_one_out import loo_of_logits, loo_of_pool

Y = [1, 0, 1, 1]
Z = np.array([[2.0, -1.0, 0.5, 0.0], [0.0, 0.5, 1.0, -2.0], [1.0, 1.0, 1.0, 1.0]])


def scored(p: Any, y: Any, eps: float = 1e-6) -> float:
    clipped = np.clip(p, eps, 1 - eps)
    return float(-np.mean(np.log(np.where(np.asarray(y) == 1, clipped, 1 - clipped))))


def plain_logits(z: Any, w: Any, slope: float, y: Any) -> list[float]:
    """The blend made again of the others, whose weights are raised until they sum to the same."""
    found = []
    for j in range(len(w)):
        others = [i for i in range(len(w)) if i != j]
        kept = sum(w[i] for i in others)
        left = sum(w[i] * z[i] for i in others) * (sum(w) / kept) if kept else np.zeros(z.shape[1])
        found.append(scored(expit(slope * left), y) - scored(expit(slope * (w @ z)), y))
    return found


def plain_pool(p: Any, w: Any, y: Any) -> list[float]:
    found = []
    for j in range(len(w)):
        others = np.delete(w, j)
        left = (others / others.sum()) @ np.delete(p, j, axis=0) if others.sum() else np.full(len(y), 0.5)
        found.append(scored(left, y) - scored(w @ p, y))
    return found


@pytest.mark.parametrize(
    "weights", [[1 / 3, 1 / 3, 1 / 3], [0.5, 0.0, 0.5], [0.2, 0.3, 0.1], [3.0, 1.0, 1.0], [0.0, 1.0, 0.0]]
)
def test_logit_blends_are_made_again_without_each(weights: list[float]) -> None:
    w = np.array(weights)
    found = loo_of_logits(Z, w, 0.7, Y)
    assert found == pytest.approx(plain_logits(Z, w, 0.7, Y), abs=1e-12)
    assert [found[j] for j in range(3) if weights[j] == 0.0] == [0.0] * weights.count(0.0)


def test_the_plain_form_scores_as_scikit_learn_does() -> None:
    assert scored(expit(Z[0]), Y) == pytest.approx(log_loss(Y, expit(Z[0])), abs=1e-15)


@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 300))
def test_pools_are_made_again_without_each(seed: int, participants: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    p = random.uniform(size=(participants, rows)) ** random.integers(1, 9)
    w, y = np.full(participants, 0.5 / participants), random.integers(0, 2, rows)
    w += 0.5 * random.dirichlet(np.ones(participants))
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    assert loo_of_pool(p, w, y) == pytest.approx(plain_pool(clipped, w, y), abs=1e-9)


def test_many_rows_and_many_participants_are_no_other_case() -> None:
    random = np.random.default_rng(1)
    z, y, w = random.normal(size=(21, 1_003)), random.integers(0, 2, 1_003), np.full(21, 1 / 21)
    assert loo_of_logits(z, w, 0.3, y) == pytest.approx(plain_logits(z, w, 0.3, y), abs=1e-12)
    p = expit(z)
    assert loo_of_pool(p, w, y) == pytest.approx(plain_pool(p, w, y), abs=1e-12)


@pytest.mark.parametrize("rows", [1, 127, 2_048, 5_003])
@pytest.mark.parametrize("spread", [0.02, 1.0, 5.0])
def test_a_pool_without_each_is_the_plain_one_to_1e_12(rows: int, spread: float) -> None:
    random = np.random.default_rng(rows)
    p, y, w = expit(spread * random.normal(size=(10, rows))), random.integers(0, 2, rows), np.zeros(10)
    w[:9] = random.dirichlet(np.full(9, 0.5))
    found = loo_of_pool(p, w, y)
    assert found == pytest.approx(plain_pool(np.clip(p, 1e-6, 1 - 1e-6), w, y), abs=1e-12)
    assert found[9] == 0.0


def test_what_is_clipped_is_clipped_before_it_is_mixed() -> None:
    p, y = np.array([[0.0, 1.0, 0.3], [1.0, 0.2, 0.6], [0.5, 1.0, 0.0]]), [1, 1, 0]
    w = np.array([0.5, 0.3, 0.2])
    assert loo_of_pool(p, w, y, eps=0.01) == pytest.approx(plain_pool(p.clip(0.01, 0.99), w, y), abs=1e-12)


@pytest.mark.parametrize(("wrong", "code"), [(1.5, "not_a_probability"), (np.nan, "not_finite")])
@pytest.mark.parametrize("place", [0, 2])
def test_a_pool_of_what_is_no_probability_is_refused(wrong: float, code: str, place: int) -> None:
    p = expit(Z)
    p[place, 1] = wrong
    with pytest.raises(NumericsError) as caught:
        loo_of_pool(p, [0.5, 0.5, 0.0], Y)
    assert caught.value.code == code


def test_who_has_all_the_weight_is_measured_against_a_coin() -> None:
    gain = np.log(2) - scored(expit(0.7 * Z[1]), Y)
    assert loo_of_logits(Z[1:2], [1.0], 0.7, Y) == pytest.approx([gain], abs=1e-12)
    assert loo_of_pool(expit(Z[1:2]), [1.0], Y) == pytest.approx(
        [np.log(2) - scored(expit(Z[1]), Y)], abs=1e-12
    )


def test_certainty_on_the_wrong_side_costs_what_the_clip_allows() -> None:
    p = np.array([[0.0] * 40, [0.5] * 40])
    found = loo_of_pool(p, [0.5, 0.5], [1] * 40, eps=1e-9)
    assert found == pytest.approx([np.log(0.25 / 0.5), np.log(0.25 / 1e-9)], abs=1e-7)


@pytest.mark.parametrize(
    ("weights", "code"),
    [([0.5, -0.1, 0.6], "bad_weights"), ([0.0, 0.0, 0.0], "bad_weights"), ([1.0], "bad_shape")],
)
def test_bad_weights_are_refused(weights: list[float], code: str) -> None:
    for refuse in (lambda: loo_of_logits(Z, weights, 1.0, Y), lambda: loo_of_pool(expit(Z), weights, Y)):
        with pytest.raises(NumericsError) as caught:
            refuse()
        assert caught.value.code == code


def test_a_pools_weights_sum_to_one_and_a_slope_is_finite() -> None:
    with pytest.raises(NumericsError, match="sum to one"):
        loo_of_pool(expit(Z), [0.5, 0.5, 0.5], Y)
    with pytest.raises(NumericsError, match="finite"):
        loo_of_logits(Z, [0.5, 0.5, 0.5], np.inf, Y)
