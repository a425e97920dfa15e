"""The round that all others of this folder are compared with."""

import pytest

from tests.faults.play import Play
from tests.faults.prints import Fingerprint
from tournaments.numerics.blending.registry import NAMES

pytestmark = pytest.mark.house


def test_an_undisturbed_round_has_all_that_could_be_lost_or_doubled(undisturbed: Fingerprint) -> None:
    assert undisturbed["round"][0][:2] == ("settled", 8)
    assert [row[1] for row in undisturbed["receipts"]] == ["ann", "bob", "cyd", "dan", "eve", "ann", "bob"]
    assert [row[0] for row in undisturbed["selections"]] == [1, 3, 4, 5, 6, 7]
    splits = [row[1] for row in undisturbed["scores"]]
    blends = [row[0] for row in undisturbed["meta-models"]]
    assert {"equal", "calibrated", "rank"} <= set(blends) <= set(NAMES)
    # Seven practised, six were selected, and every blend that could be made is judged on both splits.
    judged = 6 + len(blends)
    assert {split: splits.count(split) for split in splits} == {
        "validation": 7, "test": judged, "live": judged,
    }  # fmt: skip
    assert {row[0]: row[-1] for row in undisturbed["originality"]} == {
        1: True, 3: True, 4: False, 5: True, 6: True, 7: True,
    }  # fmt: skip
    assert [row[7] for row in undisturbed["receipts"]].count("too_near") == 1
    paid = {row[0]: row[6] for row in undisturbed["payouts"]}
    assert [alias for alias in paid if not paid[alias]] == ["dan"]
    assert sum(paid.values()) == 1000
    assert sum(row[-1] for row in undisturbed["ledger"]) == 0
    said = [row[0] for row in undisturbed["public log"]]
    assert said == ["opened", "closed", "blended", "labels", "resolved", "settled"]
    assert [row[1] for row in undisturbed["work"] if row[0] == "blend"] == sorted(NAMES)
    # Practice, test and live scores; blends; close, reminder, originality, meta-model, conclusion, standings.
    assert len(undisturbed["work"]) == 7 + 6 + 6 + len(NAMES) + 6
    assert {row[3:] for row in undisturbed["work"]} == {("done", 0, None, "")}


def test_the_same_round_played_again_publishes_the_same(play: Play, undisturbed: Fingerprint) -> None:
    assert play.finish() == undisturbed
