"""What those who live off another's work are paid, in twenty reference worlds of ten eras: issue 6's bars."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.red_team_pay import (
    BARS,
    KNOWN_HOLES,
    PCS,
    RULES,
    WORLDS,
    Arena,
    Outcome,
    attacker_share,
    latecomers,
    outcomes,
    victim_keeps,
)
from benchmarks.worlds.copycats import ATTACKS, CAMPAIGNS, ERAS, ROWS, files_of
from tournaments.numerics.payouts.registry import RULES as REGISTRY
from tournaments.numerics.ranks import gaussian_ranks

PAGE = Path(__file__).parents[2] / "docs/formulas.md"
MONOTONE = ("affine, 0.4 + 0.2p", "cube", "ranks")
"""Attacks whose Gaussian ranks are those of the exact copy, and so is all that PCS reads of them."""
STARTS = np.arange(0, ERAS * ROWS + 1, ROWS)


@pytest.fixture(scope="module")
def arenas() -> list[Arena]:
    return [Arena(seed) for seed in range(WORLDS)]


@functools.cache
def _paid(arenas: tuple[Arena, ...], attack: str) -> Sequence[Outcome]:
    return [outcomes(arena, attack, [PCS])[0] for arena in arenas]


def paid(arenas: list[Arena], attack: str) -> Sequence[Outcome]:
    """What the contribution pool pays, computed once for attacks of the same ranks."""
    return _paid(tuple(arenas), "exact copy" if attack in MONOTONE else attack)


def printed(attack: str) -> list[list[str]]:
    """The cells of an attack's row in each of the two tables of section 6."""
    section = PAGE.read_text().split("\n## 6.")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines()]
    return [row[1:] for row in rows if row[0].removesuffix(" (known hole)") == attack]


@pytest.mark.parametrize("attack", MONOTONE)
def test_an_increasing_transform_of_a_copy_has_its_ranks(arenas: list[Arena], attack: str) -> None:
    for arena in arenas:
        copy, disguised = (files_of(arena.world, name)[0] for name in ("exact copy", attack))
        assert (gaussian_ranks(copy, STARTS) == gaussian_ranks(disguised, STARTS)).all()


@pytest.mark.parametrize("attack", BARS)
def test_a_contribution_pool_pays_copies_next_to_nothing_and_the_victim_as_before(
    arenas: list[Arena], attack: str
) -> None:
    found = paid(arenas, attack)
    assert len(found) >= 20
    assert attacker_share(found) <= BARS[attack]
    assert victim_keeps(found) >= 0.98


def test_the_bars_are_those_that_were_asked_for() -> None:
    assert {name: BARS[name] for name in ("exact copy", "mix of 5", "copy + 0.7 sd", "copy + 1.0 sd")} == {
        "exact copy": 0.01,
        "mix of 5": 0.01,
        "copy + 0.7 sd": 0.05,
        "copy + 1.0 sd": 0.10,
    }
    assert set(MONOTONE) | {"mix of 2"} <= set(BARS)


def test_the_last_of_the_honest_are_paid_like_the_first(arenas: list[Arena]) -> None:
    assert latecomers(arenas) >= 0.8


def test_rules_that_say_they_pay_copies_do(arenas: list[Arena]) -> None:
    """The other side of the table: what the pages say of these rules is no false modesty."""
    others = [played for played in RULES if played.rule != PCS.rule]
    by_rule = zip(*(outcomes(arena, "exact copy", others) for arena in arenas), strict=True)
    for played, found in zip(others, by_rule, strict=True):
        assert REGISTRY[played.rule].about.copy_proof.holds != "yes"
        assert attacker_share(found) > 0.5


def test_the_page_prints_every_attack_and_names_the_known_holes(arenas: list[Arena]) -> None:
    for attack in (*ATTACKS, *CAMPAIGNS):
        assert len(printed(attack)) == 2, attack
    assert {attack for attack in CAMPAIGNS if f"| {attack} (known hole) |" in PAGE.read_text()} == set(
        KNOWN_HOLES
    )
    column = [played.title for played in RULES].index(PCS.title)
    for attack in BARS:
        attacker, victim = printed(attack)
        assert attacker[column] == f"{attacker_share(paid(arenas, attack)):.2f}"
        assert victim[column] == f"{victim_keeps(paid(arenas, attack)):.2f}"
