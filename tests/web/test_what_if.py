"""What other rules would have paid, in a browser: of one round and of all; nothing is written."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.services import paid
from tests.services.test_replaying import build
from tests.services.test_staked_settlement import build as build_staked
from tests.world import World
from tournaments.models import Rules
from tournaments.services import settlement
from tournaments.services.people import users
from tournaments.web.what_if.forms import TermsForm

pytestmark = pytest.mark.django_db
COMPARE, REPLAY = "/t/weekly/1/settle/compare/", "/t/weekly/replay/"
ONE_PLACE = "?payout_rule=ranked_pool&paid_places=1"


@pytest.fixture
def stage(kept, tmp_path):
    """A resolved round: by its own rules Ann gets 5.31 and Bob 4.69 of 10.00 USD."""
    return kept("settling:what-if", lambda: paid.played(tmp_path))


@pytest.fixture
def two_rounds(kept, tmp_path):
    """Two of them, the first one settled."""
    return kept("settling:replay", lambda: build(tmp_path))


@pytest.fixture
def settled(stage):
    world, round_ = stage
    settlement.commit(world.operator, round_)
    return world


def rows_of(response):
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def value(page, name):
    return next(field.get("value") for field in page.fields if field["name"] == name)


def test_one_place_would_move_everything_to_the_first(look, settled):
    page = look("olga").get(COMPARE + ONE_PLACE)
    for words in (
        "1 would get more, 1 less.",
        "In force Ranked pool, 1 place",
        "Pool 10.00 10.00",
        "Participants who get something 2 of 5 1 of 5",
        # Of five: (4 · 531 + 2 · 469) / (5 · 1,000) and (5 − 1) / 5.
        "Gini 0.612 0.800",
        "Share of the first one 53.1% 100.0%",
        "It would be shared out less equally than now",
        "Ann 5.31 10.00 +4.69 Passes",
        "Bob 4.69 0.00 −4.69 Behind the 1 paid places",
        "Eve 0.00 0.00 0.00 Excluded",
    ):
        assert words in page.text


def test_before_the_settlement_it_is_compared_with_the_rounds_own_rules(look, stage):
    page = look("olga").get(COMPARE)
    assert "By its own rules Contribution pool, PCS" in page.text
    assert "In force" not in page.text
    assert "Nothing is written" in page.text
    assert COMPARE in look("olga").get("/t/weekly/1/settle/").links
    assert COMPARE in look("olga").get("/t/weekly/desk/?round=1").links


def test_the_form_keeps_what_was_asked_and_shows_the_parameters_of_the_rule(look, stage):
    olga = look("olga")
    page = olga.get(f"{COMPARE}?payout_rule=stake_curve&corr_multiplier=1.5&pool=3.00&stake_each=2.50")
    names = {field["name"] for field in page.fields}
    assert {"corr_multiplier", "mmc_multiplier", "stake_limit", "risk_threshold", "stake_each"} <= names
    assert not {"paid_places", "contribution", "confidence_each", "concordance_gate"} & names
    assert [value(page, name) for name in ("corr_multiplier", "pool", "stake_each")] == [
        "1.5",
        "3.00",
        "2.50",
    ]
    assert "Pool 10.00 3.00" in page.text
    assert "confidence_each" in {field["name"] for field in olga.get(f"{COMPARE}?payout_rule=auction").fields}


def test_a_wager_among_equals_has_a_stake_to_begin_with(look, stage):
    world, round_ = stage
    page = look("olga").get(f"{COMPARE}?payout_rule=wager")
    assert value(page, "stake_each") == "0.10"  # a hundredth of the pool
    plan = settlement.what_if(world.operator, round_, {"payout_rule": "wager"}, 10)
    assert plan.burned > 0
    assert f"Lost by those who staked 0.00 {plan.burned / 100:.2f}" in page.text


def test_changes_are_in_the_units_of_the_rules(rf):
    rules = Rules(rewards="money", currency="BTC", currency_digits=8, pool=10**8, originality_gate=0.9)
    asked = "payout_rule=stake_curve&corr_multiplier=0.000001&risk_threshold=0.00000007&pool=0.5"
    form = TermsForm(rf.get(f"/?{asked}&originality_gate=&log_loss_gate=no").GET.dict(), rules)
    assert form.is_valid(), form.errors
    assert form.changes() == {
        "payout_rule": "stake_curve",
        "parameters": {"corr_multiplier": 1, "mmc_multiplier": 2_000_000, "limit": 50_000, "threshold": 7},
        "pool": 5 * 10**7,
        "originality_gate": None,
        "log_loss_gate": False,
    }
    assert TermsForm({"payout_rule": "ranked_pool"}, rules).is_valid()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("payout_rule=lottery", "Select a valid choice"),
        ("payout_rule=ranked_pool&paid_places=0", "It must lie between 1 and 1000"),
        ("payout_rule=ranked_pool&paid_places=many", "Enter a whole number"),
        ("payout_rule=ranked_pool&pool=-1", "greater than or equal to 0"),
        ("payout_rule=ranked_pool&pool=0.001", "no more than 2 decimal places"),
        ("payout_rule=ranked_pool&originality_gate=7", "A correlation below 1, or none."),
        ("payout_rule=ranked_pool&originality_gate=nan", "Enter a number"),
        ("payout_rule=stake_curve&corr_multiplier=0.0000001", "no more than 6 decimal places"),
        ("payout_rule=stake_curve&stake_limit=2", "less than or equal to 1."),
        ("payout_rule=wager&stake_each=", "This field is required"),
        ("payout_rule=wager&stake_each=0", "greater than or equal to 0.01"),
        ("payout_rule=auction&confidence_each=", "This field is required"),
        ("payout_rule=auction&confidence_each=1.5", "less than or equal to 1"),
    ],
)
def test_what_cannot_be_used_is_marked_on_its_field(look, stage, query, said):
    page = look("olga").get(f"{COMPARE}?{query}", status=400)
    assert said in page.text
    assert "it is marked above" in page.text
    assert "Who would get what" not in page.text
    assert look("olga").client.get(f"/t/weekly/1/settle/compare.csv?{query}").status_code == 400


def test_a_round_with_stakes_is_compared_by_those_that_were_staked(look, kept, tmp_path):
    world, _, round_ = kept("staked-wager", lambda: build_staked(tmp_path, {"payout_rule": "wager"}, None))
    settlement.commit(world.operator, round_)
    page = look("olga").get(f"{COMPARE}?payout_rule=wager")
    assert value(page, "stake_each") is None
    assert "Nobody would get more or less." in page.text
    assert "Fay 0.00 0.00 0.00 Staked, but sent nothing" in page.text
    other = look("olga").get(f"{COMPARE}?payout_rule=wager&stake_each=1.00")
    assert "Nobody would get more or less." not in other.text


def test_the_file_has_the_lines_of_the_same_address(look, settled):
    found = rows_of(look("olga").client.get(f"/t/weekly/1/settle/compare.csv{ONE_PLACE}"))
    assert {row["alias"]: row["difference_minor_units"] for row in found} == {
        "Ann": "469",
        "Bob": "-469",
        "Cyd": "0",
        "Dan": "0",
        "Eve": "0",
    }
    assert [(row["before_minor_units"], row["after_minor_units"]) for row in found[:2]] == [
        ("531", "1000"),
        ("469", "0"),
    ]


def test_long_comparisons_come_in_pages_of_the_same_address(look, settled, monkeypatch):
    monkeypatch.setattr("tournaments.web.what_if.compare.LINES", 2)
    page = look("olga").get(f"{COMPARE}{ONE_PLACE}&page=2")
    assert "Page 2 of 3" in page.text
    assert "?payout_rule=ranked_pool&paid_places=1&page=3" in page.links
    assert any(link.endswith(f"compare.csv{ONE_PLACE}") for link in page.links)


def test_nothing_is_written_and_little_is_asked(look, two_rounds):
    olga = look("olga")
    for address, most in ((COMPARE + "?payout_rule=wager", 40), (REPLAY, 45)):
        with CaptureQueriesContext(connection) as asked:
            olga.get(address)
        assert not [one["sql"] for one in asked if re.match("INSERT|UPDATE|DELETE", one["sql"])]
        assert len(asked) <= most


def test_they_are_for_operators_and_auditors(look, settled):
    ada, _ = users.create_user("ada")
    users.grant_role(ada, settled.tournament, "auditor")
    addresses = (COMPARE, REPLAY, "/t/weekly/1/settle/compare.csv", "/t/weekly/replay.csv")
    for address in addresses:
        assert look("ada").client.get(address).status_code == 200
        assert look("ann").client.get(address).status_code == 403
        assert look().client.get(address).status_code == 302
    payouts = "/t/weekly/1/payouts/"
    assert COMPARE in look("ada").get(payouts).links
    assert COMPARE not in look("ann").get(payouts).links
    assert REPLAY in look("ada").get("/t/weekly/books/").links


def test_there_is_nothing_to_compare_before_the_resolution_or_without_rewards(look, tmp_path):
    world = World(tmp_path, rewards="none", pool=0)
    world.player("ann")
    round_ = world.open_round()
    look("olga").get(COMPARE, status=409)
    page = look("olga").get(REPLAY)
    assert "No round with rewards is resolved yet." in page.text
    assert "/t/weekly/desk/" in page.links
    assert look("olga").client.get("/t/weekly/replay.csv").status_code == 409
    world.resolve(world.close(round_))
    look("olga").get(COMPARE, status=404)
    assert COMPARE not in look("olga").get("/t/weekly/desk/?round=1").links


def test_past_rounds_stand_side_by_side(look, two_rounds):
    query = "?a-payout_rule=ranked_pool&a-paid_places=1&b-payout_rule=wager&stake_each=10.00&last=2"
    page = look("olga").get(REPLAY + query)
    for words in (
        "2 rounds, 1 to 2",
        "A: ranked pool, 1 place: 1 would have more, 1 less.",
        "In force A: ranked pool, 1 place B: wager",
        "Pool 20.00 20.00 20.00",
        "Rolled over 0.00 0.00 20.00",
        "How unequally is it shared out?",
        "Ann 10.62 20.00 +9.38",
    ):
        assert words in page.text
    found = rows_of(look("olga").client.get(f"/t/weekly/replay.csv{query}"))
    sums = {head: sum(int(row[head]) for row in found) for head in found[0] if head.endswith("_minor_units")}
    assert list(sums.values()) == [2_000, 2_000, 0]
    assert "1 round" in look("olga").get(f"{REPLAY}?last=1").text


def test_a_rule_that_cannot_be_used_is_marked_in_its_own_column(look, two_rounds):
    query = "?a-payout_rule=contribution_pool&b-payout_rule=ranked_pool&b-paid_places=0"
    body = look("olga").client.get(REPLAY + query).content.decode()
    second = body[body.index("<legend>B") : body.index("<legend>C")]
    assert "It must lie between 1 and 1000" in second
    assert body.count("It must lie between") == 1
    for bad in ("last=0", "last=51", "a-payout_rule=", "b-payout_rule=wager&stake_each="):
        look("olga").get(f"{REPLAY}?{bad}", status=400)
