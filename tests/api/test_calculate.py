"""Payouts from one's own scores over HTTP: each rule's table by hand, limits, and nothing written."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.stage import V1, Caller, ok, problem
from tournaments.numerics.payouts import registry

PATH = f"{V1}/payouts/calculate/"


def ask(caller: Caller, rule: str, pool: int, entries: list[Any], **parameters: Any) -> Any:
    body = {"rule": rule, "pool": pool, "entries": entries, "parameters": parameters}
    return caller.post(PATH, body, format="json")


def entry(key: str, stake: int = 0, **scores: Any) -> dict[str, Any]:
    return {"key": key, "scores": scores, **({"stake": stake} if stake else {})}


def got(answer: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    """By key: paid, burned and returned."""
    return {one["key"]: (one["paid"], one["burned"], one["returned"]) for one in answer["awards"]}


def test_a_ranked_pool_by_hand(ann: Caller) -> None:
    found = ok(ask(ann, "ranked_pool", 101, [entry("b", log_loss="0.692"), entry("a", log_loss="0.691")]))
    # 1000 : 885 of 101 are 53.58 and 47.42.
    assert got(found) == {"a": (54, 0, 54), "b": (47, 0, 47)}
    assert [one["place"] for one in found["awards"]] == [1, 2]
    assert (found["paid"], found["rolled_over"], found["parameters"]) == (101, 0, {"places": 100})


def test_a_contribution_pool_by_hand(ann: Caller) -> None:
    entries = [entry("a", pcs=3_000), entry("b", pcs="0.000001"), entry("c", pcs=0)]
    found = ok(ask(ann, "contribution_pool", 1_000, entries))
    # 3,000 : 1,000 in 1e-9; c adds nothing.
    assert got(found) == {"a": (750, 0, 750), "b": (250, 0, 250), "c": (0, 0, 0)}
    reasons = {one["key"]: one["reason"] for one in found["awards"]}
    assert reasons == {"a": "", "b": "", "c": "no_weight"}


def test_a_wager_by_hand(ann: Caller) -> None:
    found = ok(ask(ann, "wager", 0, [entry("a", 100, wager="0.6"), entry("b", 100, wager=400_000_000)]))
    # The stake times one's score less the mean by stakes, 0.5.
    assert got(found) == {"a": (10, 0, 110), "b": (0, 10, 90)}


def test_a_stake_curve_by_hand(ann: Caller) -> None:
    entries = [
        entry("a", 1_000, corr="0.02", mmc="0.01"),
        entry("b", 1_000, corr="-0.01", mmc="-0.5"),
        entry("c", 1_000, corr=0, mmc=0),
    ]
    found = ok(ask(ann, "stake_curve", 500, entries))
    # 0.5 · 0.02 + 2 · 0.01 = 3 % of 1,000; beyond 5 % it ends.
    assert got(found) == {"a": (30, 0, 1_030), "b": (0, 50, 950), "c": (0, 0, 1_000)}
    assert found["rolled_over"] == 520
    half = ok(ask(ann, "stake_curve", 500, entries, threshold=1_500))
    assert got(half)["a"] == (15, 0, 1_015)  # all is scaled by 1,500 of 3,000 at risk


def test_an_auction_by_hand(ann: Caller) -> None:
    entries = [
        entry("timid", 100, log_loss="0.69", confidence="0.25"),
        entry("bold", 100, log_loss="0.69", confidence="0.5"),
        entry("wrong", 50, log_loss="0.7", confidence=1_000_000_000),
        entry("late", 70, log_loss="0.1", confidence="0.1"),
    ]
    found = ok(ask(ann, "auction", 500, entries))
    # Wrong bids most and loses 50; bold wins 100 / 0.5; of timid's 100 / 0.25 = 400 there are 300 left.
    assert [one["key"] for one in found["awards"]] == ["wrong", "bold", "timid", "late"]
    assert got(found) == {
        "wrong": (0, 50, 0),
        "bold": (200, 0, 300),
        "timid": (300, 0, 400),
        "late": (0, 0, 70),
    }
    reasons = [one["reason"] for one in found["awards"]]
    assert reasons == ["not_better_than_a_coin", "", "pool_exhausted", "pool_exhausted"]
    assert (found["paid"], found["burned"], found["rolled_over"]) == (500, 50, 50)


@pytest.mark.parametrize("rule", registry.NAMES)
def test_every_unit_is_somewhere_and_the_same_body_gives_the_same_table(ann: Caller, rule: str) -> None:
    scores = {"log_loss": 1, "corr": 2, "mmc": 3, "wager": 4, "confidence": 5 * 10**8, "pcs": 7, "src": 8}
    entries = [
        entry(str(i), 10**20 + i, **{name: i * value for name, value in scores.items()}) for i in (1, 2)
    ]
    answers = [ok(ask(ann, rule, 10**37 + 1, entries)) for _ in range(2)]
    assert answers[0] == answers[1]
    found = answers[0]
    assert found["paid"] + found["rolled_over"] == found["pool"] + found["burned"]
    assert found["paid"] == sum(one["paid"] for one in found["awards"])


def test_nothing_is_written_and_no_round_is_read(ann: Caller) -> None:
    with CaptureQueriesContext(connection) as asked:
        ok(ask(ann, "wager", 0, [entry("a", 1, wager=1)]))
    told = [one["sql"] for one in asked if "tournaments_apikey" not in one["sql"]]
    assert not [text for text in told if not text.startswith(("SELECT", "SAVEPOINT", "RELEASE"))]
    assert not [text for text in told if "tournaments_round" in text or "tournaments_entry" in text]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"rule": "lottery", "pool": 1, "entries": []}, 400, "invalid"),
        ({"rule": "wager", "pool": -1, "entries": []}, 400, "invalid"),
        ({"rule": "wager", "pool": 1.5, "entries": []}, 400, "invalid"),
        ({"rule": "wager", "pool": 1, "entries": [], "parameters": {"clips": 1}}, 400, "invalid_rule"),
        ({"rule": "wager", "pool": 1, "entries": [{"key": "a", "scores": {"wager": 0.5}}]}, 400, "bad_entry"),
        ({"rule": "wager", "pool": 1, "entries": [{"key": "a"}, {"key": "a"}]}, 400, "bad_entry"),
        ({"rule": "wager", "entries": []}, 400, "invalid"),
    ],
)
def test_what_is_wrong_has_a_code(ann: Caller, body: Any, status: int, code: str) -> None:
    found = ann.post(PATH, body, format="json")
    assert (found.status_code, found.json()["code"]) == (status, code), found.json()
    problem(found, status, code)


def test_ten_thousand_are_settled_and_not_one_more(ann: Caller) -> None:
    many = [entry(str(i), log_loss=i) for i in range(10_000)]
    assert len(ok(ask(ann, "ranked_pool", 10**6, many))["awards"]) == 10_000
    found = problem(ask(ann, "ranked_pool", 1, [*many, entry("x", log_loss=1)]), 400, "invalid")
    assert [(one["field"], one["code"]) for one in found["errors"]] == [("entries", "max_length")]


def test_a_body_has_two_mebibytes_and_not_one_byte_more(ann: Caller) -> None:
    body = json.dumps({"rule": "wager", "pool": 1, "entries": []})
    assert ok(ann.upload(PATH, body.ljust(2 << 20).encode(), "POST", "application/json"))["rolled_over"] == 1
    problem(
        ann.upload(PATH, body.ljust((2 << 20) + 1).encode(), "POST", "application/json"), 413, "too_large"
    )


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        (entry("a", 1, wager="1e9"), {"entry": 2, "field": "wager"}),
        (entry("", 1, wager=1), {"entry": 2, "field": "key"}),
        ({"key": "a", "scores": {}, "colour": 1}, {"entry": 2, "field": "colour"}),
        (entry("a", -1, wager=1), {"key": "a"}),
        (entry("a", 1, elo=1), {"key": "a", "name": "elo"}),
    ],
)
def test_the_entry_at_fault_is_named(ann: Caller, bad: Any, where: dict[str, Any]) -> None:
    found = problem(ask(ann, "wager", 0, [entry("b", 1, wager=1), bad]), 400, "bad_entry")
    assert {name: found.get(name) for name in where} == where


@pytest.mark.parametrize(
    "entry",
    [rb'{"key":"\ud800"}', rb'{"\udfff":1}', rb'{"key":"a","scores":{"\uD83D":1}}'],
)
def test_half_a_character_is_a_fault_of_the_sender_wherever_it_stands(ann: Caller, entry: bytes) -> None:
    body = b'{"rule":"ranked_pool","pool":1,"entries":[' + entry + b"]}"
    problem(ann.upload(PATH, body, "POST", "application/json"), 400, "parse_error")
    whole = b'{"rule":"ranked_pool","pool":1,"entries":[{"key":"\\ud83d\\ude00"}]}'
    assert ok(ann.upload(PATH, whole, "POST", "application/json"))["awards"][0]["key"] == "\U0001f600"


def test_strangers_are_asked_for_a_key(world: Any) -> None:
    problem(ask(Caller(), "wager", 0, []), 401, "login_needed")
