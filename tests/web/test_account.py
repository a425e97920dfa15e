"""One's own account: name, address, password; and that none of it helps a stranger in."""

import re
from typing import Any

import pytest
from django.core import mail
from django.template.loader import get_template
from django.test import Client

from tests.web.second import PASSWORD, sure
from tests.world import user
from tournaments.models import User

pytestmark = pytest.mark.django_db
NEW = "a long way home"
TWICE = {"password1": NEW, "password2": NEW}
IN_ALL_PAGES = ("Crowdblend", "Participants send probabilities, never code.")


def said(text: str) -> str:
    """Return what a page says, without the clock below it."""
    return text.partition("Server clock")[0]


def link_of(message, start):
    return re.search(rf"http\S+({start}\S+)", message.body).group(1)


# -- Who one is ------------------------------------------------------------------------------------------


def test_the_name_in_the_header_leads_to_the_account(logged_in):
    page = logged_in.get("/")
    assert "/account/" in page.links
    text = logged_in.get("/account/").text
    assert "ann@example.org" in text
    assert "Second factor Off" in text


def test_a_name_is_changed(logged_in):
    assert (
        "Your name is saved" in logged_in.post("/account/", {"first_name": " Ann ", "last_name": "Bee"}).text
    )
    assert user("ann").get_full_name() == "Ann Bee"


def test_an_address_counts_once_the_mail_to_it_was_answered(logged_in, settings, mailoutbox):
    settings.BASE_URL = "https://crowd.example"
    sure(logged_in, "/account/email/")
    new = {"email": "ann@example.net", "action_add": ""}
    assert "A mail went to ann@example.net" in logged_in.post("/account/email/", new).text
    assert user("ann").email == "ann@example.org"
    assert mailoutbox[0].to == ["ann@example.net"]
    assert "https://crowd.example/account/email/" in mailoutbox[0].body
    link = link_of(mailoutbox[0], "/account/email/")
    assert "Is this your address" in logged_in.get(link).text
    assert user("ann").email == "ann@example.org"
    assert "ann@example.net is your address now" in logged_in.post(link).text
    assert user("ann").email == "ann@example.net"
    assert "does not work any more" in logged_in.get(link).text


def test_an_address_is_not_changed_without_the_password_once_more(logged_in, mailoutbox):
    response = logged_in.client.post("/account/email/", {"email": "x@example.net", "action_add": ""})
    assert response["Location"].startswith("/account/sure/?next=")
    assert mailoutbox == []


def test_without_a_mail_server_an_address_is_taken_as_it_is(logged_in, settings):
    settings.CAN_MAIL = False
    assert "has no mail server" in logged_in.get("/account/email/").text
    assert "valid email" in logged_in.post("/account/email/", {"email": "x"}, status=400).text
    assert "Your address is saved" in logged_in.post("/account/email/", {"email": "A@example.net"}).text
    assert user("ann").email == "a@example.net"


# -- Passwords -------------------------------------------------------------------------------------------


def test_a_password_is_changed_for_the_old_one_and_other_browsers_are_logged_out(look, logged_in):
    other = look()
    other.post("/login/", {"login": "ann", "password": PASSWORD})
    wrong = logged_in.post("/account/password/", {"oldpassword": "x", **TWICE})
    assert "not your current password" in wrong.text
    page = logged_in.post("/account/password/", {"oldpassword": PASSWORD, **TWICE})
    assert "Your password is changed" in page.text
    assert "Log out" in logged_in.get("/account/").text
    assert other.client.get("/account/").status_code == 302
    assert "too short" in logged_in.post("/account/password/", {"oldpassword": NEW, "password1": "a"}).text


def test_a_forgotten_password_is_chosen_anew_by_a_link_in_a_mail(look, ann, settings, mailoutbox):
    settings.BASE_URL = "https://crowd.example"
    page = look().post("/account/password/reset/", {"email": "ann@example.org"})
    assert "Look into your mail" in page.text
    assert "https://crowd.example/account/password/reset/" in mailoutbox[0].body
    assert "user ann" in mailoutbox[0].body
    browser = look()
    link = link_of(mailoutbox[0], "/account/password/reset/")
    form = browser.client.get(link)["Location"]
    assert form.endswith("-set-password/")
    assert "A new password" in browser.get(form).text
    assert "Your password is changed" in browser.post(form, TWICE).text
    assert user("ann").check_password(NEW)
    assert "_auth_user_id" not in browser.client.session
    assert "does not work any more" in look().get(link).text


def test_a_mail_never_leads_where_a_strangers_request_says(ann, settings, mailoutbox):
    settings.ALLOWED_HOSTS, settings.BASE_URL = ["*"], "https://crowd.example"
    Client().post("/account/password/reset/", {"email": "ann@example.org"}, headers={"Host": "evil.example"})
    assert "evil.example" not in mailoutbox[0].body


def test_nobody_learns_by_asking_which_addresses_are_known(look, ann, mailoutbox):
    known = look().post("/account/password/reset/", {"email": "ann@example.org"}).text
    unknown = look().post("/account/password/reset/", {"email": "nobody@example.org"}).text
    assert said(known) == said(unknown)
    # A mail goes out in both cases, so that the time taken tells nothing either.
    assert [message.to for message in mailoutbox] == [["ann@example.org"], ["nobody@example.org"]]
    assert "no account there has it" in mailoutbox[1].body


def test_without_a_mail_server_the_page_says_who_helps(look, ann, settings):
    settings.CAN_MAIL = False
    for page in (
        look().get("/account/password/reset/"),
        look().post("/account/password/reset/", {"email": "x"}),
    ):
        assert "Ask an operator of your tournament for a login link" in page.text
    assert mail.outbox == []


def test_a_mail_server_that_does_not_answer_breaks_no_page(look, ann, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    known = look().post("/account/password/reset/", {"email": "ann@example.org"}).text
    assert "did not take it" in known
    assert said(known) == said(look().post("/account/password/reset/", {"email": "nobody@example.org"}).text)


# -- Pages -----------------------------------------------------------------------------------------------

PAGES = [
    "account/login",
    "account/logout",
    "account/signup_closed",
    "account/account_inactive",
    "account/reauthenticate",
    "account/password_change",
    "account/password_reset",
    "account/password_reset_done",
    "account/password_reset_from_key",
    "account/password_reset_from_key_done",
    "account/email_change",
    "account/email_confirm",
    "mfa/authenticate",
    "mfa/index",
    "mfa/reauthenticate",
    "mfa/totp/activate_form",
    "mfa/totp/deactivate_form",
    "mfa/recovery_codes/index",
    "mfa/recovery_codes/generate",
    "socialaccount/connections",
    "socialaccount/login_cancelled",
    "socialaccount/authentication_error",
    "allauth/layouts/base",
]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_the_library_that_can_be_reached_is_ours(name):
    template: Any = get_template(f"{name}.html")
    assert "/tournaments/templates/" in template.origin.name


@pytest.mark.parametrize(
    "address",
    [
        "/account/password/reset/",
        "/account/password/reset/sent/",
        "/account/password/reset/done/",
        "/account/off/",
        "/account/password/reset/1-x/",
        "/account/email/x:y/",
        "/signup/",
        "/login/cancelled/",
        "/login/",
        "/in/x/",
    ],
)
def test_the_pages_of_strangers_are_whole(look, ann, address):
    status = {"/in/x/": 410}.get(address, 200)
    text = look().get(address, status=status).text
    assert all(words in text for words in IN_ALL_PAGES)


@pytest.mark.parametrize(
    "address",
    [
        "/account/",
        "/account/password/",
        "/account/email/",
        "/account/sure/",
        "/account/second-factor/",
        "/logout/",
        "/account/connections/",
        "/account/keys/",
    ],
)
def test_the_pages_of_users_are_whole(logged_in, address):
    assert all(words in logged_in.get(address).text for words in IN_ALL_PAGES)


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/",
        "/account/login/",
        "/login/code/confirm/",
        "/account/sessions/",
        "/account/webauthn/",
        "/account/phone/change/",
        "/2fa/",
        "/3rdparty/",
        "/oidc/other/login/",
        "/oidc/other/login/callback/",
    ],
)
def test_pages_of_the_library_that_are_not_ours_are_not_there(logged_in, address):
    logged_in.get(address, status=404)


def test_nobody_signs_up_by_themselves(look, ann):
    form = {"username": "eve", "email": "e@example.org", **TWICE}
    for page in (look().get("/signup/"), look().post("/signup/", form)):
        assert "An account comes with taking part" in page.text
    assert not User.objects.filter(username="eve").exists()


def test_logging_out_takes_a_post(logged_in):
    assert "You are logged in as ann" in logged_in.get("/logout/").text
    assert "Log in" in logged_in.post("/logout/").text
    assert logged_in.client.get("/account/").status_code == 302
