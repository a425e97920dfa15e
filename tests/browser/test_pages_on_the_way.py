"""Pages that are there only once something was done: links, second factors, webhooks, and ends of roles."""

import re
from urllib.parse import urlsplit

import pytest
from django.core import signing

from tests.browser.looks import look
from tests.browser.people import Person
from tests.web.second import code_now
from tournaments.services.telling.mail import SALT

T = "/t/harbour/"
SECRET = "the long pier at low water"


@pytest.fixture(scope="module")
def ann(shown, regulars):
    return regulars(shown, "ann")


@pytest.fixture(scope="module")
def olga(shown, regulars):
    return regulars(shown, "olga")


def follow(person: Person, name: str) -> None:
    """Press, and wait for the page that this leads to."""
    with person.page.expect_navigation():
        person.press(name, exact=True)


def test_a_webhook_and_its_end(shown, ann):
    [(pk,)] = shown.house.rows(
        """INSERT INTO tournaments_webhook (user_id, url, secret, kinds, active, created_at)
           SELECT id, 'https://ann.example/told', 'whsec_c2VjcmV0', '{rejected}', true, now()
           FROM tournaments_user WHERE username = 'ann' RETURNING id"""
    )
    ann.go(f"/account/notices/webhooks/{pk}/")
    assert look(ann, "webhook") == []
    follow(ann, "Remove")
    assert look(ann, "webhook-remove") == []


def test_the_link_of_a_mail_that_stops_its_kind(shown, visit):
    [(pk,)] = shown.house.rows("SELECT id FROM tournaments_user WHERE username = 'ann'")
    key = (shown.house.home.path / "secret_key").read_text().strip()
    word = signing.dumps([pk, "closing_soon"], key=key, salt=SALT)
    pia = visit()
    pia.go(f"/account/notices/stop/{word}/")
    assert look(pia, "notices-stop") == []


def test_an_invitation_and_the_removal_of_who_came_by_it(ann, visit):
    ann.go(T + "team/")
    follow(ann, "Invite a member")
    link = urlsplit(ann.main.locator("#invitation").inner_text()).path
    guest = visit()
    guest.go(link)
    assert look(guest, "member-link") == []
    guest.fill("User name", "max")
    guest.fill("Password", SECRET)
    guest.fill("The same password again", SECRET)
    follow(guest, "Make the account and join Albatross")
    ann.go(T + "team/")
    ann.main.get_by_role("row", name=re.compile("max")).get_by_role("link").click()
    ann.reads("Remove max")
    assert look(ann, "remove-member") == []
    ann.fill("Type", "max")
    follow(ann, "Remove max")


def test_a_role_and_its_end(shown, olga):
    shown.house.write(
        """INSERT INTO tournaments_role (user_id, tournament_id, kind)
           SELECT u.id, t.id, 'auditor' FROM tournaments_user u, tournaments_tournament t
           WHERE u.username = 'zoe' AND t.slug = 'harbour'"""
    )
    olga.go(T + "roles/")
    olga.main.get_by_role("row", name=re.compile("zoe")).get_by_role("link", name="Revoke").click()
    olga.reads("zoe is auditor no more")
    assert look(olga, "revoke-role") == []
    olga.confirm("Revoke the role")


def test_the_open_door_of_a_tournament(olga, visit):
    olga.go(T + "joining/")
    olga.main.get_by_label("Open").first.check()
    follow(olga, "Save")
    pia = visit()
    pia.go(T + "join/")
    assert look(pia, "join-open") == []
    olga.main.get_by_label("By code").check()
    follow(olga, "Save")


def test_a_second_factor_from_its_secret_to_its_recovery_codes(shown, visit):
    gil = visit(shown, "gil")
    gil.go("/account/sure/?next=/account/second-factor/on/")
    assert look(gil, "sure") == []
    gil.fill("Password", shown.secrets["gil"]["password"])
    gil.main.get_by_role("button").first.click()
    gil.page.wait_for_url(re.compile("/second-factor/on/"))
    assert look(gil, "second-factor-on") == []
    secret = re.search(r"\b[A-Z2-7]{32}\b", gil.main.inner_text() + gil.main.inner_html())
    assert secret
    gil.main.get_by_role("textbox").last.fill(code_now(secret.group()))
    gil.main.get_by_role("button").last.click()
    gil.page.wait_for_url(re.compile("/second-factor/"))
    assert look(gil, "recovery-codes") == []


def test_the_documentation_of_the_api_is_drawn(visit):
    pia = visit()
    pia.go("/api/docs/")
    pia.page.get_by_text("/api/v1/tournaments/", exact=False).first.wait_for()
    pia.shoot("api-docs-light")
