"""A file on its way: dropped, refused with its faults, taken, cut off in the middle, and sent again."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import field as world
from tests.browser import stage
from tests.browser.looks import glance
from tests.browser.wire import wire_to

UPLOAD = "/t/lagoon/1/upload/"
PATIENCE = 20


@pytest.fixture(scope="session")
def lagoon(stack, tmp_path_factory):
    """A contest with an open round in which nobody has submitted."""
    contest = stage.Contest(stack, "lagoon", "Lagoon", tmp_path_factory.mktemp("lagoon"))
    contest.make({"ann": "Albatross", "bob": "Barnacle"}, 1)
    contest.open(1)
    return contest


def submissions(contest: stage.Contest, user: str) -> list[int]:
    """Return the ids of a user's submissions, oldest first."""
    found = contest.api(user).get("rounds/1/submissions/")["results"]
    return sorted(one["submission"] for one in found)


def test_a_file_with_faults_is_refused_with_each_and_a_good_one_is_scored_while_one_looks(lagoon, visit):
    ann = visit(lagoon, "ann")
    ann.go(UPLOAD)
    ann.drop("broken.csv", world.broken())
    with ann.watch.expecting("status of 4"):
        ann.press("Upload predictions")
        ann.reads("broken.csv was not accepted")
    for words in ("nobody", "maybe", "1.5"):
        ann.sees(re.compile(re.escape(words)))
    glance(ann, "story-faults")
    assert submissions(lagoon, "ann") == []

    ann.drop("mine.csv", world.csv(world.predictions(0.7, 3)))
    ann.press("Upload predictions")
    ann.reads("Accepted")
    glance(ann, "story-receipt")
    ann.press("Follow its score")
    ann.page.wait_for_url(re.compile(r"/s/\d+/$"))
    ann.sees(re.compile(r"0\.6\d{4}"))
    ann.shoot("story-scored")
    assert len(submissions(lagoon, "ann")) == 1


def test_a_connection_lost_in_the_middle_leaves_nothing_and_the_file_is_sent_again(lagoon, visit):
    large = world.csv(world.predictions(0.6, 4), digits=12_000)
    with wire_to(lagoon.house.url) as wire:
        bob = visit(lagoon, "bob", base_url=wire.url)
        bob.go(UPLOAD)
        bob.drop("large.csv", large)
        wire.stall_after(len(large) // 2)
        bob.press("Upload predictions")
        assert wire.stalled.wait(PATIENCE)
        bob.page.wait_for_function("() => document.querySelector('progress').value > 0.3")
        bob.shoot("story-under-way")
        with bob.watch.expecting("net::ERR"):
            wire.cut()
            bob.sees(re.compile("connection was lost", re.I))
        glance(bob, "story-connection-lost")
        assert submissions(lagoon, "bob") == []

        wire.mend()
        bob.press("Send it again")
        bob.reads("Accepted")
        first = submissions(lagoon, "bob")
        assert len(first) == 1
        link = bob.main.get_by_role("link", name="Follow its score").get_attribute("href")
        assert urlsplit(link).path == f"/s/{first[0]}/"

        bob.drop("large.csv", large)
        bob.press("Upload predictions")
        bob.reads("The server has this file already")
        expect(bob.main.get_by_role("link", name="Follow its score")).to_have_attribute("href", link)
        assert submissions(lagoon, "bob") == first
