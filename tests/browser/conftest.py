"""One stack a test process, one Chromium while its browser tests run, and a context for each person."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import stage
from tests.browser.chromium import NoChromiumError, find, flags, this_machine
from tests.browser.people import Person
from tests.house import House, HouseTemplate

# Chromium waits this long, in ms, for whatever is waited for: a slow machine's patience.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
QUICK = {"RETRY_SECONDS": "1", "THROTTLE_ANON": "100000/min", "THROTTLE_UPLOAD": "10000/min"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and leave the unit tests of this folder without."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def stack(houses: HouseTemplate) -> Iterator[House]:
    """A house that lives as long as this test process."""
    with houses.built() as built:
        built.open(**QUICK)
        yield built


@pytest.fixture(scope="session")
def harbour(stack: House, tmp_path_factory: pytest.TempPathFactory) -> stage.Contest:
    """The contest whose pages are looked at."""
    folder = tmp_path_factory.mktemp("harbour")
    contest = stage.harbour(stack, folder)
    stage.regatta(stack, folder)
    return contest


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. It must be gone before other tests use the database: its loop forbids that to Django."""
    try:
        path = find(this_machine())
    except NoChromiumError as reason:
        pytest.fail(str(reason), pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=flags())
        yield started
        started.close()


Visit = Callable[..., Person]


@pytest.fixture
def visit(browser: Browser, stack: House, shots: Path) -> Iterator[Visit]:
    """Bring someone to the server: a person with a browser of their own, watched until the test ends."""
    with visitors(browser, stack, shots) as come:
        yield come


@pytest.fixture(scope="module")
def regulars(browser: Browser, stack: House, shots: Path) -> Iterator[Visit]:
    """Bring people who stay for all tests of a file: one browser each, and each test sees what it did."""
    with visitors(browser, stack, shots) as come:
        known: dict[str, Person] = {}

        def again(contest: stage.Contest, user: str) -> Person:
            if user not in known:
                known[user] = come(contest, user)
            return known[user]

        yield again


@pytest.fixture(scope="module")
def shown(harbour: stage.Contest, regulars: Visit) -> stage.Contest:
    """The contest with its door open, and the words in the addresses of its pages."""
    olga = regulars(harbour, "olga")
    olga.go("/t/harbour/joining/")
    olga.main.get_by_label("By code").check()
    olga.press("Save")
    harbour.known["code"] = olga.main.locator("#code").inner_text().replace("-", "")
    harbour.known["person"] = olga.number_in("/t/harbour/people/", "Albatross")
    harbour.known["forecaster"] = olga.number_in("/t/harbour/p/Albatross/", "main")
    if "batch" not in harbour.known:
        harbour.known["batch"] = batch_of(harbour, regulars(harbour, "ann"))
    harbour.known["purse"] = olga.number_in("/t/harbour/books/accounts/", "Albatross")
    harbour.known["booking"] = olga.number_in("/t/harbour/books/transactions/?kind=payout", "Payout")
    harbour.known["key"] = harbour.secrets["ann"]["token"].split("$")[0]
    return harbour


def batch_of(harbour: stage.Contest, ann: Person) -> int:
    """Have Ann say where she is paid, and collect what she is owed; returns the batch's number."""
    ann.go("/t/harbour/money/address/EUR/")
    ann.main.get_by_label("Account", exact=True).fill("DE89 3704 0044 0532 0130 00")
    ann.main.get_by_label("Account holder").fill("Ann Lee")
    ann.press("Save")
    asked = {"currency": "EUR", "min_age_hours": 0}
    number: int = harbour.api("olga").post("batches/", asked)["number"]
    return number


@contextlib.contextmanager
def visitors(browser: Browser, house: House, shots: Path) -> Iterator[Visit]:
    """Yield what brings people; in the end what the watch over each saw fails the test."""
    with contextlib.ExitStack() as leaving:
        people: list[Person] = []

        def come(contest: stage.Contest | None = None, user: str = "", **options: Any) -> Person:
            # Without motion, what is looked at is where it will stay.
            still = {
                "base_url": house.url,
                "locale": "en-GB",
                "timezone_id": "UTC",
                "reduced_motion": "reduce",
            }
            context = browser.new_context(**{**still, **options})
            leaving.callback(context.close)
            context.set_default_timeout(PATIENCE)
            people.append(Person(context, house, shots))
            if contest is not None and user:
                people[-1].log_in(contest, user)
            return people[-1]

        yield come
        for person in people:
            person.watch.check()


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where screenshots go, for people to look at."""
    folder = Path(__file__).resolve().parents[2] / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
