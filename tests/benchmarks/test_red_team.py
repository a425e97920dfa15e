"""Those who would live off another's work, in the reference world: what is caught, named, and let through."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.red_team import honest, last_comer
from benchmarks.worlds.copycats import ATTACKS, ROWS, SPLITS, Copycats, attack, classroom, copycats, ranks_of
from tournaments.numerics.originality import Originality, round_originality
from tournaments.numerics.precedence import precedence_positions

PAGE = Path(__file__).parents[2] / "docs/formulas.md"
COPIES = [
    "exact copy",
    "affine, 0.4 + 0.2p",
    "cube",
    "ranks",
    "snapped to 0.02",
    "upside down, 1 − p",
    "p on validation, 1 − p after",
    "copy + 0.1 sd",
    "copy + 0.3 sd",
]
MIXES = ["mix of 2", "mix of 5"]
HOLES = ["copy + 0.7 sd", "copy + 1.0 sd"]


@pytest.fixture(scope="module", params=[0, 1])
def world(request: pytest.FixtureRequest) -> Copycats:
    return copycats(request.param)


def measured(files: list[np.ndarray], owners: list[int], precedence: list[int]) -> list[Originality]:
    ranks = np.array([ranks_of(one) for one in files])
    return round_originality(ranks, np.array(files), owners, precedence, SPLITS)


def test_every_attack_is_in_one_of_the_three_lists() -> None:
    assert sorted(ATTACKS) == sorted(COPIES + MIXES + HOLES)


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_in_whatever_disguise_is_gated(world: Copycats, name: str) -> None:
    told = last_comer(world, attack(world, name))
    assert told.gated
    assert told.originality.nearest == world.victim


@pytest.mark.parametrize("name", MIXES)
def test_a_plain_mix_passes_the_gate_and_is_named(world: Copycats, name: str) -> None:
    told = last_comer(world, attack(world, name))
    assert (told.gated, told.named) == (False, True)


@pytest.mark.parametrize("name", HOLES)
def test_a_copy_drowned_in_noise_is_a_known_hole(world: Copycats, name: str) -> None:
    told = last_comer(world, attack(world, name))
    assert (told.gated, told.named) == (False, False)


def test_the_honest_are_neither_gated_nor_named(world: Copycats) -> None:
    for one in honest(world):
        assert one.max_abs_rho < 0.9
        assert one.residual is not None
        assert one.residual > 0.05


def test_the_victim_is_measured_as_if_no_copycat_had_come(world: Copycats) -> None:
    copies = [attack(world, name) for name in COPIES[:4]]
    order = list(range(len(world.p) + len(copies)))
    together = measured([*world.p, *copies], order, order)
    assert together[: len(world.p)] == honest(world)


def test_ones_own_near_copies_do_not_gate_each_other(world: Copycats) -> None:
    files = [world.p[0], *classroom(world)]
    found = measured(files, [1, *[2] * len(files[1:])], list(range(len(files))))
    assert [one.nearest for one in found[1:]] == [0] * len(files[1:])
    assert all(one.max_abs_rho < 0.95 for one in found)


def test_a_class_that_shares_a_notebook_loses_all_but_the_first(world: Copycats) -> None:
    students = list(classroom(world))
    order = list(range(len(students)))
    assert [one.max_abs_rho > 0.95 for one in measured(students, order, order)] == [False, *[True] * 5]


def test_the_victim_uploads_again_and_keeps_its_place(world: Copycats) -> None:
    again = attack(world, "copy + 0.1 sd")
    # Uploads at 5 and 40; the copycat came at 20, between them.
    kept = precedence_positions(np.array([ranks_of(world.prey), ranks_of(again)]), [5, 40], SPLITS)
    assert kept.tolist() == [5, 5]
    victim, copycat = measured([again, world.prey], [1, 2], [int(kept[1]), 20])
    assert (victim.originality, copycat.nearest) == (1.0, 0)
    assert copycat.max_abs_rho > 0.95


def test_a_slot_that_was_squatted_with_noise_gives_no_place_to_a_copy(world: Copycats) -> None:
    noise = np.random.default_rng(1).uniform(0.4, 0.6, 10 * ROWS)
    kept = precedence_positions(np.array([ranks_of(noise), ranks_of(world.prey)]), [1, 30], SPLITS)
    assert kept.tolist() == [1, 30]


def test_the_page_of_formulas_prints_what_each_attack_gets() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    printed = {line.split("|")[1].strip() for line in rows}
    assert set(ATTACKS) <= printed
