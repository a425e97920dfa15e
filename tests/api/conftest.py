"""A world with a client for each of its people; counters of its own for each test."""

import uuid
from typing import Any

import pytest

from tests.api.stage import Caller
from tests.world import World, drain
from tournaments.models import Round


@pytest.fixture(autouse=True)
def _own_counters(settings: Any) -> None:
    """Throttles count from zero in every test."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture
def world(db: None, tmp_path: Any) -> World:
    return World(tmp_path, pool=1_000)


@pytest.fixture
def ann(world: World) -> Caller:
    return Caller(world.player("ann"))


@pytest.fixture
def bob(world: World) -> Caller:
    return Caller(world.player("bob"))


@pytest.fixture
def olga(world: World) -> Caller:
    return Caller(world.operator)


@pytest.fixture
def opened(world: World, ann: Caller, bob: Caller) -> Round:
    """An open round to which Ann and Bob have submitted."""
    round_ = world.open_round()
    for noise, caller in enumerate((ann, bob), 1):
        assert caller.actor is not None
        world.submit(caller.actor, round_, world.skill(0.5, noise=noise))
    drain()
    return round_


@pytest.fixture
def closed(world: World, opened: Round) -> Round:
    """The same round, closed and blended."""
    return world.close(opened)
