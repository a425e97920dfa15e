"""Logging in and out, and the pages of errors."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.web.pages import Page
from tournaments.services.people import users

pytestmark = pytest.mark.django_db


def test_a_user_logs_in_and_out(look):
    users.create_user("ann", "a long password")
    browser = look()
    page = browser.post("/login/", {"login": "ann", "password": "a long password"})
    assert "My rounds" in page.text
    assert "You take part in no tournament yet" in page.text
    assert "Log in" in browser.post("/logout/").text


def test_a_wrong_password_does_not_say_which_was_wrong(look):
    users.create_user("ann", "a long password")
    wrong = look().post("/login/", {"login": "ann", "password": "x"}).text
    unknown = look().post("/login/", {"login": "nobody", "password": "x"}).text
    assert "do not belong together" in wrong
    wrong, unknown = (text.partition("Server clock")[0] for text in (wrong, unknown))
    assert wrong.replace("ann", "") == unknown.replace("nobody", "")


def test_after_logging_in_one_is_where_one_wanted_to_be_but_never_elsewhere(look):
    users.create_user("ann", "a long password")
    data = {"login": "ann", "password": "a long password"}
    inside = look().client.post("/login/?next=/t/weekly/", {**data, "next": "/t/weekly/"})
    assert inside["Location"] == "/t/weekly/"
    outside = look().client.post("/login/", {**data, "next": "https://example.org/"})
    assert outside["Location"] == "/"


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "403_csrf"])
def test_pages_of_errors_are_whole_without_any_context(name):
    page = Page(render_to_string(f"{name}.html"))
    assert page.faults == []
    assert "Go to the first page" in page.text


def test_a_crash_shows_no_trace(world, monkeypatch):
    def crash(*_):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("tournaments.services.reading.frontpage.home", crash)
    client = Client(raise_request_exception=False)
    response = client.get("/")
    assert response.status_code == 500
    assert b"The fault is the server's" in response.content
    assert b"a secret detail" not in response.content


def test_an_address_does_instead_of_the_name(look):
    users.create_user("ann", "a long password", "ann@example.org")
    page = look().post("/login/", {"login": "ANN@example.org", "password": "a long password"})
    assert "My rounds" in page.text


@pytest.mark.parametrize(
    "address",
    ["//example.org/", "/\\example.org", "https:example.org", "http:///example.org", "javascript:alert(1)"],
)
def test_no_trick_leads_elsewhere(look, address):
    users.create_user("ann", "a long password")
    data = {"login": "ann", "password": "a long password", "next": address}
    assert look().client.post("/login/", data)["Location"] == "/"
    browser = look("ann").client
    assert browser.get("/login/", {"next": address})["Location"] == "/"
    assert browser.post("/logout/", {"next": address})["Location"] == "/"


def test_a_session_from_before_the_login_is_not_the_one_after(look):
    users.create_user("ann", "a long password")
    browser = look().client
    planted = browser.session
    planted["x"] = 1
    planted.save()
    browser.cookies["sessionid"] = planted.session_key
    browser.post("/login/", {"login": "ann", "password": "a long password"})
    assert browser.session["_auth_user_id"]
    assert browser.cookies["sessionid"].value != planted.session_key


def test_guessing_at_an_account_is_stopped_and_sounds_alike_for_accounts_that_there_are_not(look):
    users.create_user("ann", "a long password")
    for name in ("ann", "nobody"):
        for _ in range(5):
            look().post("/login/", {"login": name, "password": "x"})
        page = look().post("/login/", {"login": name, "password": "a long password"})
        assert "Too many tries went wrong" in page.text


def test_an_address_that_asks_too_often_waits(look, settings):
    users.create_user("ann", "a long password")
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    browser = look()
    for _ in range(2):
        browser.post("/login/", {"login": "ann", "password": "x"})
    assert "Too many tries" in browser.post("/login/", {"login": "ann", "password": "x"}, status=429).text
    assert "Log in" in browser.get("/login/").text


def test_the_callers_own_word_of_where_it_comes_from_counts_for_nothing(look, settings):
    users.create_user("ann", "a long password")
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    settings.TRUSTED_PROXY = True
    form = {"login": "ann", "password": "x"}

    def status(said: str) -> int:
        return Client().post("/login/", form, headers={"X-Forwarded-For": said}).status_code

    assert [status("1.1.1.1, 10.0.0.1"), status("2.2.2.2, 10.0.0.1"), status("10.0.0.2")] == [200, 429, 200]


def test_one_logs_in_while_the_cache_is_away(look, settings):
    users.create_user("ann", "a long password", "ann@example.org")
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    assert "do not belong together" in look().post("/login/", {"login": "ann", "password": "x"}).text
    assert "My rounds" in look().post("/login/", {"login": "ann", "password": "a long password"}).text
    page = look().post("/account/password/reset/", {"email": "ann@example.org"})
    assert "Look into your mail" in page.text


def test_a_user_who_is_switched_off_is_told_only_after_the_right_password(look):
    made, _ = users.create_user("ann", "a long password")
    made.is_active = False
    made.save()
    assert "do not belong together" in look().post("/login/", {"login": "ann", "password": "x"}).text
    page = look().post("/login/", {"login": "ann", "password": "a long password"})
    assert "This account is off" in page.text


def test_the_form_is_refused_without_the_secret_of_its_page():
    users.create_user("ann", "a long password")
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/login/", {"login": "ann", "password": "a long password"}).status_code == 403
    assert strict.post("/logout/").status_code == 403
