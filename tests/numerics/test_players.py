"""All of section 4 at once: agreement with its parts, and reasons where a figure is undefined."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.leave_one_out import loo_of_logits
from tournaments.numerics.players import Contribution, Mixture, contributions

RNG = np.random.default_rng(2)
Y = RNG.integers(0, 2, 200)
STARTS = np.array([0, 80, 140, 200])
Z = 0.2 * (2 * Y - 1) + RNG.normal(size=(4, 200))
PLACES = [3, 1, 2, 9]


def mixture(voices: Any) -> Mixture:
    weights = np.full(len(voices), 1 / len(voices))
    return Mixture(np.asarray(voices), weights, 0.5, expit(0.5 * (weights @ voices)))


def measured(voices: Any, y: Any = Y, starts: Any = STARTS) -> list[Contribution]:
    return contributions(mixture(voices), y, starts, PLACES[: len(voices)], seed=7)


def test_figures_are_rounded_to_whole_1e_9_and_agree_with_their_parts() -> None:
    found = measured(Z)
    loo = loo_of_logits(Z, np.full(4, 0.25), 0.5, Y)
    assert [one.loo for one in found] == np.round(loo, 9).tolist()
    for one in found:
        assert one.undefined == {}
        assert one.mmc == pytest.approx(np.mean(one.era_mmc), abs=1e-9)
        assert one.mmc_low is not None
        assert one.mmc_high is not None
        assert one.mmc_low <= one.mmc <= one.mmc_high
        assert len(one.era_mmc) == 3


def test_any_increasing_transform_of_a_voice_leaves_all_but_loo() -> None:
    changed = Z.copy()
    changed[2] = np.exp(3 * Z[2])
    crowd = mixture(Z)
    plain = contributions(crowd, Y, STARTS, PLACES, seed=7)
    other = contributions(replace(crowd, voices=changed), Y, STARTS, PLACES, seed=7)
    assert [replace(one, loo=0.0) for one in plain] == [replace(one, loo=0.0) for one in other]


def test_the_order_of_the_voices_is_no_matter_but_their_precedence_is() -> None:
    turn = np.array([2, 0, 3, 1])
    places = np.array(PLACES)
    crowd = mixture(Z)
    plain = contributions(crowd, Y, STARTS, places, seed=7)
    turned = contributions(replace(crowd, voices=Z[turn]), Y, STARTS, places[turn], seed=7)
    assert [plain[i] for i in turn] == turned
    later = contributions(crowd, Y, STARTS, places[::-1], seed=7)
    assert [one.src for one in later] != [one.src for one in plain]


def test_one_era_has_no_interval_and_no_turns() -> None:
    for one in measured(Z, starts=np.array([0, 200])):
        assert one.undefined == dict.fromkeys(("mmc_low", "mmc_high", "src", "pcs"), "too_few_eras")
        assert (one.mmc_low, one.src, one.pcs) == (None, None, None)
        assert one.mmc is not None


def test_one_class_leaves_the_loo_and_the_likeness() -> None:
    for one in measured(Z, y=np.ones(200, dtype=int)):
        assert set(one.undefined.values()) == {"one_class"}
        assert (one.mmc, one.src, one.pcs, one.era_mmc) == (None, None, None, [])
        assert one.cwmm is not None


def test_one_alone_has_no_crowd_to_differ_from() -> None:
    (one,) = measured(Z[:1])
    assert one.undefined == dict.fromkeys(("mmc", "mmc_low", "mmc_high", "cwmm"), "alone")
    assert one.src == one.pcs
    assert one.src is not None


def test_a_constant_voice_earns_nothing_and_still_has_a_loo() -> None:
    *others, flat = measured([*Z[:3], np.full(200, 0.1)])
    assert flat.undefined == dict.fromkeys(("mmc", "mmc_low", "mmc_high", "cwmm"), "constant")
    assert (flat.src, flat.pcs) == (0.0, 0.0)
    assert flat.loo != 0.0
    assert all(one.undefined == {} for one in others)


def test_a_silent_crowd_has_no_likeness() -> None:
    for one in measured([Z[0], -Z[0]]):
        assert one.undefined == {"cwmm": "constant"}
        assert one.mmc is not None


def test_no_two_players_share_a_place() -> None:
    with pytest.raises(NumericsError) as caught:
        contributions(mixture(Z[:2]), Y, STARTS, [1, 1], seed=7)
    assert caught.value.code == "bad_order"
