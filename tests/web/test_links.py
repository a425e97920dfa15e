"""One-time login links: who may issue them for whom, and that each lets in once."""

import json
from datetime import timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.test import Client

from tests.web.pages import Looker
from tests.web.second import app_of, code_now
from tests.world import user
from tournaments.models import AuditEvent, OneTimeLink, Role, User
from tournaments.services import contests
from tournaments.services.access import Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Forbidden, Invalid, Unknown
from tournaments.services.people import links, players, users

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann_in(world):
    """The token of a link for Ann."""
    return links.issue_login(world.operator, world.tournament, user("ann"))[1]


def who(browser: Looker) -> str | None:
    key = browser.client.session.get("_auth_user_id")
    return User.objects.get(pk=key).username if key else None


def test_looking_at_a_link_uses_nothing_up_and_the_button_lets_in_once(look, ann_in):
    browser = look()
    for _ in range(3):
        page = browser.get(f"/in/{ann_in}/")
    assert "Log in as Ann" in page.text
    assert who(browser) is None
    assert "Choose a password" in browser.post(f"/in/{ann_in}/").text
    assert who(browser) == "ann"
    again = look()
    assert "It was used already" in again.post(f"/in/{ann_in}/", status=410).text
    assert "ask who sent you the link for a new one" in again.get(f"/in/{ann_in}/", status=410).text
    assert who(again) is None
    assert AuditEvent.objects.get(action="login_link_used").actor == user("ann")


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": timedelta(seconds=-1)},
        {"revoked_at": timedelta(0)},
        {"used_at": timedelta(0)},
    ],
)
def test_a_link_that_ended_and_one_that_never_was_sound_alike(look, ann_in, change):
    OneTimeLink.objects.update(**{name: db_now() + shift for name, shift in change.items()})
    ended = look().get(f"/in/{ann_in}/", status=410).text.partition("Server clock")[0]
    assert ended == look().get(f"/in/{'x' * 43}/", status=410).text.partition("Server clock")[0]
    look().post(f"/in/{ann_in}/", status=410)


def test_a_newer_link_ends_the_older(world, look, ann_in):
    links.issue_login(world.operator, world.tournament, user("ann"))
    look().get(f"/in/{ann_in}/", status=410)


def test_only_the_fingerprint_of_a_token_is_kept(ann_in):
    kept = OneTimeLink.objects.get()
    assert kept.token_sha256 == links.digest(ann_in)
    assert ann_in not in str(OneTimeLink.objects.values().get())


def test_operators_let_in_their_own_players_alone(world):
    def issue(name: str, by: Actor = world.operator) -> str:
        with pytest.raises(Forbidden) as refused:
            links.issue_login(by, world.tournament, user(name))
        return refused.value.code

    assert issue("ann", world.bob) == "operator_only"
    users.create_user("stranger")
    assert issue("stranger") == "not_yours_to_let_in"
    assert issue("olga") == "not_yours_to_let_in"
    Role.objects.create(tournament=world.tournament, user=user("bob"), kind=Role.Kind.AUDITOR)
    assert issue("bob") == "not_yours_to_let_in"
    for flag in ("is_staff", "is_superuser"):
        User.objects.filter(username="cyd").update(is_staff=False, is_superuser=False)
        User.objects.filter(username="cyd").update(**{flag: True})
        assert issue("cyd") == "not_yours_to_let_in"
    other, _ = users.create_user("otto")
    elsewhere = contests.create(other, "other", "Other", "alpha")
    players.add_participant(Actor(other), elsewhere, user("ann"), "Ann")
    assert issue("ann") == "not_yours_to_let_in"


def test_whoever_comes_by_single_sign_on_needs_no_link(world, look, ann_in):
    look().get(f"/in/{ann_in}/")
    SocialAccount.objects.create(user=user("ann"), provider="campus", uid="4711")
    look().get(f"/in/{ann_in}/", status=410)
    with pytest.raises(Forbidden):
        links.issue_login(world.operator, world.tournament, user("ann"))


def test_a_link_ends_when_its_user_gets_to_speak_elsewhere(world, look, ann_in):
    other, _ = users.create_user("otto")
    elsewhere = contests.create(other, "other", "Other", "alpha")
    look().get(f"/in/{ann_in}/")
    players.add_participant(Actor(other), elsewhere, user("ann"), "Ann")
    look().get(f"/in/{ann_in}/", status=410)
    look().post(f"/in/{ann_in}/", status=410)


def test_a_link_ends_with_its_users_role_with_its_issuers_and_with_the_account(world, look, ann_in):
    Role.objects.create(tournament=world.tournament, user=user("ann"), kind=Role.Kind.AUDITOR)
    look().get(f"/in/{ann_in}/", status=410)
    Role.objects.filter(user=user("ann")).delete()
    look().get(f"/in/{ann_in}/")
    User.objects.filter(username="ann").update(is_active=False)
    look().get(f"/in/{ann_in}/", status=410)
    User.objects.filter(username="ann").update(is_active=True)
    Role.objects.filter(user=user("olga")).delete()
    look().get(f"/in/{ann_in}/", status=410)


def test_a_link_does_not_go_round_the_second_factor(look, ann_in):
    app = app_of(user("ann"))
    browser = look()
    assert "Your code" in browser.post(f"/in/{ann_in}/").text
    assert who(browser) is None
    assert browser.client.get("/account/password/choose/").status_code == 302
    assert "not right" in browser.post("/login/code/", {"code": "000000"}).text
    assert who(browser) is None
    assert "Choose a password" in browser.post("/login/code/", {"code": code_now(app)}).text
    assert who(browser) == "ann"


def test_a_link_replaces_who_was_logged_in_and_takes_nothing_of_theirs(look, ann_in):
    browser = look("bob")
    session = browser.client.session
    session["of_bob"] = "secret"
    session.save()
    before = browser.client.cookies["sessionid"].value
    assert "bob is logged in, and will be logged out" in browser.get(f"/in/{ann_in}/").text
    browser.post(f"/in/{ann_in}/")
    assert who(browser) == "ann"
    assert "of_bob" not in browser.client.session
    assert browser.client.cookies["sessionid"].value != before


def test_a_session_from_before_is_not_the_one_after(look, ann_in):
    browser = look()
    browser.client.session.save()
    session = browser.client.session
    session["planted"] = True
    session.save()
    browser.client.cookies["sessionid"] = session.session_key
    browser.post(f"/in/{ann_in}/")
    assert who(browser) == "ann"
    assert browser.client.cookies["sessionid"].value != session.session_key


def test_the_button_needs_the_secret_of_its_page(ann_in):
    assert Client(enforce_csrf_checks=True).post(f"/in/{ann_in}/").status_code == 403
    assert OneTimeLink.objects.filter(used_at__isnull=True).exists()


def test_whoever_came_by_a_link_may_choose_a_password_without_the_old_one(look, world, ann_in):
    new = {"password1": "a long way home", "password2": "a long way home"}
    browser = look()
    browser.post(f"/in/{ann_in}/")
    assert "My rounds" in browser.post("/account/password/choose/", new).text
    assert user("ann").check_password("a long way home")
    # Once: from now on the old one is asked for.
    assert browser.client.get("/account/password/choose/")["Location"] == "/account/password/"


def test_whoever_logged_in_otherwise_is_asked_for_the_old_password(look, world):
    assert look("bob").client.get("/account/password/choose/")["Location"] == "/account/password/"
    assert look("bob").client.post("/account/password/choose/", {"password1": "x"}).status_code == 302


def test_without_a_password_one_may_be_chosen_at_any_time(look, world):
    bob = user("bob")
    bob.set_unusable_password()
    bob.save()
    page = look("bob").get("/account/password/choose/")
    assert "Your user name is bob" in page.text
    assert "too short" in look("bob").post("/account/password/choose/", {"password1": "a"}, status=400).text


def test_the_machine_issues_links_for_anyone(look, world, settings, capsys):
    settings.BASE_URL = "http://localhost:8123"
    call_command("login_link", "olga", "--hours", "2", "--json")
    url = json.loads(capsys.readouterr().out)["url"]
    assert url.startswith("http://localhost:8123/in/")
    browser = look()
    browser.post(url.removeprefix("http://localhost:8123"))
    assert who(browser) == "olga"
    with pytest.raises(Invalid):
        call_command("login_link", "olga", "--hours", "0")
    with pytest.raises(Unknown):
        call_command("login_link", "nobody")


def test_the_machine_turns_off_a_second_factor_that_was_lost(look, world, capsys):
    app_of(user("ann"))
    call_command("login_link", "ann", "--without-second-factor", "--json")
    url = json.loads(capsys.readouterr().out)["url"]
    browser = look()
    browser.post(url[url.index("/in/") :])
    assert who(browser) == "ann"
    assert AuditEvent.objects.filter(action="second_factor_removed").exists()


def test_of_two_who_found_a_link_unused_one_gets_in(world, ann_in, monkeypatch):
    link = links.find(ann_in)
    monkeypatch.setattr(links, "find", lambda token: link)
    assert links.use(ann_in) == user("ann")
    with pytest.raises(Unknown):
        links.use(ann_in)
