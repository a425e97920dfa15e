"""The story of a participant: from a code on the wall to the place in the season."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser import field as world
from tests.browser import stage
from tests.browser.looks import glance
from tests.browser.people import Person

BAY = "/t/bay/"
OTHERS = {"bob": "Barnacle", "cyd": "Cormorant", "dan": "Dogfish"}
SECRET = "a long walk along the quay"
SCORE = re.compile(r"0\.6\d{4}(?!\d)")


@pytest.fixture
def play(stack, tmp_path):
    """An open round of a contest in which three have submitted."""
    contest = stage.Contest(stack, "bay", "Bay", tmp_path).make(OTHERS, 1, stage.MONEY)
    play = contest.open(1)
    play.upload({key: file for key, file in stage.crowd(1).items() if key[0] in OTHERS})
    return play


def test_a_participant_joins_uploads_watches_and_is_ranked(play: stage.Play, visit) -> None:
    code = _shows_the_code(visit(play.contest, "olga"))
    nia = visit(base_url=play.contest.house.url)
    _joins(nia, code)
    token = _makes_a_key(nia)
    _downloads_the_rows(nia, play, token)
    _is_refused_and_mends_the_file(nia)
    _sees_the_score_appear(nia)
    play.close()
    play.resolve()
    play.settle()
    play.until_in_season("Nightjar")
    _finds_her_place(nia)


def _shows_the_code(olga: Person) -> str:
    olga.go(BAY + "joining/")
    olga.main.get_by_label("By code").check()
    olga.press("Save")
    return olga.main.locator("#code").inner_text()


def _joins(nia: Person, code: str) -> None:
    nia.go("/join/")
    nia.fill("Code", code.lower())
    nia.press("Go on")
    nia.reads("Bay")
    nia.fill("Alias", "Nightjar")
    nia.fill("User name", "nia")
    nia.fill("Password", SECRET)
    nia.fill("The same password again", SECRET)
    nia.press("Join Bay")
    nia.reads("You take part as Nightjar")
    glance(nia, "story-joined")


def _makes_a_key(nia: Person) -> str:
    nia.go("/account/keys/")
    nia.fill("Name", "notebook")
    nia.press("Make key")
    nia.reads("notebook is ready")
    glance(nia, "story-key")
    return nia.main.locator("#token").inner_text()


def _downloads_the_rows(nia: Person, play: stage.Play, token: str) -> None:
    nia.go(BAY + "1/")
    with nia.page.expect_download() as saved:
        nia.press("rows.csv")
    by_hand = saved.value.path().read_bytes()
    assert b"target" not in by_hand.splitlines()[0]
    address = f"{play.contest.house.url}/api/v1/tournaments/bay/rounds/current/datasets/tournament/"
    by_key = httpx.get(address, headers={"Authorization": f"Token {token}"})
    assert by_key.content == by_hand


def _is_refused_and_mends_the_file(nia: Person) -> None:
    nia.go(BAY + "1/")
    nia.press("Upload predictions")
    nia.page.wait_for_url(re.compile("/upload/$"))
    nia.drop("night.csv", world.broken())
    with nia.watch.expecting("status of 4"):
        nia.press("Upload predictions")
        nia.reads("night.csv was not accepted")
    nia.drop("night.csv", world.csv(world.predictions(0.72, 20)))
    nia.press("Upload predictions")
    nia.reads("Accepted")


def _sees_the_score_appear(nia: Person) -> None:
    nia.press("Follow its score")
    nia.page.wait_for_url(re.compile(r"/s/\d+/$"))
    nia.sees(SCORE)


def _finds_her_place(nia: Person) -> None:
    nia.page.reload()
    nia.reads("Originality")
    expect(nia.main.locator("[data-chart]")).to_have_count(3)
    glance(nia, "story-judged")
    nia.go(BAY + "1/")
    mine = nia.main.get_by_role("row", name=re.compile("Nightjar")).first
    expect(mine).to_contain_text(SCORE)
    glance(nia, "story-board")
    nia.page.get_by_role("banner").get_by_role("link", name="Season").click()
    nia.reads("Season")
    nia.press("Nightjar")
    nia.reads("Nightjar you")
    nia.sees("Paid in all")
    glance(nia, "story-player")
