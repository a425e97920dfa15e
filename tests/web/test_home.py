"""The first page, and a tournament's: to strangers, participants and operators."""

import pytest

from tests.web.crowds import fill
from tests.world import drain
from tournaments.models import Rejection
from tournaments.services import contests, settlement
from tournaments.services.access import Actor
from tournaments.services.errors import FileRefused
from tournaments.services.intake import submit
from tournaments.services.people import players

pytestmark = pytest.mark.django_db


def test_a_stranger_sees_what_it_is_and_the_live_round(look, open_round):
    page = look().get("/")
    assert "Closes in 59 min" in page.text or "Closes in 1 h" in page.text
    assert "10.00 USD" in page.text
    assert "/t/weekly/1/" in page.links
    assert "My rounds" not in page.text


def test_without_any_round_the_first_page_says_what_to_do(look, db):
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
    assert "Run it" in look("olga").get("/").text
    assert "Run it" not in look("ann").get("/").text


def test_a_class_is_shown_to_its_members_only(look, world):
    contests.create(world.operator.user, "stats", "Statistics", "classroom")
    assert "Statistics" not in look().get("/").text
    assert "Statistics" not in look("ann").get("/").text
    assert "Statistics" in look("olga").get("/").text
    look("ann").get("/t/stats/", status=404)
    assert "There is no round yet" in look("olga").get("/t/stats/").text


def test_a_draft_is_shown_to_operators_only(look, world):
    world.draft_round()
    assert "/t/weekly/1/" in look("olga").get("/").links
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
    of_money = ("pool", "payout", "paid", "usd", "money", "points", "settle")
    assert not [(word, text) for text in read for word in of_money if word in text.lower()]


def test_the_first_page_asks_as_much_of_the_database_for_40_participants_as_for_5(
    look, world, open_round, django_assert_max_num_queries
):
    counts = []
    for size in (5, 40):
        fill(world, open_round, size)
        for name in ("", "ann", "olga"):
            browser = look(name)
            with django_assert_max_num_queries(20) as asked:
                browser.get("/")
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
