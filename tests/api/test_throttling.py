"""How often one may ask, and that nobody is held back when Redis is away."""

from typing import Any

import pytest

from tests.api.stage import V1, Caller, T, ok, problem
from tests.world import World
from tournaments.api import throttling

PATH = f"{V1}/tournaments/"


@pytest.fixture
def rates(monkeypatch: Any) -> None:
    slow = {"anon": "2/hour", "user": "3/hour", "upload": "1/hour"}
    monkeypatch.setattr(throttling.Throttle, "THROTTLE_RATES", slow)


def test_a_stranger_is_counted_by_address(db: None, rates: None) -> None:
    stranger = Caller()
    assert [stranger.get(PATH).status_code for _ in range(3)] == [200, 200, 429]
    response = stranger.get(PATH)
    problem(response, 429, "throttled")
    assert 0 < int(response["Retry-After"]) <= 3_601
    assert stranger.get(PATH, REMOTE_ADDR="10.1.1.1").status_code == 200


def test_what_a_stranger_says_of_their_address_does_not_count(db: None, rates: None, settings: Any) -> None:
    asked = [Caller().get(PATH, HTTP_X_FORWARDED_FOR=f"1.1.1.{i}").status_code for i in range(3)]
    assert asked == [200, 200, 429]
    settings.TRUSTED_PROXY = True
    seen = [Caller().get(PATH, HTTP_X_FORWARDED_FOR=f"9.9.9.{i}, 2.2.2.2").status_code for i in range(3)]
    assert seen == [200, 200, 429]
    assert Caller().get(PATH, HTTP_X_FORWARDED_FOR="9.9.9.9, 3.3.3.3").status_code == 200


def test_a_user_is_counted_over_all_their_keys(ann: Caller, bob: Caller, rates: None) -> None:
    other = Caller(ann.actor)
    assert [one.get(PATH).status_code for one in (ann, other, ann, other)] == [200, 200, 200, 429]
    ok(bob.get(PATH))


def test_uploads_are_counted_apart_from_reading(world: World, ann: Caller, rates: None) -> None:
    world.open_round()
    path = f"{T}/rounds/1/submissions/"
    ok(ann.upload(path, world.csv(world.skill(0.5, noise=1))), 201)
    problem(ann.upload(path, world.csv(world.skill(0.5, noise=2))), 429, "throttled")
    ok(ann.get(path))


def test_nobody_is_held_back_when_redis_is_away(
    world: World, ann: Caller, rates: None, settings: Any
) -> None:
    nowhere = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nowhere}
    assert [ann.get(PATH).status_code for _ in range(5)] == [200] * 5
    assert [Caller().get(PATH).status_code for _ in range(5)] == [200] * 5
