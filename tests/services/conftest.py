"""A small tournament with Ann in it; files that need another one make their own."""

import pytest

from tests.world import World
from tournaments.services.access import participant_of


@pytest.fixture
def world(tmp_path, db):
    return World(tmp_path)


@pytest.fixture
def ann(world):
    return world.player("ann")


@pytest.fixture
def heron(world, ann):
    return participant_of(ann, world.tournament)
