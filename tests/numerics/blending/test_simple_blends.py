"""One voice a participant, the blends that weigh all alike, and the slopes that they are given."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from tournaments.numerics.blending import slopes
from tournaments.numerics.blending.levels import spreads
from tournaments.numerics.blending.registry import blend
from tournaments.numerics.blending.slopes import boldness, settled_slope
from tournaments.numerics.blending.voices import Voices, logits, merge, merge_ranks, submission_weights
from tournaments.numerics.blending.weighing import Facts, equal_weights, evidence_of
from tournaments.numerics.errors import NumericsError

RNG = np.random.default_rng(9)


def test_logits_are_those_of_the_clipped_values() -> None:
    assert logits([0.25, 0.5, 1.0]) == pytest.approx([-math.log(3), 0.0, logit(1 - 1e-6)], abs=1e-9)


def test_merge_means_each_participants_logits() -> None:
    merged = merge([[1.0, 2.0], [3.0, 6.0], [5.0, 0.0], [4.0, 4.0]], [9, 2, 9, 9])
    assert merged.tolist() == [[3.0, 6.0], [10 / 3, 2.0]]


def test_merged_ranks_speak_as_loudly_as_a_single_forecaster() -> None:
    g = RNG.normal(size=(4, 500))
    merged = merge_ranks(g, [1, 1, 1, 2], [0, 200, 500])
    for rows in (slice(0, 200), slice(200, 500)):
        assert merged[:, rows].mean(axis=1) == pytest.approx([0, 0], abs=1e-12)
        assert merged[:, rows].std(axis=1) == pytest.approx([1, 1], abs=1e-12)
    assert np.corrcoef(merged[0, :200], g[:3, :200].mean(axis=0))[0, 1] == pytest.approx(1.0)


def test_a_forecaster_and_its_mirror_image_merge_to_silence() -> None:
    g = RNG.normal(size=100)
    merged = merge_ranks(np.stack([g, -g * (1 + 1e-15)]), [1, 1], [0, 100])
    assert merged.tolist() == [[0.0] * 100]


def voices(z: Any, g: Any = None) -> Voices:
    said = np.array(z, dtype=float)
    return Voices(said, said if g is None else np.array(g, dtype=float))


def said(name: str, spoken: Voices, evidence: Any = None) -> list[float]:
    return blend(name, spoken, Facts(), evidence).p.tolist()


def test_equal_is_the_sigmoid_of_the_mean_logit() -> None:
    assert said("equal", voices([[1.0, -2.0], [3.0, 0.0]])) == pytest.approx(expit([2.0, -1.0]))


def test_calibrated_without_evidence_is_equal() -> None:
    spoken = voices(RNG.normal(size=(3, 9)))
    assert said("calibrated", spoken) == said("equal", spoken)


def test_calibrated_stretches_the_mean_logit_by_the_settled_slope() -> None:
    z, y = 0.3 * RNG.normal(size=(2, 4000)), RNG.integers(0, 2, 4000)
    past = evidence_of(voices(z), y, [0, 2000, 4000], np.ones((2, 2), dtype=bool))
    slope = settled_slope(z.mean(axis=0), y, [0, 2000, 4000], prior=1.0)
    found = blend("calibrated", voices([[1.0, -2.0], [3.0, 0.0]]), Facts(), past)
    assert found.weighing.slope == slope
    assert found.p == pytest.approx(expit([2 * slope, -slope]))


def test_rank_without_evidence_is_as_bold_as_the_median_voice() -> None:
    z, g = 0.2 * RNG.normal(size=(3, 50)), RNG.normal(size=(3, 50))
    found = blend("rank", voices(z, g), Facts(), None)
    assert found.weighing.slope == pytest.approx(
        boldness(spreads(z, np.array([0, 50])), g.mean(axis=0)), rel=1e-12
    )
    assert logit(found.p).std() == pytest.approx(np.median(z.std(axis=1)))


def test_boldness_gives_the_blend_the_median_spread() -> None:
    mean = RNG.normal(size=40)
    assert boldness(np.array([0.1, 0.3, 0.2]), mean) * mean.std() == pytest.approx(0.2)


def test_how_bold_a_voice_is_within_eras_does_not_depend_on_their_levels() -> None:
    z, starts = RNG.normal(size=(2, 60)), np.array([0, 10, 30, 60])
    z -= np.repeat([z[:, a:b].mean(axis=1) for a, b in ((0, 10), (10, 30), (30, 60))], [10, 20, 30], axis=0).T
    moved = z + np.repeat([-2.0, 0.0, 5.0], [10, 20, 30])
    assert spreads(moved, starts) == pytest.approx(z.std(axis=1), abs=1e-12)


def test_ranks_that_cancel_say_nothing() -> None:
    g = np.array([[1.0, -1.0], [-1.0, 1.0]])
    assert boldness(np.array([0.1, 0.1]), g.mean(axis=0)) == 1.0
    assert said("rank", voices(0.1 * g, g)) == [0.5, 0.5]


def test_weights_give_each_participant_one_voice() -> None:
    assert equal_weights(3).sum() == pytest.approx(1.0)
    weights = submission_weights([5, 5, 1, 5])
    assert weights == pytest.approx([1 / 6, 1 / 6, 1 / 2, 1 / 6])


def test_submission_weights_reproduce_the_blend_of_merged_logits() -> None:
    z, owners = RNG.normal(size=(5, 20)), [3, 1, 3, 2, 3]
    direct = expit(submission_weights(owners) @ z)
    assert said("equal", voices(merge(z, owners))) == pytest.approx(direct, abs=1e-12)


def test_fit_slope_is_worked_by_hand_where_x_is_one() -> None:
    # Three of four are 1: sigma(a) = 3/4.
    assert slopes.fit_slope([1.0, 1.0, 1.0, 1.0], [1, 0, 1, 1]) == pytest.approx(math.log(3), abs=1e-13)
    assert slopes.fit_slope([1e-200] * 4, [1, 0, 1, 1]) == pytest.approx(math.log(3) * 1e200)


def test_fit_slope_equals_scikit_learn() -> None:
    x = 0.12 * RNG.normal(size=4000)
    y = (RNG.random(4000) < expit(1.7 * x)).astype(int)
    peer = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-12, max_iter=1000).fit(x[:, None], y)
    assert slopes.fit_slope(x, y) == pytest.approx(peer.coef_[0, 0], rel=1e-6)


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 1)), min_size=2, max_size=30),
    st.sampled_from([1e-6, 0.1, 1.0, 1e6]),
)
def test_fit_slope_is_stationary_or_at_the_end_of_its_bracket(
    file: list[tuple[float, int]], scale: float
) -> None:
    x, y = np.array([a for a, _ in file]) * scale, np.array([b for _, b in file])
    slope = slopes.fit_slope(x, y)
    if not np.abs(x).max() > 1e-280:
        assert slope == 1.0
        return
    unit = x / np.abs(x).max()
    rms = np.abs(x).max() * np.sqrt(np.mean(unit**2))
    if abs(slope) * rms < slopes.STEEPEST * (1 - 1e-9):
        signs = 2 * y - 1
        score = np.sum(signs * x / rms * expit(-signs * slope * x))
        assert abs(score) < 1e-9
    else:
        assert abs(slope) * rms == pytest.approx(slopes.STEEPEST)


@given(st.lists(st.tuples(st.floats(-2, 2), st.integers(0, 1)), min_size=4, max_size=30))
def test_swapping_the_labels_turns_the_slope_round(file: list[tuple[float, int]]) -> None:
    x, y = np.array([a for a, _ in file]), np.array([b for _, b in file])
    if not np.any(x):
        return
    assert slopes.fit_slope(x, 1 - y) == pytest.approx(-slopes.fit_slope(x, y), rel=1e-6, abs=1e-9)


def test_separable_data_end_at_the_bracket_with_their_sign() -> None:
    x = np.array([2.0, -2.0, 2.0])
    assert slopes.fit_slope(x, [1, 0, 1]) == pytest.approx(15.0)
    assert slopes.fit_slope(x, [0, 1, 0]) == pytest.approx(-15.0)


def test_a_predictor_of_zeros_gets_slope_one() -> None:
    assert slopes.fit_slope([0.0, 0.0], [1, 0]) == 1.0


def test_the_likelihood_has_its_peak_at_the_fitted_slope() -> None:
    x = RNG.normal(size=300)
    y = (RNG.random(300) < expit(0.5 * x)).astype(int)

    def loss(slope: float) -> float:
        return float(np.mean(np.logaddexp(0, -(2 * y - 1) * slope * x)))

    fitted = slopes.fit_slope(x, y)
    assert loss(fitted) < min(loss(fitted - 0.01), loss(fitted + 0.01))


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: merge([[1.0], [2.0]], [1]), "bad_shape"),
        (lambda: slopes.fit_slope([1.0, 2.0], [1, -1]), "not_a_label"),
        (lambda: slopes.fit_slope([1.0, math.inf], [1, 0]), "not_finite"),
        (lambda: equal_weights(0), "empty"),
    ],
)
def test_bad_input_is_refused_with_a_code(call: Any, code: str) -> None:
    with pytest.raises(NumericsError) as caught:
        call()
    assert caught.value.code == code


def eras_of(slope: float, eras: int, rows: int, wobble: float = 0.0) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng([eras, rows])
    x = 0.3 * rng.normal(size=(eras, rows))
    own = slope + wobble * rng.normal(size=(eras, 1))
    y = rng.random((eras, rows)) < expit(own * x)
    return x.ravel(), y.ravel(), np.arange(0, eras * rows + 1, rows)


def test_many_eras_settle_a_slope_and_one_does_not() -> None:
    far = settled_slope(*eras_of(3.0, eras=200, rows=500), prior=1.0)
    near = settled_slope(*eras_of(3.0, eras=1, rows=100), prior=1.0)
    assert far == pytest.approx(slopes.fit_slope(*eras_of(3.0, eras=200, rows=500)[:2]), rel=0.05)
    assert 1.0 <= near < 1.0 + 0.5 * (slopes.fit_slope(*eras_of(3.0, eras=1, rows=100)[:2]) - 1.0)


def test_eras_that_disagree_settle_less_than_as_many_that_agree() -> None:
    calm, wild = eras_of(2.0, eras=12, rows=400), eras_of(2.0, eras=12, rows=400, wobble=3.0)
    kept = [
        (settled_slope(*one, prior=1.0) - 1.0) / (slopes.fit_slope(*one[:2]) - 1.0) for one in (calm, wild)
    ]
    assert 0.0 < kept[1] < kept[0] < 1.0


def test_a_settled_slope_is_worked_by_hand() -> None:
    # Four rows of x = 1, three of them 1: a = ln 3, H = 4 (3/4)(1/4) = 3/4; scores of the eras [1, 1] and
    # [1, 0] are 2/4 and -2/4: (1/4 + 1/4) 2/1 / (9/16) = 16/9, and 1/2 for there being two. Against 1/4:
    found = settled_slope([1.0, 1.0, 1.0, 1.0], [1, 1, 1, 0], [0, 2, 4], prior=1.0)
    assert found == pytest.approx((math.log(3) / 4 + 41 / 18) / (1 / 4 + 41 / 18), rel=1e-12)
