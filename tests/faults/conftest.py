"""One house for the whole folder: what a test breaks in it is mended before the next."""

import signal
from collections.abc import Iterator

import pytest

from tests.faults.play import Contest, Play
from tests.faults.prints import Fingerprint
from tests.house import House, HouseTemplate

# The shortest that a slow machine keeps: a heartbeat a second, a lease of three.
QUICK = {
    "LEASE_SECONDS": "3",
    "RETRY_SECONDS": "1",
    "THROTTLE_UPLOAD": "10000/min",
    "WEBHOOKS_PRIVATE": "true",
}


@pytest.fixture(scope="package")
def shared(houses: HouseTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contest]:
    """A contest on a house that lives as long as the tests of this folder."""
    with houses.built() as built:
        built.open(**QUICK)
        yield Contest(built, tmp_path_factory.mktemp("contest"))


@pytest.fixture
def house(shared: Contest) -> Iterator[House]:
    """The house, whole before and after each test."""
    yield shared.house
    mend(shared.house)


@pytest.fixture
def play(house: House, shared: Contest) -> Play:
    """A round that has just opened."""
    return shared.open_round()


@pytest.fixture(scope="package")
def undisturbed(shared: Contest) -> Fingerprint:
    """What a round publishes when nothing happens to it."""
    return shared.open_round().finish()


def mend(house: House) -> None:
    """Wake what was frozen, start what was killed, and wait until all of it answers."""
    assert house.stack is not None
    if house.databases.postgres.process() is None:
        house.databases.postgres.start()
    if "valkey" not in house.home.started():
        house.databases.valkey.start()
    for name in house.stack.commands:
        if name in house.stack.running:
            house.kill(name, signal.SIGCONT)
        else:
            house.start(name)
    house.stack.wait_for_web(house.url)
    house.until(house.worker_answers)
