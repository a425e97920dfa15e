"""Single sign-on, against a provider that really runs: every redirect is walked."""

from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client

from tests.web import provider as providers
from tests.web.pages import Page
from tests.web.second import app_of, code_now
from tournaments.models import User
from tournaments.services.people import users

pytestmark = pytest.mark.django_db
ANN = {
    "sub": "4711",
    "preferred_username": "ann",
    "email": "ann@example.org",
    "email_verified": True,
    "name": "Ann Bee",
}
START = "/oidc/127.0.0.1/login/"


@pytest.fixture(scope="module")
def server():
    with providers.running() as running:
        yield running


@pytest.fixture
def provider(server, settings, db):
    """The provider, known to our server as by its settings; and an operator, so that it is set up."""
    server.person, server.faults, server.asked = dict(ANN), set(), []
    settings.OIDC_ISSUER, settings.OIDC_NAME = server.issuer, "Campus login"
    app = {
        "provider_id": "127.0.0.1",
        "name": "Campus login",
        "client_id": providers.CLIENT[0],
        "secret": providers.CLIENT[1],
        "settings": {"server_url": server.issuer},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    users.create_user("olga")
    return server


def walk(client, start=START, form=None):
    """Press the button and follow the way to the provider and back; returns the page at its end."""
    response = client.post(start, form or {})
    while response.status_code == 302:
        target = response["Location"]
        if urlsplit(target).port:
            answer = requests.get(target, allow_redirects=False, timeout=5)
            assert answer.status_code == 302
            target = answer.headers["Location"]
            assert target.startswith("http://testserver/")
        response = client.get(target.removeprefix("http://testserver"))
    return response


def text(response):
    page = Page(response.content.decode())
    assert page.faults == []
    return page.text


def who(client):
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).username if key else None


def test_without_a_provider_there_is_no_button_and_no_way(look, db):
    users.create_user("olga")
    assert "Log in with" not in look().get("/login/").text
    look().get(START, status=404)


def test_somebody_whom_the_provider_knows_gets_an_account_and_comes_back_to_it(look, provider):
    assert "Log in with Campus login" in look().get("/login/").text
    client = Client()
    assert "My rounds" in text(walk(client))
    assert who(client) == "ann"
    made = User.objects.get(username="ann")
    assert (made.email, made.get_full_name(), made.has_usable_password()) == (
        "ann@example.org",
        "Ann Bee",
        False,
    )
    provider.person["preferred_username"] = "renamed"
    again = Client()
    walk(again)
    assert who(again) == "ann"
    assert User.objects.count() == 2
    asked = provider.asked[0]
    assert (asked["code_challenge_method"], " ".join(sorted(asked["scope"].split()))) == (
        "S256",
        "email openid profile",
    )


def test_somebody_with_a_name_that_is_taken_gets_another_and_not_the_others_account(provider):
    taken, _ = users.create_user("ann", "a long password", "ann@example.org")
    client = Client()
    walk(client)
    assert User.objects.get(pk=client.session["_auth_user_id"]) != taken
    assert who(client) not in (None, "ann")
    assert User.objects.get(pk=client.session["_auth_user_id"]).email == ""
    assert User.objects.get(username="ann").email == "ann@example.org"


def test_an_account_here_is_connected_by_its_owner(look, provider):
    users.create_user("bea", "a long password")
    browser = look("bea")
    assert "Not connected" in browser.get("/account/").text
    assert "Connect with Campus login" in browser.get("/account/connections/").text
    asked = walk(browser.client, START + "?process=connect")
    assert "Is it you?" in text(asked)
    sure = f"{asked.request['PATH_INFO']}?{asked.request['QUERY_STRING']}"
    assert "Connected" in text(walk(browser.client, sure, {"password": "a long password"}))
    client = Client()
    walk(client)
    assert who(client) == "bea"
    assert "End the connection" in browser.get("/account/connections/").text


def test_the_second_factor_is_asked_for_here_too(provider):
    walk(Client())
    app = app_of(User.objects.get(username="ann"))
    client = Client()
    assert "Your code" in text(walk(client))
    assert who(client) is None
    client.post("/login/code/", {"code": code_now(app)})
    assert who(client) == "ann"


def test_the_way_back_leads_nowhere_else(provider):
    users.create_user("ann")
    client = Client()
    response = walk(client, f"{START}?next=https://example.org/")
    assert response.request["PATH_INFO"] == "/"
    response = walk(Client(), f"{START}?next=/account/")
    assert response.request["PATH_INFO"] == "/account/"


def test_who_stops_on_the_way_is_told_so(provider):
    provider.faults.add("refuses")
    client = Client()
    assert "Not logged in" in text(walk(client))
    assert who(client) is None


@pytest.mark.parametrize("fault", ["other client", "other secret"])
def test_an_answer_that_is_not_for_us_lets_nobody_in(provider, settings, fault):
    provider.faults.add(fault)
    if fault == "other secret":
        settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["secret"] = "wrong"
    client = Client()
    response = walk(client)
    assert response.status_code in (200, 401)
    assert "That did not work" in text(response)
    assert who(client) is None
    assert User.objects.count() == 1


def test_an_answer_to_another_browser_lets_nobody_in(provider):
    theirs, mine = Client(), Client()
    to_provider = theirs.post(START)["Location"]
    back = requests.get(to_provider, allow_redirects=False, timeout=5).headers["Location"]
    response = mine.get(back.removeprefix("http://testserver"))
    assert "That did not work" in text(response)
    assert who(mine) is None


def test_a_provider_that_is_away_is_told_calmly(provider, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = (
        "http://127.0.0.1:1"
    )
    response = Client().post(START)
    assert "That did not work" in text(response)


def test_looking_at_the_way_starts_nothing(provider):
    client = Client()
    response = client.get(START)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")
    assert provider.asked == []
    assert Client(enforce_csrf_checks=True).post(START).status_code == 403


def test_before_the_first_account_nobody_comes_in_this_way(provider):
    User.objects.all().delete()
    response = walk(Client())
    assert "An account comes with taking part" in text(response)
    assert not User.objects.exists()
