"""Readers unlike most: one whose browser runs no scripts, and one whose clock is not UTC."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.browser import field as world
from tests.browser import stage


@pytest.fixture(scope="module")
def inlet(stack, tmp_path_factory):
    """A contest with an open round in which nobody has submitted."""
    contest = stage.Contest(stack, "inlet", "Inlet", tmp_path_factory.mktemp("inlet"))
    contest.make({"ann": "Albatross"}, 1)
    contest.open(1)
    return contest


def test_without_scripts_one_logs_in_uploads_and_sees_the_receipt(inlet, visit):
    ann = visit(java_script_enabled=False)
    ann.go("/login/")
    ann.fill("User name or email", "ann")
    ann.fill("Password", inlet.secrets["ann"]["password"])
    ann.main.get_by_role("button", name="Log in", exact=True).click()
    ann.go("/t/inlet/1/upload/")
    file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": world.csv(world.predictions(0.7, 3))}
    ann.main.locator("input[type=file]").set_input_files(file)
    ann.press("Upload predictions")
    ann.reads("Accepted")
    ann.shoot("without-scripts-receipt")
    ann.press("Follow its score")
    ann.page.wait_for_url(re.compile(r"/s/\d+/$"))


@pytest.mark.parametrize(
    ("typed", "meant", "shown"),
    [
        ("2040-01-15T18:30", datetime(2040, 1, 15, 23, 30), "15 Jan 2040, 18:30 GMT-5"),
        ("2040-07-01T18:30", datetime(2040, 7, 1, 22, 30), "1 Jul 2040, 18:30 GMT-4"),
    ],
    ids=["winter", "summer"],
)
def test_a_deadline_is_typed_in_ones_own_zone_and_kept_in_utc(inlet, visit, typed, meant, shown):
    olga = visit(inlet, "olga", timezone_id="America/New_York")
    olga.go("/t/inlet/1/extend/")
    olga.sees(re.compile("in your zone"))
    olga.main.get_by_label("Albatross").check()
    olga.main.locator("input[data-utc]").fill(typed)
    olga.sees(f"That is {meant:%Y-%m-%d, %H:%M} UTC.")
    olga.fill("Reason", "the harbour was closed")
    olga.shoot("extend-in-new-york")
    with olga.page.expect_navigation():
        olga.press("Extend the deadline")
    query = """SELECT e.closes_at FROM tournaments_extension e JOIN tournaments_round r ON r.id = e.round_id
               JOIN tournaments_tournament t ON t.id = r.tournament_id WHERE t.slug = 'inlet'
               ORDER BY e.id DESC LIMIT 1"""
    assert inlet.house.rows(query) == [(meant.replace(tzinfo=UTC),)]
    olga.go("/t/inlet/1/extend/")
    expect(olga.main.get_by_role("row", name=re.compile("Albatross"))).to_contain_text(shown)
