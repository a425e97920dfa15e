"""Three files in ten are worth nothing or worse: what that costs the default blend, and what does not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from scipy.special import expit
from threadpoolctl import threadpool_limits

from benchmarks.worlds.bad_company import GOOD, KINDS, SURE, cost, round_with, said
from benchmarks.worlds.panel import Panel
from tournaments.numerics.blending.registry import NAMES, blend, default_of
from tournaments.numerics.blending.voices import Voices, logits, merge, merge_ranks
from tournaments.numerics.blending.weighing import Evidence, Facts, evidence_of
from tournaments.numerics.ranks import gaussian_ranks

BAR = 1e-4  # nats
SEEDS = 4
YOUNG, OLD = 10, 15


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """These are small products: threads would only wait for each other."""
    with threadpool_limits(1):
        yield


def mean_cost(kind: str, fitted: int) -> float:
    rounds = (round_with(kind, seed, fitted) for seed in range(SEEDS))
    return float(np.mean([cost(one, said(one)) for one in rounds]))


@pytest.mark.parametrize("kind", KINDS)
def test_no_bad_company_costs_the_default_of_a_long_history(kind: str) -> None:
    assert default_of(OLD) == "stack"
    assert mean_cost(kind, OLD) <= BAR


@pytest.mark.parametrize("kind", KINDS)
def test_nor_does_it_cost_that_of_a_short_one(kind: str) -> None:
    assert default_of(YOUNG) == "rank"
    assert mean_cost(kind, YOUNG) <= BAR


def test_without_weights_the_same_company_is_dear() -> None:
    """The bar is no gift: the plain mean of all loses more than it with most kinds."""
    rounds = [round_with(kind, 0, YOUNG) for kind in KINDS]
    dear = [cost(one, said(one, "equal")) > BAR for one in rounds]
    assert sum(dear) >= 5


def test_what_is_said_on_validation_rows_changes_nothing() -> None:
    """One who knows these rows by heart is weighed as if they had guessed there, too."""
    knows = round_with("memorisers of validation", 1, OLD)
    rows = slice(0, int(knows.panel.starts[3]))
    assert set(np.abs(knows.panel.z[GOOD:, rows]).ravel()) == {SURE}
    guessed = knows.panel.z.copy()
    guessed[GOOD:, rows] *= np.random.default_rng(4).choice([-1.0, 1.0], size=guessed[GOOD:, rows].shape)
    assert said(knows).tolist() == said(knows.of(guessed)).tolist()


def test_fitted_on_validation_a_memoriser_would_be_believed() -> None:
    """The test above would be worth nothing if memorising had been no temptation."""
    one = round_with("memorisers of validation", 1, OLD)
    practice, late = one.panel.between(0, 3).evidence(), one.panel.between(3, one.panel.eras).evidence()
    as_five = evidence_of(
        practice.voices, practice.y, np.linspace(0, practice.rows, 6).astype(int), np.ones((30, 5))
    )
    assert blend("pool", late.voices, Facts(), as_five).weighing.weights[GOOD:].sum() > 0.99


def a_round(people: int, rows: int = 60, eras: int = 6, seed: int = 0) -> tuple[Voices, Evidence]:
    """What people say of one era more than there is evidence of."""
    rng = np.random.default_rng([people, seed])
    starts = np.arange(0, (eras + 1) * rows + 1, rows)
    truth = 0.4 * rng.normal(size=starts[-1])
    z = truth + rng.uniform(0.3, 1.5, (people, 1)) * 0.4 * rng.normal(size=(people, truth.size))
    panel = Panel(z, rng.random(truth.size) < expit(truth), starts, ())
    whole = panel.evidence()
    return whole.voices.rows(slice(int(starts[-2]), None)), whole.before(eras)


def facts(people: int) -> Facts:
    return Facts(stakes=np.arange(1, people + 1), seed=7)


@pytest.mark.parametrize("name", NAMES)
def test_twelve_near_copies_of_one_participant_weigh_as_one(name: str) -> None:
    rng = np.random.default_rng(12)
    starts, owners = np.arange(0, 421, 60), np.array([0, 1, 2, *[3] * 12])
    truth = 0.4 * rng.normal(size=420)
    files = expit(truth + 0.3 * rng.normal(size=(4, 420)))
    copies = expit(logits(files[3]) + 0.01 * rng.normal(size=(12, 420)))
    y = rng.random(420) < expit(truth)

    def of(p: np.ndarray, who: np.ndarray) -> np.ndarray:
        z = merge([logits(one) for one in p], who)
        g = merge_ranks([gaussian_ranks(one, starts) for one in p], who, [0, 420])
        past = evidence_of(Voices(z, g).rows(slice(0, 360)), y[:360], starts[:7], np.ones((4, 6), dtype=bool))
        return blend(name, Voices(z, g).rows(slice(360, None)), facts(4), past).p

    crowd, alone = of(np.concatenate([files[:3], copies]), owners), of(files, np.arange(4))
    np.testing.assert_allclose(logits(crowd), logits(alone), atol=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_submissions_does_not_matter(name: str) -> None:
    voices, past = a_round(7)
    order = np.random.default_rng(1).permutation(7)
    turned = Evidence(past.voices.people(order), past.y, past.starts, past.there[order])
    stakes = facts(7).stakes
    assert stakes is not None
    first = blend(name, voices, facts(7), past).p
    second = blend(name, voices.people(order), Facts(stakes=stakes[order], seed=7), turned).p
    np.testing.assert_allclose(first, second, rtol=0, atol=ORDER.get(name, 1e-9))


ORDER = {"pool": 1e-4, "stack": 1e-6}
"""How far the solvers may stop from each other; the others add the same numbers in another order."""


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_rows_within_eras_does_not_matter(name: str) -> None:
    voices, past = a_round(7)
    rng = np.random.default_rng(2)
    order = np.concatenate([60 * era + rng.permutation(60) for era in range(past.eras)])
    turned = Evidence(past.voices.rows(order), past.y[order], past.starts, past.there)
    mixed = rng.permutation(60)
    first = blend(name, voices, facts(7), past).p
    second = blend(name, voices.rows(mixed), facts(7), turned).p
    np.testing.assert_allclose(first[mixed], second, rtol=0, atol=max(ORDER.get(name, 0.0), 1e-9))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("people", [1, 2])
def test_one_or_two_participants_can_be_blended(name: str, people: int) -> None:
    voices, past = a_round(people)
    found = blend(name, voices, facts(people), past)
    assert found.weighing.weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert found.weighing.certified
    assert ((found.p > 0) & (found.p < 1)).all()


@pytest.mark.parametrize("name", NAMES)
def test_all_who_say_the_same_are_blended_to_what_one_of_them_is(name: str) -> None:
    voices, past = a_round(1)
    many = Voices(np.repeat(voices.z, 5, axis=0), np.repeat(voices.g, 5, axis=0))
    same = Voices(np.repeat(past.voices.z, 5, axis=0), np.repeat(past.voices.g, 5, axis=0))
    five = Evidence(same, past.y, past.starts, np.ones((5, past.eras), dtype=bool))
    alone = blend(name, voices, facts(1), past).p
    together = blend(name, many, facts(5), five)
    # What draws the slope of `stack` to its prior is the stronger, the more voices there are.
    np.testing.assert_allclose(together.p, alone, rtol=0, atol=5e-3 if name == "stack" else 1e-6)
    if name != "stake":
        np.testing.assert_allclose(together.weighing.weights, 0.2, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_more_participants_than_rows_can_be_blended(name: str) -> None:
    voices, past = a_round(60, rows=5)
    assert past.rows < 60
    found = blend(name, voices, facts(60), past)
    assert found.weighing.weights.sum() == pytest.approx(1.0, abs=1e-9)
    assert found.weighing.weights.min() >= 0
    assert found.weighing.certified
    assert np.isfinite(found.p).all()
