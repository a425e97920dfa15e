"""The round that all others of this folder are compared with."""

import pytest

from tests.faults.play import Play
from tests.faults.prints import Fingerprint

pytestmark = pytest.mark.house


def test_an_undisturbed_round_has_all_that_could_be_lost_or_doubled(undisturbed: Fingerprint) -> None:
    assert undisturbed["round"] == [("settled", 8)]
    assert [row[1] for row in undisturbed["receipts"]] == ["ann", "bob", "cyd", "dan", "eve", "ann", "bob"]
    assert [row[0] for row in undisturbed["selections"]] == [1, 3, 4, 5, 6, 7]
    splits = [row[1] for row in undisturbed["scores"]]
    # Seven practised, six were selected, and three blends are judged on both splits.
    assert {split: splits.count(split) for split in splits} == {"validation": 7, "test": 9, "live": 9}
    import pprint; pprint.pprint({k: [[(x if not isinstance(x, str) else x[:40]) for x in r] for r in undisturbed[k]] for k in ("receipts","originality", "weights", "payouts", "ledger", "public log", "settlements","meta-models","work")}, width=140)
    assert 0


def test_the_same_round_played_again_publishes_the_same(play: Play, undisturbed: Fingerprint) -> None:
    assert play.finish() == undisturbed
