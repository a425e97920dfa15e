"""The page of the meta-model says what was measured, also where it does not please."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import machine
from benchmarks.judging import BLENDS, REFERENCES
from benchmarks.meta_model_page import page_of, told, verdict
from benchmarks.worlds.bad_company import KINDS
from tournaments.numerics.blending.registry import NAMES

CHECKOUT = Path(__file__).resolve().parents[2]
SHOWN = (*BLENDS, "default", "mean of probabilities", *REFERENCES[1:])


def a_walk(difference: list[float], weeks: bool) -> dict[str, Any]:
    others = {name: difference for name in SHOWN if name != "default"}
    return {
        "eras": 45, "rows": 22_500, "best": ["a model"],
        "gain": {name: [0.001, 0.0008, 0.0012] for name in SHOWN},
        "over": {name: dict.fromkeys(REFERENCES, difference) for name in SHOWN},
        "default_over": others, "default_over_weeks": others if weeks else {},
        "wins": dict.fromkeys(others, 7), "settings": {},
    }  # fmt: skip


def figures(difference: list[float], dear: float = 0.0) -> dict[str, Any]:
    costs = {"10": [dear, dear, dear], "20": [-0.0002, -0.0003, -0.0001]}
    return {
        "machine": machine.describe(), "embargo": 1, "since": 15, "worlds": 10, "companies": 20,
        "ensembles": a_walk(difference, False), "flights": a_walk(difference, True),
        "ensembles_young": a_walk(difference, False), "flights_young": a_walk(difference, True),
        "rare": a_walk(difference, False),
        "slopes": {"least": 0.2, "most": 2.4, "ranks": -1.9, "logits": 0.1},
        "company": {kind: {"default": costs, "equal": costs} for kind in KINDS},
    }  # fmt: skip


def test_every_blend_and_every_bad_company_has_its_rows() -> None:
    page = page_of(figures([0.0003, 0.0001, 0.0005]))
    assert sorted({*BLENDS, "stake"}) == sorted(NAMES)
    for name in BLENDS:
        assert page.count(f"\n| `{name}` |") == 6
    for kind in KINDS:
        assert f"\n| {kind} |" in page
    assert "No kind costs more than the bar." in page
    assert "the slope, not the ranks" not in page


def test_what_does_not_hold_is_said() -> None:
    page = page_of(figures([-0.0003, -0.0005, -0.0001], dear=0.0003))
    assert "worse, more than noise" in page
    assert "**Bad company, `rank`.** Above the bar: junk, inverted" in page
    assert "the slope, not the ranks" in page


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ([0.1, 0.01, 0.2], "better, more than noise"),
        ([-0.1, -0.2, -0.01], "worse, more than noise"),
        ([0.1, -0.01, 0.2], "noise"),
    ],
)
def test_an_interval_that_holds_zero_is_noise(figure: list[float], words: str) -> None:
    assert verdict(figure) == words


def test_figures_are_in_ten_thousandths_and_zero_has_no_sign() -> None:
    assert told([0.00123, 0.0001, 0.0024]) == "+12.3 [1.0, 24.0]"
    assert told([-1e-7, -1e-7, 2e-6]) == "+0.0 [0.0, 0.0]"


def test_the_published_page_has_every_blend() -> None:
    page = (CHECKOUT / "docs/meta-model.md").read_text()
    assert all(f"\n| `{name}` |" in page for name in (*BLENDS, "default"))
