"""The house that other tests rely on: what it starts, what it can break, and that it comes back."""

import signal
from collections.abc import Iterator

import httpx
import psutil
import pytest

from tests.house import House, HouseTemplate

pytestmark = pytest.mark.house


@pytest.fixture(scope="module")
def house(houses: HouseTemplate) -> Iterator[House]:
    """One house for both tests: the first leaves it whole, which is what it shows."""
    with houses.built() as built:
        built.open()
        yield built


def _status(house: House) -> int:
    try:
        return httpx.get(f"{house.url}/healthz", timeout=20).status_code
    except httpx.TransportError:
        return 0


def test_a_house_survives_the_loss_of_each_of_its_parts(house: House) -> None:
    assert _status(house) == 200

    worker = psutil.Process(house.home.started()["worker"].pid)
    session = [worker, *worker.children(recursive=True)]
    assert len(session) > 2
    house.kill("worker", signal.SIGKILL)
    assert not any(process.is_running() and process.status() != "zombie" for process in session)
    house.until(lambda: not house.worker_answers())
    house.start("worker")
    house.until(house.worker_answers)

    house.databases.postgres.stop()
    assert _status(house) == 503
    house.databases.postgres.start()
    assert _status(house) == 200

    house.restart_valkey()
    house.until(house.worker_answers)
    house.flush_valkey()
    house.until(house.worker_answers)


def test_the_application_may_not_change_the_tables(house: House) -> None:
    done = house.manage("migrate", "tournaments", "zero", check=False)
    assert done.returncode != 0
    assert "permission denied" in done.stderr or "must be owner" in done.stderr
    assert house.rows("SELECT count(*) FROM tournaments_entry") == [(0,)]
