"""The story of an operator: a round from its open day to the money, from the desk."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import field as world
from tests.browser import stage
from tests.browser.looks import glance
from tests.browser.people import Person

REEF = "/t/reef/"


@pytest.fixture
def play(stack, tmp_path):
    """An open round in which all have submitted but Zoe, and Dan is near to Ann."""
    contest = stage.Contest(stack, "reef", "Reef", tmp_path).make(stage.PLAYERS, 1, stage.MONEY)
    play = contest.open(1)
    play.upload({key: file for key, file in stage.crowd(1).items() if key[1] == "main"})
    return play


def test_an_operator_runs_a_round_to_its_end(play: stage.Play, visit) -> None:
    olga = visit(play.contest, "olga")
    _sees_who_is_missing(olga)
    play.close()
    _decides_on_near_copies(olga)
    _brings_labels(olga)
    _resolves(olga, play)
    _settles(olga)
    _reads_the_audit_log(olga)


def _sees_who_is_missing(olga: Person) -> None:
    olga.go(REEF + "desk/")
    olga.reads("7 of 8 in")
    olga.sees("Zander")
    olga.press("Remind them")
    expect(olga.main.get_by_role("status").first).to_contain_text("told")
    olga.press("Monitor")
    olga.reads("Nothing is left to do for now")


def _decides_on_near_copies(olga: Person) -> None:
    olga.go(REEF + "desk/")
    olga.press("See the pairs and decide")
    said = olga.main.locator("#pairs").get_by_role("status")
    expect(said).to_contain_text(re.compile(r"\d of 7 would be gated at 0\.95"))
    olga.main.get_by_label(re.compile("^Threshold")).fill("0.5")
    expect(said).to_contain_text("would be gated at 0.5")
    olga.press("Back to the rule")
    expect(said).to_contain_text("the rule")
    gated = olga.main.get_by_role("row", name=re.compile("Dogfish.main"))
    gated.get_by_role("link", name="Let it pass").click()
    olga.reads("Let Dogfish pass")
    olga.fill("Reason", "Dan and Ann work on the same boat and said so.")
    olga.press("Let it pass")
    expect(gated).to_contain_text("Passes by decision")


def _brings_labels(olga: Person) -> None:
    olga.go(REEF + "desk/")
    olga.press("Upload labels")
    olga.give("Label file", "labels.csv", world.faulty_labels())
    with olga.watch.expecting("status of 400"):
        olga.press("Check first")
        olga.reads("labels.csv was not accepted")
    olga.sees(re.compile("nobody"))
    olga.give("Label file", "labels.csv", world.labels("live"))
    olga.press("Check first")
    olga.reads("What labels.csv would do")
    glance(olga, "labels-preview")
    olga.press("Add 360 labels")
    olga.page.wait_for_url(re.compile(r"/t/reef/1/$"))


def _resolves(olga: Person, play: stage.Play) -> None:
    olga.go(REEF + "desk/")
    olga.press("Resolve round 1")
    glance(olga, "resolve")
    olga.confirm("Resolve the round")
    olga.page.wait_for_url(re.compile(r"/t/reef/1/$"))
    play.until("resolved")


def _settles(olga: Person) -> None:
    olga.go(REEF + "desk/")
    olga.press("Settle round 1")
    expect(olga.main.get_by_role("row", name=re.compile("Sum, which is the pool"))).to_contain_text(
        "1,500.00"
    )
    with olga.watch.expecting("status of 400"):
        olga.confirm("Settle the round", typed="another round")
        olga.reads("Settle round 1")
    olga.confirm("Settle the round")
    olga.page.wait_for_url(re.compile(r"/t/reef/1/$"))
    olga.go(REEF + "desk/")
    olga.sees("Nothing is left to do")


def _reads_the_audit_log(olga: Person) -> None:
    olga.go(REEF + "audit/")
    olga.sees("Dan and Ann work on the same boat and said so.")
    olga.fill("Reason or details", "same boat")
    olga.press("Show")
    expect(olga.main.get_by_role("rowheader")).to_have_count(1)
    glance(olga, "audit-filtered")
    with olga.page.expect_download() as saved:
        olga.press("CSV of what is filtered")
    assert b"same boat" in saved.value.path().read_bytes()
