"""The first hour: from a server that nobody has used, with two CSV files and no manual, to a first upload.

Every page is reached by what stands on the page before; only the two links are typed.
"""

import csv
import io
import re
import time
from urllib.parse import urlsplit

import pytest

from tests.browser import field as world
from tests.browser.looks import glance
from tests.browser.people import Person
from tests.house import House

SECRET = "seven boats before breakfast"
PEOPLE = 150
MOST_CLICKS = 20


@pytest.fixture
def stack(house: House) -> House:
    """A house of its own, in which nobody has been."""
    return house


def roster() -> bytes:
    """Return the operator's list of people."""
    lines = [f"Person {i:03d},{40_000 + i},{('Monday', 'Tuesday')[i % 2]}" for i in range(1, PEOPLE + 1)]
    return "\n".join(["name,external_id,group", *lines]).encode()


def test_from_an_empty_server_to_a_first_upload(stack: House, visit, capsys) -> None:
    began = time.monotonic()
    olga = visit()
    _makes_the_first_account(olga, stack)
    _creates_a_tournament(olga)
    _makes_a_round_of_one_file(olga)
    links = _adds_everyone(olga)
    _opens_the_round(olga)
    seconds = time.monotonic() - began
    with capsys.disabled():
        print(f"\nThe first hour: {olga.clicks} clicks, {olga.typed} fields, {seconds:.0f} s by machine.")
    assert olga.clicks <= MOST_CLICKS
    assert len(links) == PEOPLE
    _uploads(visit(), links[0])
    _sees_it_arrive(olga)


def _makes_the_first_account(olga: Person, house: House) -> None:
    said = house.manage("setup_link").stdout
    address = urlsplit(re.findall(r"http\S+", said)[0])
    olga.go(f"{address.path}?{address.query}")
    olga.reads("The first account")
    glance(olga, "first-hour-setup")
    olga.fill("User name", "olga")
    olga.fill("New password", SECRET)
    olga.fill("New password again", SECRET)
    olga.press("Make the account")


def _creates_a_tournament(olga: Person) -> None:
    olga.reads("Three steps to the first round")
    glance(olga, "first-hour-start")
    olga.press("Create a tournament")
    olga.fill("Name", "Harbour weather")
    olga.fill("Question", "Will there be more wind than in the median week?")
    olga.press("Create the tournament")


def _makes_a_round_of_one_file(olga: Person) -> None:
    olga.reads("New round of Harbour weather")
    olga.give("Rows to predict", "rows.csv", world.rows_file())
    olga.press("Look into the file")
    olga.reads("rows.csv")
    glance(olga, "first-hour-columns")
    olga.press("Make the draft and check it")
    olga.reads("Check of round 1")
    glance(olga, "first-hour-check")


def _adds_everyone(olga: Person) -> list[str]:
    olga.press("Next: add people")
    olga.give("Roster, as CSV", "people.csv", roster())
    olga.press("Preview")
    glance(olga, "first-hour-roster")
    olga.press(f"Add {PEOPLE} participants")
    olga.reads(f"{PEOPLE} participants added")
    glance(olga, "first-hour-links")
    with olga.page.expect_download() as saved:
        olga.press("Download as CSV")
    olga.press("Go on")
    sheet = csv.DictReader(io.StringIO(saved.value.path().read_text(encoding="utf-8-sig")))
    return [line["link"] for line in sheet]


def _opens_the_round(olga: Person) -> None:
    olga.home()
    olga.press("Open round 1")
    olga.confirm("Open the round")
    olga.page.wait_for_url(re.compile("/t/harbour-weather/1/$"))


def _uploads(pia: Person, link: str) -> None:
    pia.go(urlsplit(link).path)
    glance(pia, "first-hour-link")
    pia.main.get_by_role("button", name=re.compile("^Log in as ")).click()
    pia.reads("Choose a password")
    glance(pia, "first-hour-password")
    pia.press("Not now")
    glance(pia, "first-hour-participant")
    pia.drop("mine.csv", world.csv(world.predictions(0.7, 3)))
    pia.press("Upload predictions")
    pia.reads("Accepted")


def _sees_it_arrive(olga: Person) -> None:
    olga.home()
    olga.reads(f"1 of {PEOPLE} in")
    olga.press("Audit log")
    olga.reads("Audit log")
    olga.go("/audit/")
    glance(olga, "server-audit")
