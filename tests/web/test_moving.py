"""A sentence for every reason that the services name, calm and exact."""

import doctest
import re
from pathlib import Path

import pytest

from tournaments.services.reading import moves
from tournaments.services.reading.moves import Reason
from tournaments.web.boards import moving


def test_the_examples_hold():
    assert doctest.testmod(moving).failed == 0


def test_every_reason_has_a_sentence_and_no_other():
    named = re.findall(r'Reason\("(\w+)"', Path(moves.__file__).read_text())
    assert set(moving.SAID) == set(named)


@pytest.mark.parametrize(
    ("code", "figures", "said"),
    [
        ("first", {}, "It is part of the crowd for the first time."),
        ("away", {"rounds": 1}, "It was away for a round."),
        ("away", {"rounds": 3}, "It was away for 3 rounds."),
        ("another_blend", {"before": "rank", "now": "stack"}, "“stack” in place of “rank”."),
        ("stands_in", {"blend": "rank", "wanted": "stack", "why": "It needs 5."}, "for “stack”. It needs 5."),
        ("stands_in", {"blend": "rank", "wanted": "stack", "why": ""}, "did not certify"),
        ("equal", {"blend": "rank", "participants": 3, "before": None, "came": 0, "went": 0}, "same: 1/3."),
        ("equal", {"blend": "rank", "participants": 3, "before": 2, "came": 1, "went": 0}, "one other came"),
        ("equal", {"blend": "rank", "participants": 3, "before": 3, "came": 1, "went": 1}, "same: 1/3."),
        ("silent", {"blend": "rank"}, "“rank” does not hear it"),
        ("copies", {"copies": 3, "voices": 8}, "ranks the rows as 2 others do: together one voice, 1/8."),
        ("copies", {"copies": 2, "voices": 8}, "ranks the rows as one other does: together"),
        ("capped", {"cap": 0.2}, "at its cap of 20.00%."),
        ("topped", {"times": 5.0}, "nobody weigh more than 5 times"),
        ("others_capped", {"cap": 0.2}, "what they may not have is shared."),
        ("floored", {"floor": 0.01}, "the floor of 1.00%."),
        ("nothing", {"blend": "pool"}, "“pool” gives it no weight"),
        ("newcomer", {"history": 0.25, "participants": 8}, "there for 25% of the labelled rows"),
        ("others", {"came": 1, "went": 0}, "One other came."),
        ("ahead", {"round": 3, "split": "live", "own": 5e-4, "mean": -1e-4}, "more than the mean of all"),
        ("behind", {"round": 4, "split": "test", "own": 0, "mean": 1e-4}, "The test rows of round 4 are new"),
        ("not_there", {"round": 3, "split": "live", "own": None, "mean": 0}, "it was not there."),
        ("nearer", {"before": 0.5, "now": 0.75}, "before: CWMM 0.750, before 0.500."),
        ("farther", {"before": 0.5, "now": 0.25}, "CWMM 0.250, before 0.500."),
        ("together", {}, "found together."),
        ("still", {}, "It did not move."),
    ],
)  # fmt: skip
def test_a_reason_is_one_sentence(code, figures, said):
    (sentence,) = moving.sentences([Reason(code, figures)])
    assert said in sentence
    assert sentence[0].isupper() or sentence[0] in "“0123456789"
    assert sentence.endswith(".")


def test_what_points_the_other_way_says_so():
    (sentence,) = moving.sentences([Reason("others", {"came": 2, "went": 0}, against=True)])
    assert sentence == "Against that: 2 others came."
