"""Codes from an app: turned on, asked for everywhere, turned off; the back office is behind the same door."""

import re

import pytest

from tests.web.second import PASSWORD, app_of, code_now, sure
from tournaments.models import User

pytestmark = pytest.mark.django_db


def test_the_second_factor_is_turned_on_with_a_picture_and_asked_for_from_then_on(look, logged_in):
    assert logged_in.client.get("/account/second-factor/on/")["Location"].startswith("/account/sure/")
    sure(logged_in)
    response = logged_in.client.get("/account/second-factor/on/")
    assert b'src="data:image/svg+xml;base64,' in response.content
    assert logged_in.client.session["mfa.totp.secret"] in response.content.decode()
    wrong = logged_in.post("/account/second-factor/on/", {"code": "12"})
    assert "not right" in wrong.text
    secret = logged_in.client.session["mfa.totp.secret"]
    page = logged_in.post("/account/second-factor/on/", {"code": code_now(secret)})
    assert "Recovery codes" in page.text
    codes = re.findall(r"\b\d{8}\b", page.text)
    assert len(codes) == 10
    other = look()
    assert "Your code" in other.post("/login/", {"login": "ann", "password": PASSWORD}).text
    assert other.client.get("/account/").status_code == 302
    assert "My rounds" in other.post("/login/code/", {"code": codes[0]}).text
    third = look()
    third.post("/login/", {"login": "ann", "password": PASSWORD})
    assert "not right" in third.post("/login/code/", {"code": codes[0]}).text


def test_the_second_factor_is_turned_off_and_its_codes_renewed(logged_in, ann):
    app_of(ann)
    sure(logged_in)
    assert "10 are left" in logged_in.get("/account/second-factor/").text
    before = logged_in.get("/account/second-factor/codes/").text
    logged_in.get("/account/second-factor/codes/new/")
    after = logged_in.post("/account/second-factor/codes/new/").text
    assert re.findall(r"\b\d{8}\b", before) != re.findall(r"\b\d{8}\b", after)
    file = logged_in.client.get("/account/second-factor/codes/recovery-codes.txt")
    assert len(re.findall(rb"(?m)^\d{8}$", file.content)) == 10
    logged_in.get("/account/second-factor/off/")
    assert "The second factor is off" in logged_in.post("/account/second-factor/off/").text


def test_the_back_office_is_behind_the_same_door(look, ann):
    User.objects.filter(pk=ann.pk).update(is_staff=True, is_superuser=True)
    app = app_of(ann)
    browser = look()
    assert browser.client.get("/admin/")["Location"].startswith("/admin/login/")
    assert browser.client.get("/admin/login/?next=/admin/")["Location"] == "/login/?next=/admin/"
    posted = browser.client.post("/admin/login/?next=/admin/", {"username": "ann", "password": PASSWORD})
    assert posted["Location"] == "/login/?next=/admin/"
    browser.client.post("/login/", {"login": "ann", "password": PASSWORD, "next": "/admin/"})
    assert browser.client.get("/admin/").status_code == 302
    response = browser.client.post("/login/code/", {"code": code_now(app)})
    assert response["Location"] == "/admin/"
    assert browser.client.get("/admin/login/")["Location"] == "/admin/"


def test_a_login_at_the_back_office_does_not_go_round_for_those_who_may_not_enter(look, ann):
    browser = look()
    browser.client.force_login(ann)
    assert browser.client.get("/admin/login/").status_code == 403
    assert browser.client.post("/admin/login/", {"username": "ann", "password": PASSWORD}).status_code == 403
