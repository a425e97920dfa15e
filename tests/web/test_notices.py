"""One's notices in a browser: kinds by email, webhooks, and the way out of a mail."""

import pytest
from django.test import Client

from tests.world import user
from tournaments.models import Delivery, Member, Participant, Tournament, User, Webhook
from tournaments.services import contests
from tournaments.services.clock import db_now
from tournaments.services.people import players
from tournaments.services.telling import mail

pytestmark = pytest.mark.django_db
HOOKS = "/account/notices/webhooks/"


@pytest.fixture
def hook(world):
    return Webhook.objects.create(
        user=world.ann.user, url="https://example.org/hook", secret="whsec_c2VjcmV0", kinds=["accepted"]
    )


def write(hook, number, **more):
    return Delivery.objects.create(
        user=hook.user,
        webhook=hook,
        kind="accepted",
        event=f"accepted:{number}",
        body={},
        due_at=db_now(),
        **more,
    )


def test_a_stranger_is_sent_to_the_login(world, hook):
    for address in ("/account/notices/", f"{HOOKS}{hook.pk}/", f"{HOOKS}{hook.pk}/remove/"):
        assert Client().get(address)["Location"].startswith("/login/?next=")


def test_the_kinds_that_are_wanted_by_email_are_kept(look, world):
    ann = look("ann")
    page = ann.get("/account/notices/")
    assert "You have no address yet" in page.text
    assert "You have none" in page.text
    ann.post("/account/notices/", {"kinds": ["accepted", "paid"]})
    muted = ["closing_soon", "opened", "paid_out"]
    assert user("ann").muted == [*muted, "rejected", "reminder", "resolved", "scored"]
    User.objects.filter(username="ann").update(email="ann@example.org")
    assert "To ann@example.org" in ann.get("/account/notices/").text
    ann.post("/account/notices/", {"kinds": ["nonsense"]}, status=400)
    ann.post("/account/notices/", {"kinds": []})
    assert len(user("ann").muted) == 9


def test_without_a_mail_server_the_page_says_so(look, world, settings):
    settings.CAN_MAIL = False
    page = look("ann").get("/account/notices/")
    assert "no mail server" in page.text
    assert "By webhook" in page.text


def test_without_rewards_nothing_is_said_of_payments(look, world):
    made = contests.create(world.operator.user, "stats", "Statistics", "classroom")
    zoe = User.objects.create_user("zoe")
    players.add_participant(world.operator, made, zoe, "Zoe")
    page = look("zoe").get("/account/notices/")
    assert not [word for word in ("payout", "paid", "settle", "money") if word in page.text.lower()]
    zoes = look("zoe")
    zoes.post(HOOKS, {"url": "https://example.org/", "kinds": ["paid"]}, status=400)
    Member.objects.create(
        participant=Participant.objects.filter(tournament__slug="weekly")[0],
        tournament=Tournament.objects.get(slug="weekly"),
        user=zoe,
    )
    assert "Payout" in zoes.get("/account/notices/").text


def test_a_webhook_is_added_and_its_secret_is_shown_once(look, world):
    ann = look("ann")
    page = ann.post(HOOKS, {"url": "https://example.org/hook", "kinds": ["accepted", "opened"]})
    hook = Webhook.objects.get()
    assert hook.secret in page.text
    assert "def is_ours(" in page.text
    assert hook.kinds == ["accepted", "opened"]
    for address in ("/account/notices/", f"{HOOKS}{hook.pk}/", f"{HOOKS}{hook.pk}/remove/"):
        assert hook.secret not in ann.get(address).text
    page = ann.post(HOOKS, {"url": "https://example.org/hook", "kinds": ["accepted"]}, status=409)
    assert "You have a webhook to this address" in page.text


@pytest.mark.parametrize(
    ("url", "kinds", "words"),
    [
        ("http://example.org/", ["accepted"], "must begin with https://"),
        ("https://10.0.0.1/", ["accepted"], "no public address"),
        ("https://example.org/", [], "at least one kind"),
        ("", ["accepted"], "This field is required"),
    ],
)
def test_what_was_typed_stays_when_a_webhook_is_refused(url, kinds, words, look, world):
    ann = look("ann")
    page = ann.post(HOOKS, {"url": url, "kinds": kinds}, status=400)
    assert words in page.text
    values = {field.get("id"): field for field in page.fields}
    assert values["id_url"]["value"] == url
    checked = {name for name, field in values.items() if name.startswith("hook-") and "checked" in field}
    assert checked == {f"hook-{kind}" for kind in kinds}
    assert not Webhook.objects.exists()


def test_a_webhook_is_tested_switched_and_changed(look, world, hook):
    ann, here = look("ann"), f"{HOOKS}{hook.pk}/"
    assert "Nothing was sent yet" in ann.get(here).text
    assert "On its way" in ann.post(f"{here}test/").text
    page = ann.post(f"{here}switch/", {"off": ""})
    assert "Switched off." in page.text
    assert "Send a test" not in page.text
    assert not Delivery.objects.exists()
    assert "Send a test" in ann.post(f"{here}switch/", {"on": ""}).text
    ann.post(here, {"kinds": ["paid", "resolved"]})
    hook.refresh_from_db()
    assert (hook.kinds, hook.active) == (["resolved", "paid"], True)
    assert "at least one kind" in ann.post(here, {"kinds": []}, status=400).text


def test_deliveries_are_shown_with_what_went_wrong_and_can_be_tried_again(look, world, hook):
    failed = write(hook, 1, state="failed", attempts=8, status=503, error="The receiver answered 503.")
    write(hook, 2, state="sent", attempts=2, status=204, sent_at=db_now())
    write(hook, 3, attempts=1, error="There was no answer within 5 seconds.")
    page = look("ann").get(f"{HOOKS}{hook.pk}/")
    for words in ("Failed 503 8 The receiver answered 503.", "Taken 204 2", "To be tried again", "Next try"):
        assert words in page.text
    look("ann").post(f"{HOOKS}{hook.pk}/retry/{failed.pk}/")
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == (Delivery.State.DUE, 0)


def test_others_find_nothing_there(look, world, hook):
    one = write(hook, 1, state="failed")
    bob, here = look("bob"), f"{HOOKS}{hook.pk}/"
    bob.get(here, status=404)
    bob.get(f"{here}remove/", status=404)
    for verb in ("", "test/", "switch/", "remove/", f"retry/{one.pk}/"):
        bob.post(f"{here}{verb}", {"name": "example.org", "kinds": ["paid"]}, status=404)
    assert Webhook.objects.get().kinds == ["accepted"]


def test_a_webhook_is_removed_when_its_host_is_typed(look, world, hook):
    ann = look("ann")
    assert "Type example.org to confirm" in ann.get(f"{HOOKS}{hook.pk}/remove/").text
    ann.post(f"{HOOKS}{hook.pk}/remove/", {"name": "example.com"}, status=400)
    assert "is removed" in ann.post(f"{HOOKS}{hook.pk}/remove/", {"name": "example.org"}).text
    assert not Webhook.objects.exists()


def test_a_get_does_nothing(look, world, hook):
    ann = look("ann").client
    for verb in ("test/", "switch/", "retry/1/"):
        assert ann.get(f"{HOOKS}{hook.pk}/{verb}").status_code == 405
    assert ann.get(HOOKS)["Location"] == "/account/notices/"


def test_a_mail_is_stopped_without_logging_in_by_its_button_or_the_mail_program(look, world):
    ann = world.ann.user
    address = f"/account/notices/stop/{mail.token(ann, 'opened')}/"
    page = look().get(address)
    assert "Round open" in page.text
    assert user("ann").muted == []
    # As a mail program does it (RFC 8058): a POST with no cookie and no token of a form.
    program = Client(enforce_csrf_checks=True)
    answer = program.post(address, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert user("ann").muted == ["opened"]
    assert "No more emails" in look().post(address).text
    look().get(address[:-5] + "/", status=404)


def test_the_page_asks_the_database_as_much_for_ten_webhooks_and_twenty_deliveries_as_for_one(
    look, world, hook, django_assert_max_num_queries
):
    counts = []
    for size in (1, 9, 20):
        if size == 9:
            for number in range(9):
                Webhook.objects.create(
                    user=hook.user, url=f"https://e.org/{number}", secret="x", kinds=["paid"]
                )
        for number in range(size):
            write(hook, f"{size}.{number}", state="failed")
        ann = look("ann")
        with django_assert_max_num_queries(12) as asked:
            ann.get("/account/notices/")
            first = len(asked)
        with django_assert_max_num_queries(12) as asked:
            ann.get(f"{HOOKS}{hook.pk}/")
        counts.append((first, len(asked)))
    assert counts[0] == counts[1] == counts[2]


def test_the_back_office_shows_no_secret(world, hook):
    User.objects.create_superuser("root", password="x")
    client = Client()
    client.force_login(user("root"))
    page = client.get(f"/admin/tournaments/webhook/{hook.pk}/change/").content.decode()
    assert "example.org/hook" in page
    assert hook.secret not in page
