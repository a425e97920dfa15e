"""Joining in a browser: strangers with a code, users through an open door, and what operators show."""

import secrets

import pytest
from django.core.cache import cache
from django.test import Client

from tests.web.pages import Looker
from tournaments.models import Participant, Tournament, User
from tournaments.services import contests
from tournaments.services.people import bans, joining, users
from tournaments.web.joining import attempts

pytestmark = pytest.mark.django_db
NEW = {
    "alias": "Quiet Heron",
    "username": "zoe",
    "password": "long enough 83",
    "again": "long enough 83",
    "email": "",
}


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.delete_many([f"{what}_127.0.0.1" for what in attempts.LIMITS])


def elsewhere():
    """A stranger at an address of their own: counters are shared by all test processes."""
    return Looker(Client(REMOTE_ADDR=f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"))


@pytest.fixture
def code(world):
    return joining.choose(world.operator, world.tournament, "code").join_code


def test_an_operator_chooses_a_code_and_shows_it(look, world):
    olga = look("olga")
    assert "Nobody can join by themselves" in olga.get("/t/weekly/joining/").text
    page = olga.post("/t/weekly/joining/", {"joining": "code"})
    code = Tournament.objects.get().join_code
    assert joining.written_code(code) in page.text
    assert f"http://testserver/join/{code}/" in page.text
    wall = olga.get("/t/weekly/joining/projector/")
    assert joining.written_code(code) in wall.text
    assert "testserver/join/" in wall.text
    assert "3 take part" in wall.text
    world.player("dan")
    assert "4 take part" in olga.get("/t/weekly/joining/projector/").text
    assert joining.written_code(code) not in olga.post("/t/weekly/joining/renew/").text
    assert "/t/weekly/join/" in olga.post("/t/weekly/joining/", {"joining": "open"}).text
    olga.post("/t/weekly/joining/", {"joining": "closed"})
    olga.get("/t/weekly/joining/projector/", status=409)
    olga.post("/t/weekly/joining/", {"joining": "anyhow"}, status=400)


def test_nobody_else_sees_the_code(look, world, code):
    for path in ("", "projector/"):
        assert code not in look("ann").get(f"/t/weekly/joining/{path}", status=403).text
        assert look().client.get(f"/t/weekly/joining/{path}")["Location"].startswith("/login/")
    look("ann").post("/t/weekly/joining/", {"joining": "open"}, status=403)
    look("ann").post("/t/weekly/joining/renew/", status=403)


def test_a_stranger_types_the_code_and_plays(look, world, code):
    world.open_round()
    stranger = look()
    assert "Code" in stranger.get("/join/").text
    typed = joining.written_code(code).lower()
    page = stranger.post(stranger.client.get("/join/", {"code": typed})["Location"], NEW)
    assert "You take part as Quiet Heron" in page.text
    assert "/t/weekly/current/upload/" in page.links
    made = Participant.objects.get(alias="Quiet Heron")
    assert made.members.get().user.username == "zoe"
    assert "Log out" in stranger.get("/").text
    assert "Quiet Heron" in stranger.get("/t/weekly/team/").text


def test_what_is_asked_says_what_the_contest_is(look, world, code):
    world.open_round()
    page = look().get(f"/join/{code}/")
    assert "Weekly" in page.text
    assert "Round 1" in page.text
    assert "Rows to predict 96" in page.text
    assert f"/login/?next=/join/{code}/" in page.links
    assert "Password" not in look_as_known(look).get(f"/join/{code}/").text


def look_as_known(look):
    users.create_user("kim")
    return look("kim")


def test_a_user_only_chooses_an_alias(look, world, code):
    page = look_as_known(look).post(f"/join/{code}/", {"alias": "Stork"})
    assert "You take part as Stork" in page.text
    assert Participant.objects.get(alias="Stork").members.get().user.username == "kim"


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"alias": "ANN"}, 409, "Somebody plays under this alias"),
        ({"alias": "?"}, 400, "An alias has 1 to 40"),
        ({"alias": ""}, 400, "This field is required"),
        ({"username": "ann"}, 409, "There is a user ann already"),
        ({"username": "z oe"}, 400, "A user name has letters"),
        ({"again": "another 84 one"}, 400, "another password than the one above"),
        ({"password": "12345678", "again": "12345678"}, 400, "too common"),
        ({"email": "zoe"}, 400, "valid email"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_nobody_is_made(look, code, change, status, said):
    page = look().post(f"/join/{code}/", {**NEW, **change}, status=status)
    assert said in page.text
    assert not User.objects.filter(username="zoe").exists()
    assert Participant.objects.count() == 3


def test_a_wrong_code_says_so_and_no_more(look, world, code):
    wrong = look().client.get("/join/?code=CCCC-CCCC")
    assert wrong.status_code == 404
    assert "leads to no tournament" in wrong.content.decode()
    assert "Weekly" not in wrong.content.decode()
    assert "leads to no tournament" in look().get("/join/CCCCCCCC/", status=404).text
    assert "leads to no tournament" in look().post("/join/CCCCCCCC/", NEW, status=404).text
    joining.choose(world.operator, world.tournament, "closed")
    assert "leads to no tournament" in look().get(f"/join/{code}/", status=404).text
    assert "Type the code" in look().get("/join/?code=", status=400).text


def test_a_class_for_its_members_only_can_be_joined_with_its_code(look, world):
    stats = contests.create(world.operator.user, "stats", "Statistics", "classroom")
    stats = joining.choose(world.operator, stats, "code")
    stranger = look()
    stranger.get("/t/stats/", status=404)
    stranger.get("/t/stats/join/", status=404)
    assert "Statistics" in stranger.get(f"/join/{stats.join_code}/").text
    assert "You take part as Quiet Heron" in stranger.post(f"/join/{stats.join_code}/", NEW).text


def test_through_the_open_door_and_when_it_is_shut(look, world):
    assert "takes nobody in" in look().get("/t/weekly/join/", status=403).text
    joining.choose(world.operator, world.tournament, "code")
    assert look().client.get("/t/weekly/join/")["Location"] == "/join/"
    assert "Join with a code" in look().get("/t/weekly/").text
    joining.choose(world.operator, world.tournament, "open")
    assert "/t/weekly/join/" in look().get("/t/weekly/").links
    assert "/t/weekly/join/" not in look("ann").get("/t/weekly/").links
    assert "You take part as Quiet Heron" in look().post("/t/weekly/join/", NEW).text


def test_who_plays_already_or_is_banned_is_told(look, world, code):
    assert "You play here already, as Ann" in look("ann").get(f"/join/{code}/", status=409).text
    bans.ban(world.operator, Participant.objects.get(alias="Ann"), "Copies")
    assert "banned" in look("ann").get(f"/join/{code}/", status=403).text
    look("ann").post(f"/join/{code}/", {"alias": "Stork"}, status=403)


def test_codes_cannot_be_tried_without_end(code, monkeypatch):
    monkeypatch.setitem(attempts.LIMITS, attempts.WRONG_CODES, (3, 600))
    here = elsewhere()
    for _ in range(3):
        here.get("/join/CCCCCCCC/", status=404)
    assert "Too many tries" in here.get("/join/CCCCCCCC/", status=429).text
    assert "Too many tries" in here.get(f"/join/{code}/", status=429).text
    assert elsewhere().get(f"/join/{code}/")


def test_accounts_cannot_be_made_without_end(code, monkeypatch):
    here, other = elsewhere(), elsewhere()
    monkeypatch.setitem(attempts.LIMITS, attempts.SIGN_UPS, (1, 3_600))
    here.post(f"/join/{code}/", NEW)
    here.client.logout()
    again = {**NEW, "username": "yan", "alias": "Stork"}
    assert "Too many tries" in here.post(f"/join/{code}/", again, status=429).text
    assert not User.objects.filter(username="yan").exists()
    assert "You take part as Stork" in other.post(f"/join/{code}/", again).text


def test_nobody_is_held_back_when_the_counters_are_away(look, code, settings):
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://no-such-host.invalid:1/0"}
    }
    look().get("/join/CCCCCCCC/", status=404)
    assert "You take part as" in look().post(f"/join/{code}/", NEW).text


def test_without_rewards_joining_says_nothing_of_money(look, world):
    stats = contests.create(world.operator.user, "stats", "Statistics", "classroom")
    stats = joining.choose(world.operator, stats, "code")
    browser = look()
    read = [
        browser.get(f"/join/{stats.join_code}/").text,
        browser.post(f"/join/{stats.join_code}/", NEW).text,
    ]
    read.append(browser.get("/t/stats/team/").text)
    of_money = ("pool", "payout", "paid", "usd", "money", "points")
    assert not [(word, text) for text in read for word in of_money if word in text.lower()]
