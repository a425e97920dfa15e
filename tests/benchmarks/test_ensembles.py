"""The reference world "Ensembles" is what FORMULAS says, and weighing its forecasters pays there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from threadpoolctl import threadpool_limits

from benchmarks.judging import draws_of, in_blocks, interval, judge
from benchmarks.worlds.ensembles import (
    COPIES,
    FORECASTERS,
    MISCALIBRATED,
    ROWS,
    SPREAD,
    Ensembles,
    ensembles,
    rare,
)
from benchmarks.worlds.panel import Panel
from tournaments.numerics.blending.weighing import Facts
from tournaments.numerics.bootstrap import ratio_intervals

SINCE = 15


@pytest.fixture(scope="module")
def world() -> Ensembles:
    return ensembles(0)


def test_it_has_sixty_eras_of_thirty_forecasters(world: Ensembles) -> None:
    assert world.panel.z.shape == (30, 60 * 500)
    assert world.panel.eras == 60
    assert set(np.diff(world.panel.starts)) == {500}


def test_labels_are_drawn_from_the_truth_whose_sd_is_a_sixth(world: Ensembles) -> None:
    # Factors are independent and w has length one.
    assert world.truth.std() == pytest.approx(0.16, rel=0.03)
    bold = world.truth > 0.2
    rate, chance = world.panel.y[bold].mean(), expit(world.truth[bold]).mean()
    assert rate == pytest.approx(chance, abs=4 * np.sqrt(0.25 / bold.sum()))


def test_logits_have_the_miscalibrations_that_may_be_drawn(world: Ensembles) -> None:
    found = world.panel.z.std(axis=1) / SPREAD
    nearest = np.abs(found[:, None] - np.array(MISCALIBRATED)).min(axis=1)
    np.testing.assert_allclose(nearest, 0, atol=1e-9)
    assert len(found) == FORECASTERS


def test_the_first_eight_are_near_copies_and_no_others(world: Ensembles) -> None:
    rho = np.atleast_2d(np.corrcoef(world.panel.z))
    np.fill_diagonal(rho, 0)
    assert rho[0, 1:COPIES].min() > 0.98
    assert np.abs(rho[COPIES:]).max() < 0.95


def test_forecasters_become_stale_as_the_world_drifts() -> None:
    def told(world: Ensembles, rows: slice) -> float:
        return float(np.corrcoef(world.panel.z.mean(axis=0)[rows], world.truth[rows])[0, 1])

    worlds = [ensembles(seed) for seed in range(4)]
    early, late = (
        np.mean([told(one, rows) for one in worlds]) for rows in (slice(20 * ROWS), slice(-20 * ROWS, None))
    )
    assert early > late + 0.05


def test_one_seed_gives_one_world() -> None:
    one, same, other = ensembles(3, eras=4), ensembles(3, eras=4), ensembles(4, eras=4)
    np.testing.assert_array_equal(one.panel.z, same.panel.z)
    assert (one.panel.y != other.panel.y).any()


def test_the_default_gains_over_the_mean_of_logits_beyond_doubt() -> None:
    """The lower end of a 95 % interval over worlds and eras is above zero (issue 5, point 4)."""
    names = ("equal", "rank", "stack")
    with threadpool_limits(1):
        judged = [judge(ensembles(seed).panel, SINCE, Facts(seed=seed), names, folds=4) for seed in range(10)]
    better = np.array([one.sums["equal"] - one.sums["default"] for one in judged])
    rows = np.array([one.rows for one in judged])
    gain, low, _ = interval(better, rows, draws_of(*rows.shape))
    assert low > 0
    assert gain > 2e-4


def test_no_judged_label_is_used_before_its_time() -> None:
    """What is planted in the labels from some era on changes nothing that was said until then."""
    panel = ensembles(5, eras=20, rows=60).panel
    turned = panel.y.copy()
    turned[panel.starts[17] :] ^= True
    lying = Panel(panel.z, turned, panel.starts, panel.names)
    for name in ("rank", "stack", "score"):
        true, false = (judge(one, 15, Facts(), (name,)).walks[name].p for one in (panel, lying))
        # Era 17's labels are first heard by era 19: one is left out in between.
        assert true[: panel.starts[19]].tolist() == false[: panel.starts[19]].tolist()
        assert true[panel.starts[19] :].tolist() != false[panel.starts[19] :].tolist()


def test_the_best_so_far_is_chosen_by_what_was_known_then() -> None:
    """Hand-made: the first is right in eras 0 and 1, less surely in 1, the second from era 2 on."""
    z = np.array([[2.0, 1.0, -2.0, -2.0, -2.0, -2.0], [-2.0, -1.0, 2.0, 2.0, 2.0, 2.0]])
    panel = Panel(z, np.ones(6, dtype=bool), np.arange(7), ("one", "two"))
    judged = judge(panel, 2, Facts(embargo=1), ("equal",))
    wrong, right = np.logaddexp(0, [2.0, -2.0])
    # Era 2 knows era 0, era 3 also era 1, era 4 also era 2, and era 5 also era 3: then the second leads.
    assert judged.sums["best so far"].tolist() == [wrong, wrong, wrong, right]
    assert judged.sums["best in hindsight"].tolist() == [right] * 4
    assert judged.best == "two"


def test_the_default_is_rank_until_fifteen_eras_are_known() -> None:
    panel = ensembles(6, eras=20, rows=60).panel
    judged = judge(panel, 12, Facts(embargo=1), ("rank", "stack"))
    taken = ["rank" if era - 1 < 15 else "stack" for era in range(12, 20)]
    assert judged.sums["default"].tolist() == [judged.sums[name][at] for at, name in enumerate(taken)]


def test_the_interval_of_one_world_is_the_bootstrap_over_its_eras() -> None:
    rng = np.random.default_rng(0)
    sums, rows = rng.normal(1.0, 3.0, (1, 40)), rng.integers(50, 90, (1, 40))
    draws = draws_of(1, 40, draws=2_000)
    expected = ratio_intervals(sums, rows[0], draws.counts[:, 0])[0]
    found = interval(sums, rows, draws)
    np.testing.assert_allclose(found, [sums.sum() / rows.sum(), *expected], rtol=1e-12)


def test_weeks_are_sums_of_days() -> None:
    assert in_blocks(np.arange(10.0)[None], 7).tolist() == [[21.0, 24.0]]


@pytest.mark.parametrize(("eras", "name"), [(8, "rank"), (22, "stack")])
def test_rare_outcomes_are_blended_about_their_rate(eras: int, name: str) -> None:
    """Ranks within an era do not tell how many of its rows are ones; the default says it all the same."""
    world = rare(0, eras)
    assert world.panel.y.mean() == pytest.approx(0.1, abs=0.04)
    since = eras - 4
    judged = judge(world.panel, since, Facts(), ("equal", name), folds=1)
    loss, plain = (judged.sums[one].sum() / judged.rows.sum() for one in (name, "equal"))
    assert loss < 0.4
    assert loss < plain + 1e-3
