"""Why a weight moved: each reason where it holds and nowhere else, what points the other way last."""

from dataclasses import replace
from typing import Any

import pytest

from tournaments.numerics.blending.registry import METHODS
from tournaments.services.reading.moves import Learnt, Reason, Stand, why

TEN = frozenset(range(10))


def stand(number: int = 2, blend: str = "stack", weight: float = 0.2, **more: Any) -> Stand:
    """A stand in a round of ten whose rules name the blend that it has."""
    alike = {"top": weight} if METHODS[blend].alike else {}
    return replace(Stand(number, blend, weight, TEN, wanted=blend), **{**alike, **more})


def codes(found: list[Reason]) -> list[str]:
    return [f"against {one.code}" if one.against else one.code for one in found]


BEFORE = stand(1, weight=0.1)


def test_the_first_time_has_nothing_to_compare_with() -> None:
    assert codes(why(stand(blend="rank", weight=0.1), None)) == ["first", "equal"]
    assert codes(why(stand(), None)) == ["first"]


def test_what_nobody_could_see_is_no_move() -> None:
    assert codes(why(stand(weight=0.10004), BEFORE)) == ["still"]
    assert codes(why(stand(weight=0.1001), BEFORE)) == ["together"]


def test_where_all_weigh_alike_only_their_number_matters() -> None:
    twelve = stand(blend="rank", weight=1 / 12, players=frozenset(range(1, 13)))
    late = (Learnt(1, "live", 1e-3, 0.0),)
    (reason,) = why(replace(twelve, learnt=late, cwmm=0.9), stand(1, "rank", 0.1, cwmm=0.1))
    assert (reason.code, reason.against) == ("equal", False)
    figures = {"blend": "rank", "participants": 12, "before": 10, "came": 3, "went": 1}
    assert dict(reason.figures) == figures


def test_who_is_not_heard_and_who_says_what_others_say_is_told_so() -> None:
    before = stand(1, "rank", 0.1)
    (silent,) = why(stand(blend="rank", weight=0.0, top=1 / 9), before)
    assert (silent.code, dict(silent.figures)) == ("silent", {"blend": "rank"})
    (copies,) = why(stand(blend="rank", weight=1 / 24, top=1 / 8), before)
    assert (copies.code, dict(copies.figures)) == ("copies", {"blend": "rank", "copies": 3, "voices": 8})
    (heard,) = why(stand(blend="rank", weight=1 / 9, top=1 / 9), before)
    assert (heard.code, heard.figures["participants"], heard.figures["before"]) == ("equal", 9, 10)


def test_another_blend_is_named_with_the_one_before() -> None:
    (reason,) = why(stand(weight=0.2), stand(1, "rank", 0.1))
    assert (reason.code, dict(reason.figures)) == ("another_blend", {"before": "rank", "now": "stack"})


def test_a_stand_in_says_for_which_blend_and_why() -> None:
    now = stand(blend="rank", weight=0.1, wanted="stack", why_not="It needs 5 resolved eras; there are 2.")
    found = why(now, BEFORE)
    assert codes(found) == ["another_blend", "stands_in", "equal"]
    assert found[1].figures["why"] == "It needs 5 resolved eras; there are 2."


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weight": 0.15, "cap": 0.15, "top_cap": 0.15, "top": 0.15}, "capped"),
        ({"weight": 0.5}, "topped"),
        ({"weight": 0.12, "cap": 0.15, "top_cap": 0.15, "top": 0.15}, "others_capped"),
        ({"weight": 0.02, "floor": 0.02}, "floored"),
        ({"weight": 0.0}, "nothing"),
        ({"weight": 0.1, "history": 0.4}, "newcomer"),
    ],
)
def test_what_holds_a_weight_is_told(changes: dict[str, Any], code: str) -> None:
    assert codes(why(stand(**changes), stand(1, weight=0.3))) == [code]


def test_a_weight_below_its_cap_and_above_its_floor_is_not_held() -> None:
    free = stand(weight=0.1, cap=0.3, top=0.25, top_cap=0.3, floor=0.01, history=0.9)
    assert codes(why(free, stand(1, weight=0.3))) == ["together"]


@pytest.mark.parametrize(
    ("weight", "now", "expected"),
    [
        (0.2, 9, ["others"]),
        (0.05, 11, ["others"]),
        (0.2, 11, ["together", "against others"]),
        (0.05, 9, ["together", "against others"]),
    ],
)
def test_those_who_come_take_weight_and_those_who_go_leave_it(
    weight: float, now: int, expected: list[str]
) -> None:
    assert codes(why(stand(weight=weight, players=frozenset(range(now))), BEFORE)) == expected


def test_only_what_became_known_since_then_counts() -> None:
    old, new = Learnt(1, "live", 5e-4, 1e-4), Learnt(2, "live", -5e-4, 1e-4)
    before = stand(1, weight=0.3, learnt=(old,))
    (reason,) = why(stand(weight=0.2, learnt=(old, new)), before)
    assert (reason.code, reason.figures["round"], reason.figures["own"]) == ("behind", 2, -5e-4)


def test_what_points_the_other_way_is_told_last() -> None:
    worse, better = Learnt(1, "live", -5e-4, 1e-4), Learnt(2, "test", 5e-4, 1e-4)
    found = why(stand(weight=0.2, learnt=(worse, better)), BEFORE)
    assert codes(found) == ["ahead", "against behind"]


def test_a_round_that_one_missed_tells_nothing_of_one() -> None:
    found = why(stand(weight=0.2, learnt=(Learnt(1, "live", None, 1e-4),)), BEFORE, away=2)
    assert codes(found) == ["away", "not_there", "together"]


def test_what_says_the_same_as_the_crowd_is_worth_less_where_weights_are_solved_for() -> None:
    near, far = {"cwmm": 0.95}, {"cwmm": 0.5}
    assert codes(why(stand(weight=0.05, **near), replace(BEFORE, **far))) == ["nearer"]
    assert codes(why(stand(weight=0.2, **far), replace(BEFORE, **near))) == ["farther"]
    assert codes(why(stand(weight=0.2, cwmm=0.93), replace(BEFORE, **near))) == ["together"]
    hedge = replace(BEFORE, blend="score", wanted="score", **near)
    assert codes(why(replace(hedge, number=2, weight=0.2, cwmm=0.5), hedge)) == ["together"]
