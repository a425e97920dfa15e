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
    page = browser.post("/login/", {"username": "ann", "password": "a long password"})
    assert "My rounds" in page.text
    assert "You take part in no tournament yet" in page.text
    assert "Log in" in browser.post("/logout/").text


def test_a_wrong_password_does_not_say_which_was_wrong(look):
    users.create_user("ann", "a long password")
    wrong = look().post("/login/", {"username": "ann", "password": "x"}).text
    unknown = look().post("/login/", {"username": "nobody", "password": "x"}).text
    assert "do not belong together" in wrong
    assert wrong.replace("ann", "") == unknown.replace("nobody", "")


def test_after_logging_in_one_is_where_one_wanted_to_be_but_never_elsewhere(look):
    users.create_user("ann", "a long password")
    data = {"username": "ann", "password": "a long password"}
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
