"""The first page, and a tournament's: to strangers, participants and operators."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.web.crowds import fill
from tests.world import drain
from tournaments.models import Rejection
from tournaments.services import contests, settlement
from tournaments.services.access import Actor
from tournaments.services.errors import FileRefused
from tournaments.services.intake import submit
from tournaments.services.people import keys, players, users

pytestmark = pytest.mark.django_db
ALL = "/?all=1"  # who operates one tournament only is otherwise led to its desk


def test_a_stranger_sees_what_it_is_and_the_live_round(look, open_round):
    page = look().get("/")
    assert re.search(r"Closes in (5\d min|1 h)", page.text)
    assert "10.00 USD" in page.text
    assert "/t/weekly/1/" in page.links
    assert "My rounds" not in page.text


def test_a_stranger_sees_the_open_round_before_a_newer_one_that_has_closed(look, world, open_round):
    world.close(world.open_round())
    page = look().get("/")
    assert "See round 1" in page.text
    assert "See round 2" not in page.text


def test_without_any_round_the_first_page_says_what_to_do(look, db):
    users.create_user("olga")
    assert "No round is open to the public" in look().get("/").text


def test_a_participant_sees_the_state_of_each_forecaster(look, world, open_round):
    players.add_forecaster(world.ann, world.tournament, "second")
    with pytest.raises(FileRefused):
        submit(world.ann, open_round, [b"id,probability\nr000,2\n"], "bad.csv", "second")
    players.add_forecaster(world.ann, world.tournament, "third")
    page = look("ann").get("/")
    assert "main Submitted" in page.text
    assert "second Rejected, 2 kinds of faults" in page.text
    assert "third Missing" in page.text
    assert "1 of 25 files used" in page.text
    assert Rejection.objects.count() == 1


def test_an_operator_is_led_to_what_is_theirs_to_run(look, closed):
    assert "Run it" in look("olga").get(ALL).text
    assert "Run it" not in look("ann").get("/").text


def test_a_class_is_shown_to_its_members_only(look, world):
    contests.create(world.operator.user, "stats", "Statistics", "classroom")
    assert "Statistics" not in look().get("/").text
    assert "Statistics" not in look("ann").get("/").text
    assert "Statistics" in look("olga").get(ALL).text
    look("ann").get("/t/stats/", status=404)
    assert "There is no round yet" in look("olga").get("/t/stats/").text


def test_a_draft_is_shown_to_operators_only(look, world):
    world.draft_round()
    assert "/t/weekly/1/" in look("olga").get(ALL).links
    assert "/t/weekly/1/" not in look("ann").get("/").links
    assert "/t/weekly/1/" in look("olga").get("/t/weekly/").links
    assert "/t/weekly/1/" not in look().get("/t/weekly/").links


def test_without_rewards_nothing_is_said_of_money(look, world):
    made = contests.create(world.operator.user, "stats", "Statistics", "classroom")
    players.add_participant(world.operator, made, world.ann.user, "Ann S.")
    world.tournament = made
    round_ = world.open_round()
    world.submit(Actor(world.ann.user), round_, world.skill(0.5, noise=1))
    drain()
    resolved = world.resolve(world.close(round_))
    addresses = [("ann", "/t/stats/"), ("ann", "/t/stats/1/"), ("olga", "/t/stats/1/")]
    read = [look(name).get(address).text for name, address in [*addresses, ("olga", "/t/stats/1/settle/")]]
    settlement.commit(world.operator, resolved)
    read += [look(name).get(address).text for name, address in addresses]
    assert "Final" in read[-1]
    # “pool” alone is the name of a blend, too.
    of_money = ("pool of", "the pool", "payout", "paid", "usd", "money", "points", "settle")
    assert not [(word, text) for text in read for word in of_money if word in text.lower()]


def test_the_first_page_asks_as_much_of_the_database_for_40_participants_as_for_5(
    look, world, open_round, django_assert_max_num_queries
):
    counts = []
    for size in (5, 40):
        fill(world, open_round, size)
        for name in ("", "ann", "olga"):
            browser = look(name)
            with django_assert_max_num_queries(30) as asked:
                browser.get(ALL)
            counts.append(len(asked))
    assert counts[:3] == counts[3:]


def test_a_participant_uploads_from_the_first_page(look, world, open_round):
    page = look("cyd").get("/")
    assert "Round 1 Closes in" in page.text
    assert "server clock" in page.text
    assert "main Missing" in page.text
    assert "Upload predictions" in page.text
    assert "is open until" in page.text or "opened" in page.text.lower()  # the public log
    file = SimpleUploadedFile("p.csv", world.csv(world.skill(0.2, noise=9)))
    assert "Accepted" in look("cyd").post("/t/weekly/1/upload/", {"file": file, "key": ""}).text
    assert "main Submitted" in look("cyd").get("/").text


def test_the_programs_on_the_first_page_have_ones_own_key_filled_in(look, world, open_round):
    assert "make one" in look("ann").get("/").text
    keys.create_key(world.ann.user, "reading", ["read"])
    assert "make one" in look("ann").get("/").text
    key, token = keys.create_key(world.ann.user, "bot", ["read", "upload"])
    page = look("ann").get("/")
    assert f"Token {key.public}$" in page.text
    assert token.partition("$")[2] not in page.text
    assert "https://testserver" in page.text or "http://testserver" in page.text


def test_the_last_result_stands_above_the_round_that_is_open(look, world, resolved):
    world.open_round()
    page = look("ann").get("/")
    assert "Round 1 , the last one:" in page.text
    assert "of 3" in page.text
    assert "Round 2 Closes in" in page.text


def test_only_the_rounds_that_close_first_are_shown_whole(
    look, world, open_round, django_assert_max_num_queries
):
    for hours in (5, 2, 3, 4):
        world.open_round(hours)
    with django_assert_max_num_queries(80):
        page = look("ann").client.get("/").content.decode()
    assert page.count("data-upload") == 3
    assert "Other rounds of mine" in page
    whole = [int(number) for number in re.findall(r'aria-label="Round (\d+) of', page)]
    assert whole == [1, 3, 4]


@pytest.mark.parametrize(
    ("joining", "words", "address"),
    [("open", "Join", "/t/weekly/join/"), ("code", "Join with a code", "/join/"), ("closed", "Log in", "")],
)
def test_a_stranger_is_offered_to_join_where_one_can(joining, words, address, look, world, open_round):
    world.tournament.joining = joining
    world.tournament.join_code = "CDFGHJKM" if joining == "code" else ""
    world.tournament.save()
    page = look().get("/")
    assert words in page.text
    assert not address or address in page.links
