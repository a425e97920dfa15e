"""Every era is said from labels that were known before it: what is planted later changes nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import expit

from tournaments.numerics.blending.registry import FEW_ERAS, NAMES, blend
from tournaments.numerics.blending.voices import Voices
from tournaments.numerics.blending.walk_forward import folds_of, walk
from tournaments.numerics.blending.weighing import Evidence, Facts, evidence_of

ERAS, ROWS, PEOPLE = 12, 40, 5
FACTS = Facts(stakes=np.arange(1, PEOPLE + 1), embargo=1, seed=3)


@pytest.fixture(scope="module")
def past() -> Evidence:
    rng = np.random.default_rng(5)
    truth = 0.5 * rng.normal(size=ERAS * ROWS)
    z = truth + np.array([[0.2], [0.3], [0.5], [0.8], [1.5]]) * rng.normal(size=(PEOPLE, truth.size))
    y = rng.random(truth.size) < expit(truth)
    starts = np.arange(0, truth.size + 1, ROWS)
    return evidence_of(Voices(z, z / z.std()), y, starts, np.ones((PEOPLE, ERAS), dtype=bool))


def planted(past: Evidence, era: int) -> Evidence:
    """The same evidence with the labels of this era and all later ones turned round."""
    y = past.y.copy()
    y[past.starts[era] :] ^= True
    return dataclasses.replace(past, y=y)


def test_folds_cover_every_era_once() -> None:
    assert folds_of(12, 1, 4) == [(0, 1), (1, 3), (3, 6), (6, 9), (9, 12)]
    assert folds_of(1, 1, 8) == [(0, 1)]
    assert folds_of(3, 1, 8) == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("embargo", [0, 1, 3])
def test_labels_of_the_future_are_never_used(past, name, embargo) -> None:
    facts = dataclasses.replace(FACTS, embargo=embargo)
    true = walk(name, past, facts, folds=ERAS)
    for era in (1, 6, 11):
        lying = walk(name, planted(past, era), facts, folds=ERAS)
        # An era's labels are first heard by what is said `embargo` eras after it.
        known = int(past.starts[min(ERAS, era + 1 + embargo)])
        assert lying.p[:known].tolist() == true.p[:known].tolist()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "equal"])
def test_labels_of_the_past_are_used(past, name) -> None:
    true, lying = (walk(name, one, FACTS, folds=ERAS).p for one in (past, planted(past, 2)))
    assert true[-ROWS:].tolist() != lying[-ROWS:].tolist()


def test_each_run_is_what_a_blend_of_its_past_says(past) -> None:
    found = walk("stack", past, FACTS, folds=3)
    last = found.folds[-1]
    assert last.fitted == last.first - FACTS.embargo
    rows = slice(int(past.starts[last.first]), int(past.starts[last.last]))
    again = blend("stack", past.voices.rows(rows), FACTS, past.before(last.fitted))
    assert found.p[rows].tolist() == again.p.tolist()


def test_rank_speaks_until_there_are_enough_eras(past) -> None:
    found = walk("pool", past, FACTS, folds=ERAS)
    speakers = {fold.first: fold.blended.name for fold in found.folds}
    assert all(name == ("pool" if first - 1 >= FEW_ERAS else "rank") for first, name in speakers.items())
    assert found.folds[0].fitted == 0


def test_eras_that_are_only_fitted_on_are_not_said(past) -> None:
    found = walk("rank", past, FACTS, since=8, folds=2)
    assert [(fold.first, fold.last) for fold in found.folds] == [(8, 9), (9, 10), (10, 12)]
    assert set(found.p[: past.starts[8]]) == {0.5}
    assert 0.5 not in found.p[past.starts[8] :]
