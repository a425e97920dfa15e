"""Stakes over HTTP: set by a program, refused with a code, hidden until the close."""

from pathlib import Path
from typing import Any

import pytest

from tests.api.stage import Caller, T, ok, problem
from tests.services.test_stakes import has, rich, staked_world
from tests.world import World, drain
from tournaments.services import stakes

STAKE, STAKES = f"{T}/rounds/1/stake/", f"{T}/rounds/1/stakes/"


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    return staked_world(tmp_path, stake_least=100, stake_most=800)


@pytest.fixture
def player_ann(world: World) -> Any:
    return rich(world, "ann", 700)


@pytest.fixture
def player_bob(world: World) -> Any:
    return rich(world, "bob", 900)


@pytest.fixture
def open_round(world: World) -> Any:
    return world.open_round()


def put(caller: Caller, key: str = "", **body: Any) -> Any:
    return caller.put(STAKE, body, format="json", **({"HTTP_IDEMPOTENCY_KEY": key} if key else {}))


def test_a_stake_is_set_read_and_taken_back(ann: Caller, open_round: Any) -> None:
    found = ok(ann.get(STAKE))
    assert (found["currency"], found["currency_digits"], found["balance"]) == ("USD", 2, 700)
    assert (found["least"], found["most"], found["stakes"]) == (100, 800, [])
    made = ok(put(ann, amount=300))
    assert made["balance"] == 400
    assert made["stakes"] == [
        {
            **{"forecaster": "main", "amount": 300, "confidence": None},
            **{"state": "open", "won": None, "burned": None},
        }
    ]
    assert ok(ann.get(STAKE)) == made
    assert ok(put(ann, amount=0))["balance"] == 700


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"amount": 701}, 409, "not_enough"),
        ({"amount": 99}, 400, "stake_too_small"),
        ({"amount": 801}, 400, "stake_too_large"),
        ({"amount": 100, "confidence": 5}, 400, "bad_confidence"),
        ({"amount": 100, "forecaster": "other"}, 404, "unknown_forecaster"),
        ({"amount": -1}, 400, "invalid"),
        ({"amount": "1.5"}, 400, "invalid"),
        ({}, 400, "invalid"),
        ({"amount": 100, "confidence": 0}, 400, "invalid"),
    ],
)
def test_what_cannot_be_staked_is_a_problem(
    world: World, player_ann: Any, ann: Caller, open_round: Any, body: Any, status: int, code: str
) -> None:
    problem(put(ann, **body), status, code)
    assert has(world, player_ann) == 700


def test_the_bounds_stand_in_the_problem(ann: Caller, open_round: Any) -> None:
    assert problem(put(ann, amount=1), 400, "stake_too_small")["least"] == 100
    assert problem(put(ann, amount=801), 400, "stake_too_large")["most"] == 800


def test_a_key_stakes_once_and_for_one_stake_only(world: World, ann: Caller, open_round: Any) -> None:
    ok(put(ann, "k", amount=200))
    ok(put(ann, amount=300))
    assert ok(put(ann, "k", amount=200))["balance"] == 400
    problem(put(ann, "k", amount=400), 409, "idempotency_key_reused")


def test_a_key_needs_the_scope_to_stake(world: World, player_ann: Any, open_round: Any) -> None:
    for scopes in (("read",), ("read", "upload")):
        problem(put(Caller(player_ann, *scopes), amount=100), 403, "scope_missing")
    ok(put(Caller(player_ann, "read", "stake"), amount=100))


def test_what_others_stake_is_told_from_the_close_on(
    world: World, player_ann: Any, player_bob: Any, ann: Caller, bob: Caller, open_round: Any
) -> None:
    world.submit(player_ann, open_round, world.skill(0.4, 1))
    drain()
    ok(put(ann, amount=200))
    ok(put(bob, amount=900 - 100))
    problem(bob.get(STAKES), 409, "stakes_hidden")
    problem(Caller().get(STAKES), 409, "stakes_hidden")
    before = ok(Caller(world.operator).get(STAKES))
    world.close(open_round)
    found = ok(Caller().get(STAKES))
    assert found == before
    assert found["total"] == 1_000
    told = [(one["alias"], one["forecaster"], one["amount"]) for one in found["stakes"]]
    assert told == [("Bob", "main", 800), ("Ann", "main", 200)]
    problem(put(ann, amount=0), 409, "round_not_open")
    assert ok(ann.get(STAKE))["stakes"][0]["state"] == "locked"


def test_an_auction_reads_a_confidence(db: None, tmp_path: Path) -> None:
    world = staked_world(tmp_path, payout_rule="auction", pool=100)
    caller = Caller(rich(world, "ann", 700))
    round_ = world.open_round()
    problem(put(caller, amount=100), 400, "confidence_needed")
    ok(put(caller, amount=100, confidence=200_000_000))
    assert stakes.of_round(round_)[0].confidence == 200_000_000


def test_where_the_rule_takes_none_nothing_is_staked(db: None, tmp_path: Path) -> None:
    world = staked_world(tmp_path, payout_rule="ranked_pool", pool=100)
    caller = Caller(rich(world, "ann", 700))
    world.open_round()
    problem(put(caller, amount=100), 409, "not_staked_here")
    problem(caller.get(STAKE), 409, "not_staked_here")
