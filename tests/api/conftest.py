"""A world with a client for each of its people; counters of its own for each test."""

import uuid
from typing import Any

import pytest

from tests.api.stage import Caller
from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import Round
from tournaments.services.access import Actor

stages = Stages(__name__)


@pytest.fixture(autouse=True)
def _own_counters(settings: Any) -> None:
    """Throttles count from zero in every test."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}


@stages.step
def world(tmp_path: Any) -> World:
    return World(tmp_path, pool=1_000)


@stages.step
def player_ann(world: World) -> Actor:
    return world.player("ann")


@stages.step
def player_bob(world: World) -> Actor:
    return world.player("bob")


@stages.step
def empty(world: World) -> Round:
    """An open round to which nobody has submitted."""
    return world.open_round()


@stages.step
def opened(world: World, player_ann: Actor, player_bob: Actor, empty: Round) -> Round:
    """The round, to which Ann and Bob have submitted."""
    for noise, actor in enumerate((player_ann, player_bob), 1):
        world.submit(actor, empty, world.skill(0.5, noise=noise))
    drain()
    return empty


@stages.step
def closed(world: World, opened: Round) -> Round:
    """The same round, closed and blended."""
    return world.close(opened)


@stages.step
def resolved(world: World, closed: Round) -> Round:
    """The same round, with its results."""
    return world.resolve(closed)


@pytest.fixture
def ann(player_ann: Actor) -> Caller:
    return Caller(player_ann)


@pytest.fixture
def bob(player_bob: Actor) -> Caller:
    return Caller(player_bob)


@pytest.fixture
def olga(world: World) -> Caller:
    return Caller(world.operator)
