"""The page of API keys: made, shown once, used, revoked."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.world import user
from tournaments.models import ApiKey, AuditEvent, Participant, Role
from tournaments.services import contests
from tournaments.services.access import STRANGER, Actor
from tournaments.services.clock import db_now
from tournaments.services.errors import Forbidden, Invalid
from tournaments.services.people import keys, players, users

pytestmark = pytest.mark.django_db
FORM = {"name": "laptop", "scopes": ["read", "upload"], "days": "30"}


def test_a_key_is_made_shown_once_and_works(look, world):
    page = look("ann").post("/account/keys/", FORM)
    key = ApiKey.objects.get(name="laptop")
    token = re.search(rf"{key.public}\$[\w-]+", page.text).group()
    assert f"curl -H 'Authorization: Token {token}' http" in page.text
    assert (key.user, key.scopes) == (user("ann"), ["read", "upload"])
    assert timedelta(days=29, hours=23) < key.expires_at - db_now() <= timedelta(days=30)
    assert token not in look("ann").get("/account/keys/").text
    answer = Client().get("/api/v1/tournaments/", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 200
    assert AuditEvent.objects.get(action="key_made").details["scopes"] == ["read", "upload"]


def test_the_page_with_the_token_is_kept_nowhere(world, look):
    response = look("ann").client.post("/account/keys/", FORM)
    assert "no-store" in response["Cache-Control"]


def test_the_list_tells_what_each_key_may_and_when_it_was_used(look, world):
    _, token = keys.create_key(user("ann"), "old", ["read"], days=1)
    keys.actor_of_token(token)
    ApiKey.objects.update(created_at=db_now() - timedelta(days=3), expires_at=db_now() - timedelta(days=1))
    keys.create_key(user("ann"), "new", ["read", "upload"])
    keys.create_key(user("bob"), "of bob", ["read"])
    text = look("ann").get("/account/keys/").text
    assert "Expired" in text
    assert "read, upload" in text
    assert "Never" in text
    assert "of bob" not in text


def test_without_keys_the_page_says_what_they_are_for(look, world):
    assert "You have no keys" in look("ann").get("/account/keys/").text


def test_scopes_are_offered_where_they_are_of_use(look, world):
    assert keys.scopes_for(user("ann")) == ["read", "upload", "stake"]
    assert keys.scopes_for(user("olga")) == ["read", "upload", "operate"]
    Role.objects.create(tournament=world.tournament, user=user("ann"), kind=Role.Kind.AUDITOR)
    assert keys.scopes_for(user("ann")) == ["read", "upload", "stake", "audit"]
    dora, _ = users.create_user("dora")
    dora.is_superuser = True
    dora.save()
    assert keys.scopes_for(dora) == ["read", "upload", "operate"]


def test_who_plays_without_rewards_reads_nothing_of_stakes(look, world):
    made = contests.create(world.operator.user, "stats", "Statistics", "classroom")
    eve, _ = users.create_user("eve")
    players.add_participant(world.operator, made, eve, "Eve")
    text = look("eve").get("/account/keys/").text
    assert "stake" not in text.lower()
    assert "balance" not in text.lower()


def test_a_scope_that_was_not_offered_is_refused(look, world):
    page = look("ann").post("/account/keys/", {**FORM, "scopes": ["operate"]}, status=400)
    assert "operate is not one of the available choices" in page.text
    with pytest.raises(Invalid) as refused:
        keys.make_key(world.ann, "mine", ["read", "operate"], None)
    assert refused.value.code == "unknown_scope"
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"scopes": []}, "Choose at least one"),
        ({"days": "0"}, "greater than or equal to 1"),
        ({"days": "99999"}, "less than or equal to"),
    ],
)
def test_what_is_wrong_with_a_key_is_told(look, world, change, said):
    assert said in look("ann").post("/account/keys/", {**FORM, **change}, status=400).text
    assert not ApiKey.objects.exists()


def test_nobody_gathers_keys_without_end(look, world):
    for i in range(keys.MOST_KEYS):
        keys.create_key(user("ann"), f"key {i}", ["read"])
    assert "You have 50 keys" in look("ann").post("/account/keys/", FORM, status=409).text


def test_a_key_is_revoked_by_its_name_and_refused_from_then_on(look, world):
    key, token = keys.create_key(user("ann"), "laptop", ["read"])
    address = f"/account/keys/{key.public}/revoke/"
    page = look("ann").get(address)
    assert "Type laptop to confirm" in page.text
    assert "This is not laptop" in look("ann").post(address, {"name": "desktop"}, status=400).text
    keys.actor_of_token(token)
    page = look("ann").post(address, {"name": "laptop"})
    assert "The key laptop is revoked" in page.text
    assert "You have no keys" in page.text
    with pytest.raises(Forbidden):
        keys.actor_of_token(token)
    assert AuditEvent.objects.get(action="key_revoked").details["key"] == key.public
    look("ann").get(address, status=404)


def test_others_keys_are_not_there(look, world):
    key, token = keys.create_key(user("ann"), "laptop", ["read"])
    look("bob").get(f"/account/keys/{key.public}/revoke/", status=404)
    look("bob").post(f"/account/keys/{key.public}/revoke/", {"name": "laptop"}, status=404)
    keys.actor_of_token(token)


def test_strangers_are_led_to_the_login(look, world):
    for address in ("/account/", "/account/keys/", "/account/second-factor/", "/account/password/"):
        assert look().client.get(address)["Location"] == f"/login/?next={address}"
    with pytest.raises(Forbidden):
        keys.list_keys(STRANGER)


def test_the_list_asks_as_much_for_twenty_keys_as_for_five(look, world, django_assert_max_num_queries):
    counts, browser = [], look("ann").client
    for start in (0, 5):
        for i in range(start, start * 4 or 5):
            keys.create_key(user("ann"), f"key {i}", ["read"])
        with django_assert_max_num_queries(12) as asked:
            browser.get("/account/keys/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert ApiKey.objects.count() == 20


def test_an_actor_with_a_benchmark_gets_keys_too(world):
    bench = world.player("bench", kind=Participant.Kind.BENCHMARK)
    key, _ = keys.make_key(Actor(bench.user), "nightly", ["upload"], None)
    assert key.expires_at is None
