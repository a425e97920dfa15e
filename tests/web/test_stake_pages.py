"""Stakes in a browser: set by those who play, hidden until the close, and told afterwards."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.services.test_staked_settlement import build
from tests.services.test_stakes import has, rich, staked_world
from tests.world import World, drain
from tournaments.models import Stake
from tournaments.services import rounds, settlement, stakes
from tournaments.services.people import players

pytestmark = pytest.mark.django_db
STAKE, STAKES, MONEY = "/t/weekly/1/stake/", "/t/weekly/1/stakes/", "/t/weekly/money/"
FILE = "/t/weekly/1/stakes.csv"


@pytest.fixture
def world(tmp_path) -> World:
    return staked_world(tmp_path, stake_least=100, stake_most=50_000)


@pytest.fixture
def ann(world):
    return rich(world, "ann", 123_456)


@pytest.fixture
def open_round(world, ann):
    return world.open_round()


def test_a_stake_is_set_raised_and_taken_back(look, world, ann, open_round):
    browser = look("ann")
    page = browser.get(STAKE)
    for words in (
        "You have besides 1,234.56 USD",
        "Nothing at stake yet",
        "From 1.00 USD to 500.00 USD",
        "Mia loses",
    ):
        assert words in page.text
    assert STAKE in browser.get("/t/weekly/1/").links
    for typed, shown, left in (("12.34", "12.34", 122_222), ("500", "500.00", 73_456)):
        page = browser.post(STAKE, {"forecaster": "main", "amount": typed})
        assert f"main has {shown} USD at stake in round 1." in page.text
        assert f"At stake in this round {shown} USD" in page.text
        assert has(world, ann) == left
    page = browser.post(STAKE, {"forecaster": "main", "amount": "0"})
    assert "main has nothing at stake in round 1." in page.text
    assert has(world, ann) == 123_456


def test_each_forecaster_has_a_stake_of_its_own(look, world, ann, open_round):
    players.add_forecaster(ann, world.tournament, "second")
    browser = look("ann")
    browser.post(STAKE, {"forecaster": "main", "amount": "2"})
    page = browser.post(STAKE, {"forecaster": "second", "amount": "3"})
    assert "At stake in this round 5.00 USD" in page.text
    assert [field["value"] for field in page.fields if field["name"] == "amount"] == ["2.00", "3.00"]


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("", 400, "This field is required."),
        ("1.005", 400, "at most 2 decimals"),
        ("-5", 400, "is no amount"),
        ("0.99", 400, "This round asks for a larger stake. At least 1.00 USD."),
        ("500.01", 400, "This round allows only a smaller stake. At most 500.00 USD."),
    ],
)
def test_what_cannot_be_staked_is_said_at_the_field(look, world, ann, open_round, typed, status, said):
    page = look("ann").post(STAKE, {"forecaster": "main", "amount": typed}, status=status)
    assert said in page.text
    assert typed in [field.get("value", "") for field in page.fields if field["name"] == "amount"]
    assert (has(world, ann), Stake.objects.count()) == (123_456, 0)


def test_nobody_stakes_more_than_they_have_or_for_another(look, world, open_round):
    bob = rich(world, "bob", 300)
    browser = look("bob")
    page = browser.post(STAKE, {"forecaster": "main", "amount": "3.01"}, status=409)
    assert "3.00 USD" in page.text
    assert [field["value"] for field in page.fields if field["name"] == "amount"] == ["3.01"]
    browser.post(STAKE, {"forecaster": "nobody's", "amount": "1"}, status=404)
    assert look("olga").client.post(STAKE, {"forecaster": "main", "amount": "1"}).status_code == 403
    assert has(world, bob) == 300


def test_an_auction_asks_for_a_confidence(look, tmp_path):
    world = staked_world(tmp_path, payout_rule="auction", pool=100)
    rich(world, "ann")
    world.open_round()
    browser = look("ann")
    sent = {"forecaster": "main", "amount": "5"}
    for typed, said in (
        ("", "say the confidence that you bid"),
        ("0", "above 0 and at most 1"),
        ("1.1", "less than or equal to 1"),
        ("0.1234567891", "no more than 9 decimal places"),
    ):
        assert said in browser.post(STAKE, {**sent, "confidence": typed}, status=400).text
    page = browser.post(STAKE, {**sent, "confidence": "0.123456789"})
    assert "5.00 USD at stake now, at a confidence of 0.123456789" in page.text
    assert Stake.objects.get().confidence == 123_456_789
    assert "Confidence" in look("olga").get(STAKES).text


def test_what_others_stake_is_seen_from_the_close_on(look, world, ann, open_round):
    bob = rich(world, "bob", 1_000)
    world.submit(ann, open_round, world.skill(0.4, 1))
    drain()
    stakes.stake(ann, open_round, "main", 300)
    stakes.stake(bob, open_round, "main", 900)
    assert "from the close on" in look("bob").get(STAKES, status=409).text
    assert STAKES not in look("bob").get("/t/weekly/1/").links
    assert STAKES in look("olga").get("/t/weekly/1/").links
    assert "At stake in all 12.00 USD" in look("olga").get(STAKES).text
    world.close(open_round)
    page = look().get(STAKES)
    assert "Bob main 9.00 75.00% Ann main 3.00 25.00%" in page.text
    assert "CSV of 2 stakes" in page.text
    assert "Ann you main 3.00" in look("ann").get(STAKES).text
    assert STAKES in look("bob").get("/t/weekly/1/").links
    assert "main 3.00 – Told when the round is settled Locked" in look("ann").get(STAKE).text
    page = look("ann").post(STAKE, {"forecaster": "main", "amount": "0"}, status=409)
    assert "main 3.00 – Told when the round is settled Locked" in page.text


def test_stakes_as_a_file_are_for_those_who_may_see_the_page(look, tmp_path):
    world = staked_world(tmp_path, payout_rule="auction", pool=100)
    round_ = world.open_round()
    bids = {"ann": (300, 500_000_000), "bob": (900, 35_000_000)}
    for name, (amount, confidence) in bids.items():
        stakes.stake(rich(world, name), round_, "main", amount, confidence)
    for name, status in (("olga", 200), ("bob", 409), ("", 409)):
        assert look(name).client.get(FILE).status_code == status, name
    world.close(round_)
    for name in ("olga", "bob", ""):
        assert FILE in look(name).get(STAKES).links
        rows = list(csv.DictReader(io.StringIO(look(name).client.get(FILE).content.decode())))
        assert [list(row.values()) for row in rows] == [
            ["Bob", "main", "900", "9.00", "USD", "0.75", "0.035"],
            ["Ann", "main", "300", "3.00", "USD", "0.25", "0.5"],
        ]


def test_ones_own_stakes_stand_on_every_page_of_all(look, world, ann, open_round, monkeypatch):
    monkeypatch.setattr("tournaments.web.boards.stakes.LINES", 1)
    for actor, amount in ((ann, 100), (rich(world, "bob"), 900)):
        stakes.stake(actor, open_round, "main", amount)
    world.close(open_round)
    for number in (1, 2):
        page = look("ann").get(f"{STAKES}?page={number}").text
        assert f"Page {number} of 2" in page
        assert page.count("Ann you") == 1
        assert ("Bob" in page) is (number == 1)


def test_who_could_stake_and_has_not_is_told_where_predictions_are_sent(look, world, ann, open_round):
    said = "You have nothing at stake in this round."
    rich(world, "bob", 99)
    for name, told in (("ann", True), ("bob", False)):
        for address in ("/", "/t/weekly/1/upload/"):
            page = look(name).get(address)
            assert (said in page.text) is told, (name, address)
            assert (STAKE in page.links) is told, (name, address)
    assert "You have too little for the least stake, 1.00 USD." in look("bob").get(STAKE).text
    stakes.stake(ann, open_round, "main", 300)
    for address in ("/", "/t/weekly/1/upload/"):
        assert said not in look("ann").get(address).text


def test_what_a_stake_won_and_lost_stands_beside_it(look, kept, tmp_path):
    world, _, round_ = kept("staked-wager", lambda: build(tmp_path, {}, None))
    made = settlement.commit(world.operator, round_)
    for name, staked in (("ann", "3.00"), ("cyd", "5.01")):
        paid = made.payouts.get(participant__alias=name.capitalize())
        assert (paid.amount > 0) != (paid.burned > 0)
        change = f"{(paid.amount - paid.burned) / 100:+.2f}".replace("-", "−")
        assert f"main {staked} {change} Settled" in look(name).get(STAKE).text
        assert f"Round 1 {staked} {change} USD main Settled" in look(name).get(MONEY).text
        result = "Won" if paid.amount else "Lost part of the stake"
        assert f"{change} {staked} {result}" in look(name).get("/t/weekly/1/payouts/").text


def test_a_cancelled_round_gives_back(look, world, ann, open_round):
    stakes.stake(ann, open_round, "main", 300)
    page = look("ann").get(MONEY).text
    assert "Round 1 3.00 – Told when the round is settled USD main Until the close" in page
    assert page.count("You have ") == page.count("You have 1,231.56 USD") == 1
    assert "At stake besides 3.00 USD" in page
    assert "2 lines, newest first" in page
    rounds.cancel(world.operator, open_round, "the data was wrong")
    page = look("ann").get(MONEY).text
    assert "You have 1,234.56 USD" in page
    assert "At stake besides" not in page
    look("ann").get(STAKE)
    look().get(STAKES)


@pytest.mark.parametrize("rewards", [True, False])
def test_where_nothing_is_staked_nothing_speaks_of_stakes(look, tmp_path, rewards):
    unstaked = {"payout_rule": "ranked_pool", "pool": 5}
    world = staked_world(tmp_path, **unstaked) if rewards else World(tmp_path, "classroom")
    world.player("ann")
    world.open_round()
    for name in ("ann", "olga"):
        for address in (STAKE, STAKES, FILE):
            assert look(name).client.get(address).status_code == 404
        page = look(name).get("/t/weekly/1/")
        assert not {STAKE, STAKES} & set(page.links)
    look("ann").post(STAKE, {"forecaster": "main", "amount": "1"}, status=404)


def test_pages_of_stakes_ask_as_much_for_many_as_for_few(look, world, ann, open_round):
    stakes.stake(ann, open_round, "main", 100)
    browsers = {name: look(name) for name in ("ann", "olga")}
    pages = (("ann", STAKE), ("olga", STAKES), ("ann", MONEY))
    few = [_asked(browsers[name], address) for name, address in pages]
    for n in range(8):
        players.add_forecaster(ann, world.tournament, f"more{n}")
        stakes.stake(ann, open_round, f"more{n}", 100 + n)
        stakes.stake(rich(world, f"p{n}"), open_round, "main", 100 + n)
    assert [_asked(browsers[name], address) for name, address in pages] == few
    assert max(few) <= 20


def _asked(browser, address) -> int:
    with CaptureQueriesContext(connection) as asked:
        browser.get(address)
    return len(asked)
