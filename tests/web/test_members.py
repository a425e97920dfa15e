"""A participant's own page, and the way in for who was invited."""

import re

import pytest
from django.core.cache import cache

from tests.world import user
from tournaments.models import Member, OneTimeLink
from tournaments.services import contests
from tournaments.services.people import members, players, users
from tournaments.web.joining import attempts

pytestmark = pytest.mark.django_db
HERE = "/t/weekly/team/"
NEW = {"username": "zoe", "password": "long enough 83", "again": "long enough 83", "email": ""}


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.delete_many([f"{what}_127.0.0.1" for what in attempts.LIMITS])


def invited(browser):
    """The address of a new invitation."""
    response = browser.client.post(f"{HERE}invite/")
    assert "no-store" in response["Cache-Control"]
    (where,) = re.findall(r">http://testserver(/member/[^<]+/)<", response.content.decode())
    return where


def test_a_member_is_invited_and_comes_in_with_a_click(look, world):
    ann = look("ann")
    where = invited(ann)
    assert where not in ann.get(HERE).text
    assert "Open invitations" in ann.get(HERE).text
    users.create_user("kim")
    kim = look("kim")
    for _ in range(2):
        assert "Play for Ann" in kim.get(where).text
    assert OneTimeLink.objects.get().used_at is None
    page = kim.post(where)
    assert "kim you" in page.text
    assert "works once" not in page.text
    assert "was used, revoked or is too old" in look().get(where, status=404).text


def test_a_stranger_makes_an_account_on_the_way(look, world):
    where = invited(look("ann"))
    stranger = look()
    page = stranger.get(where)
    assert f"/login/?next={where}" in page.links
    weak = {**NEW, "password": "12345678", "again": "12345678"}
    assert "too common" in stranger.post(where, weak, status=400).text
    assert "There is a user ann" in stranger.post(where, {**NEW, "username": "ann"}, status=409).text
    assert "zoe you" in stranger.post(where, NEW).text
    assert Member.objects.get(user=user("zoe")).participant.alias == "Ann"


def test_who_plays_here_already_is_refused(look, world):
    where = invited(look("ann"))
    assert "plays in this tournament already" in look("bob").post(where, status=409).text
    assert OneTimeLink.objects.get().used_at is None


def test_an_invitation_is_revoked(look, world):
    where = invited(look("ann"))
    link = OneTimeLink.objects.get()
    look("bob").post(f"{HERE}invitations/{link.pk}/revoke/", status=404)
    assert "Open invitations" not in look("ann").post(f"{HERE}invitations/{link.pk}/revoke/").text
    look().get(where, status=404)


def test_a_member_is_removed_and_another_leaves_only_with_the_name_typed(look, world):
    for name in ("kim", "lea"):
        users.create_user(name)
        look(name).post(invited(look("ann")))
    ann = look("ann")
    where = f"{HERE}members/kim/remove/"
    assert "Remove kim" in ann.get(where).text
    ann.post(where, {"name": "lea"}, status=400)
    assert "kim" not in ann.post(where, {"name": "kim"}).text
    assert "Leave Ann" in look("lea").get(f"{HERE}members/lea/remove/").text
    assert (
        "You take part in no tournament"
        in look("lea").post(f"{HERE}members/lea/remove/", {"name": "lea"}).text
    )
    assert "only member" in ann.get(f"{HERE}members/ann/remove/", status=409).text
    assert [one.user.username for one in Member.objects.filter(participant__alias="Ann")] == ["ann"]


def test_forecasters_are_added_and_one_takes_the_paid_place(look, world):
    ann = look("ann")
    assert "main" in ann.get(HERE).text
    page = ann.post(f"{HERE}forecasters/", {"forecaster": "second"})
    assert "Choose second" in page.text
    assert "Choose main" in ann.post(f"{HERE}paid/", {"forecaster": "second"}).text
    assert (
        "You have a forecaster second"
        in ann.post(f"{HERE}forecasters/", {"forecaster": "second"}, status=409).text
    )
    assert "1 to 40 letters" in ann.post(f"{HERE}forecasters/", {"forecaster": "a b"}, status=400).text
    assert "required" in ann.post(f"{HERE}forecasters/", {"forecaster": ""}, status=400).text
    ann.post(f"{HERE}paid/", {"forecaster": "third"}, status=404)


def test_the_page_is_for_those_who_play(look, world):
    look("olga").get(HERE, status=403)
    assert look().client.get(HERE)["Location"].startswith("/login/")
    for path in ("invite/", "forecasters/", "paid/"):
        look("olga").post(f"{HERE}{path}", {"forecaster": "main"}, status=403)
    assert HERE in look("ann").get("/t/weekly/").links
    assert HERE not in look("olga").get("/t/weekly/").links


def test_without_rewards_the_team_says_nothing_of_money(look, world):
    stats = contests.create(world.operator.user, "stats", "Statistics", "classroom")
    players.add_participant(world.operator, stats, world.ann.user, "Ann S.")
    text = look("ann").get("/t/stats/team/").text.lower()
    assert not [word for word in ("paid", "payout", "pool", "money", "usd") if word in text]


def test_many_members_and_invitations_ask_no_more_of_the_database(look, world, django_assert_max_num_queries):
    counts = []
    for size in (2, 8):
        for n in range(Member.objects.filter(participant__alias="Ann").count(), size):
            made, _ = users.create_user(f"m{n}")
            _, token = members.invite(world.ann, world.tournament)
            members.accept(type(world.ann)(made), token)
            members.invite(world.ann, world.tournament)
        ann = look("ann")
        with django_assert_max_num_queries(25) as asked:
            ann.get(HERE)
        counts.append(len(asked))
    assert counts[0] == counts[1]
