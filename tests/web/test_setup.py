"""The first hour of a server: the first account, made once, by whoever holds the token of the machine."""

import re
import stat
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from tests.web.pages import Looker, Page
from tournaments.models import AuditEvent, User
from tournaments.services.errors import Unknown
from tournaments.services.people import setup, signup, users

pytestmark = pytest.mark.django_db
ANSWERS = {
    "username": "olga",
    "email": "olga@example.org",
    "password1": "a long way home",
    "password2": "a long way home",
}


@pytest.fixture
def token_file(settings):
    return Path(settings.VAR_DIR) / "setup_token"


def test_an_empty_server_leads_every_stranger_to_setting_it_up(look):
    for address in ("/", "/login/"):
        assert look().client.get(address)["Location"] == "/setup/"
    page = look().get("/setup/")
    assert "Nobody can log in here yet" in page.text
    assert "python manage.py setup_link" in page.text
    assert page.fields == []


def test_the_address_with_the_token_makes_the_first_account_and_is_gone_then(look, token_file):
    token = setup.token()
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    assert setup.token() == token
    browser = look()
    assert "The first account" in browser.get(f"/setup/?token={token}").text
    page = browser.post("/setup/", {**ANSWERS, "token": token})
    assert "olga" in page.text
    made = User.objects.get()
    assert (made.is_superuser, made.is_staff, made.email) == (True, True, "olga@example.org")
    assert made.check_password("a long way home")
    assert browser.client.session["_auth_user_id"] == str(made.pk)
    assert not token_file.exists()
    assert AuditEvent.objects.filter(action="first_account_made", actor=made).exists()
    browser.get(f"/setup/?token={token}", status=404)
    look().get("/setup/", status=404)
    assert look().client.get("/login/").status_code == 200


@pytest.mark.parametrize("token", ["", "wrong", "é"])
def test_without_the_token_nobody_makes_an_account(look, token):
    setup.token()
    page = look().post("/setup/", {**ANSWERS, "token": token}, status=403 if token else 200)
    assert "Nobody can log in here yet" in page.text
    assert ("not the setup token" in page.text) == bool(token)
    assert not User.objects.exists()


def test_without_a_token_file_no_token_is_right_not_even_an_empty_one(look, token_file):
    assert not token_file.exists()
    look().post("/setup/", {**ANSWERS, "token": "x"}, status=403)
    look().post("/setup/", {**ANSWERS, "token": ""})
    assert not User.objects.exists()


def test_a_slip_in_the_form_is_told_beside_its_field(look):
    token = setup.token()
    wrong = {"username": "ol ga", "email": "x", "password1": "12345678", "password2": "1234"}
    page = look().post("/setup/", {**wrong, "token": token}, status=400)
    assert "A user name has 1 to 150 letters" in page.text
    assert "too common" in page.text
    like = {**ANSWERS, "username": "longwayhome", "password1": "longwayhome", "password2": "longwayhome"}
    assert "too similar" in look().post("/setup/", {**like, "token": token}, status=400).text
    other = {**ANSWERS, "password2": "a longer way home"}
    assert "not the same" in look().post("/setup/", {**other, "token": token}, status=400).text
    assert not User.objects.exists()


def test_of_two_who_make_the_first_account_one_succeeds(look, monkeypatch):
    token = setup.token()
    new = signup.NewUser("olga", "a long way home")
    # The second passed its check before the first was done: its form was on the way.
    monkeypatch.setattr(setup, "check_token", lambda given: None)
    setup.make_first(token, new)
    with pytest.raises(Unknown) as refused:
        setup.make_first(token, signup.NewUser("mallory", "another long way"))
    assert refused.value.code == "set_up_already"
    assert [user.username for user in User.objects.all()] == ["olga"]


def test_the_form_is_refused_without_the_secret_of_its_page(look):
    token = setup.token()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/setup/", {**ANSWERS, "token": token}).status_code == 403
    page = strict.get(f"/setup/?token={token}").content.decode()
    secret = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1)
    assert (
        strict.post("/setup/", {**ANSWERS, "token": token, "csrfmiddlewaretoken": secret}).status_code == 302
    )


def test_the_command_prints_the_address_until_there_is_a_user(settings, capsys, token_file):
    settings.BASE_URL = "http://localhost:8123"
    call_command("setup_link")
    said = capsys.readouterr().out
    assert (
        said
        == f"Open http://localhost:8123/setup/?token={token_file.read_text()} to make the first account.\n"
    )
    users.create_user("olga")
    with pytest.raises(Unknown):
        call_command("setup_link")
    assert not token_file.exists()
    call_command("setup_link", "--if-needed")
    assert capsys.readouterr().out == ""


def test_the_page_of_the_first_account_is_kept_nowhere(look):
    response = look().client.get(f"/setup/?token={setup.token()}")
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert Page(response.content.decode()).faults == []


def test_someone_who_is_logged_in_sees_the_first_page(look):
    users.create_user("ann")
    assert isinstance(look("ann"), Looker)
    assert "My rounds" in look("ann").get("/").text
