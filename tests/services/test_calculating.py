"""Payouts from one's own scores: the rule's own table, or the first fault by its place."""

import pytest

from tournaments.models import User
from tournaments.numerics.payouts import registry
from tournaments.services.access import STRANGER, Actor
from tournaments.services.calculating import calculate
from tournaments.services.errors import Forbidden, Invalid

ANYONE = Actor(User(username="ann"))
TWO = [{"key": "ann", "scores": {"log_loss": "0.69"}}, {"key": "bob", "scores": {"log_loss": 691_000_000}}]


def test_it_is_the_table_of_the_rule_and_the_list_is_the_order_of_odd_units():
    found = calculate(ANYONE, "ranked_pool", {"places": 2}, 101, TWO)
    # 1000 : 885 of 101: 53.58 and 47.42.
    assert [(one.key, one.place, one.paid) for one in found.awards] == [("ann", 1, 54), ("bob", 2, 47)]
    tied = [{**one, "scores": {"log_loss": 1}} for one in TWO]
    assert [one.paid for one in calculate(ANYONE, "ranked_pool", {}, 101, tied).awards] == [51, 50]
    turned = [{**one, "precedence": -place} for place, one in enumerate(tied)]
    assert {one.key: one.paid for one in calculate(ANYONE, "ranked_pool", {}, 101, turned).awards} == {
        "ann": 50,
        "bob": 51,
    }


def test_a_decimal_is_rounded_once_to_1e_9_halves_to_even_at_any_length():
    def read(text):
        entries = [{"key": "ann", "scores": {"pcs": text}}, {"key": "bob", "scores": {"pcs": 10**9}}]
        table = calculate(ANYONE, "contribution_pool", {}, 1, entries)
        return next(one.weight for one in table.awards if one.key == "ann")

    assert read("0.0000000005") == 0
    assert read("0.0000000015") == 2
    assert read("0.000000000500000000000000000001") == 1
    assert read("123456789012345678.123456789499999999999999999999") == 123456789012345678123456789


@pytest.mark.parametrize("rule", registry.NAMES)
def test_every_rule_can_be_computed_without_anybody(rule):
    table = calculate(ANYONE, rule, {}, 10**38 - 1, [])
    assert (table.paid, table.rolled_over) == (0, 10**38 - 1)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"entries": ["ann"]}, "bad_entry", "entry"),
        ({"entries": [{"key": "a", "scores": []}]}, "bad_entry", "entry"),
        ({"entries": [{"key": ""}]}, "bad_entry", "key"),
        ({"entries": [{"key": 5}]}, "bad_entry", "key"),
        ({"entries": [{"key": "a" * 101}]}, "bad_entry", "key"),
        ({"entries": [{"key": "a", "colour": 1}]}, "bad_entry", "colour"),
        ({"entries": [{"key": "a", "eligible": 1}]}, "bad_entry", "eligible"),
        ({"entries": [{"key": "a", "stake": 1.5}]}, "bad_entry", "stake"),
        ({"entries": [{"key": "a", "stake": 10**38}]}, "bad_entry", "stake"),
        ({"entries": [{"key": "a", "precedence": True}]}, "bad_entry", "precedence"),
        ({"entries": [{"key": "a", "scores": {"log_loss": 0.69}}]}, "bad_entry", "log_loss"),
        ({"entries": [{"key": "a", "scores": {"log_loss": "1e9"}}]}, "bad_entry", "log_loss"),
        ({"entries": [{"key": "a", "scores": {"log_loss": "٣"}}]}, "bad_entry", "log_loss"),
        ({"entries": [{"key": "a", "stake": -1}]}, "bad_entry", None),
        ({"entries": [{"key": "a", "scores": {"elo": 1}}]}, "bad_entry", None),
        ({"entries": [{"key": "a"}, {"key": "a"}]}, "bad_entry", None),
        ({"entries": [{"key": str(i)} for i in range(10_001)]}, "too_many_entries", None),
        ({"pool": -1}, "bad_pool", None),
        ({"pool": 10**38}, "bad_pool", None),
        ({"pool": True}, "bad_pool", None),
        ({"rule": "lottery"}, "invalid_rule", "payout_rule"),
        ({"parameters": {"places": 0}}, "invalid_rule", "places"),
    ],
)  # fmt: skip
def test_what_cannot_be_settled_is_refused_by_its_place(change, code, field):
    asked = {"rule": "ranked_pool", "parameters": {}, "pool": 1, "entries": TWO, **change}
    with pytest.raises(Invalid) as error:
        calculate(ANYONE, **asked)
    assert (error.value.code, error.value.details.get("field")) == (code, field)


def test_a_second_entry_at_fault_is_counted_as_people_count():
    with pytest.raises(Invalid, match="Entry 2, stake") as error:
        calculate(ANYONE, "wager", {}, 0, [{"key": "a"}, {"key": "b", "stake": "5"}])
    assert error.value.details["entry"] == 2


def test_strangers_are_asked_to_log_in():
    with pytest.raises(Forbidden) as error:
        calculate(STRANGER, "ranked_pool", {}, 1, [])
    assert error.value.code == "login_needed"
