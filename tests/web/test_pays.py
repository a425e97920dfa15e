"""How a round pays, in words and in a worked example, and by which number somebody missed it."""

import csv
import io

import pytest

from tests.world import World, drain
from tournaments.models import PRESETS, Round, Rules, Score, Tournament
from tournaments.numerics.payouts import registry
from tournaments.services import settlement
from tournaments.services.people import roles
from tournaments.services.settlement import Missed
from tournaments.web import gates, pays
from tournaments.web.formats import money
from tournaments.web.playing import staking

ROUND, SETTLE, PAYOUTS = "/t/weekly/1/", "/t/weekly/1/settle/", "/t/weekly/1/payouts/"
HEAD = "How this round pays"
USD = Rules(rewards="money", currency="USD", currency_digits=2, pool=10_000, paid_places=100)


def cells(found):
    """What the example pays, by person."""
    return {award.key: award.paid for award, _, _ in found.example.lines}


def test_the_example_is_the_rules_own_and_pays_to_the_cent():
    # 10,000 cents over weights 1 : 0.885 : 0.783225: 3747.94, 3316.93 and 2935.48; the two odd ones go to
    # the largest remainders.
    found = pays.of(USD)
    assert found is not None
    assert cells(found) == {"Ida": 3_748, "Leo": 3_317, "Mia": 2_935}
    assert found.example.table.rolled_over == 0
    assert [scores for _, scores, _ in found.example.lines] == [["0.69000"], ["0.69120"], ["0.69240"]]


def test_who_stands_behind_the_last_paid_place_of_the_example_is_told_why():
    found = pays.of(USD.but(paid_places=2))
    assert found is not None
    assert cells(found)["Mia"] == 0
    assert [why for _, _, why in found.example.lines] == [
        "",
        "",
        "Ranked behind the last place that is paid.",
    ]


@pytest.mark.parametrize("name", registry.NAMES)
@pytest.mark.parametrize("pool", [0, 10_000])
def test_every_rule_is_shown_with_all_its_parameters_and_an_example_that_adds_up(name, pool):
    given = registry.parameters_of(name, {})
    found = pays.shown(name, given, USD.but(pool=pool))
    table = found.example.table
    assert table.pool == (pool or (0 if name == "wager" else 100_000))
    assert table.paid + table.rolled_over == table.pool + table.burned
    assert len(found.parameters) == len(registry.values_of(given))
    assert [question for question, _, _ in found.proofs] == [question for question, _ in pays.QUESTIONS]
    assert {answer for _, answer, _ in found.proofs} <= {"yes", "partly", "no"}
    assert any(award.paid for award, _, _ in found.example.lines)


@pytest.mark.parametrize(
    ("rules", "stake"),
    [
        ({"pool": 0}, 10_000),
        ({"pool": 150_000}, 10_000),
        ({"pool": 99_999}, 1_000),
        ({"pool": 5}, 1),
        ({"pool": 150_000, "stake_least": 25_000}, 25_000),
        ({"pool": 150_000, "stake_most": 700}, 700),
        ({"pool": 0, "currency": "BTC", "currency_digits": 8}, 10_000),
        ({"pool": 10**8, "currency": "BTC", "currency_digits": 8}, 10**7),
        ({"pool": 0, "rewards": "points", "currency": "POINTS", "currency_digits": 0}, 100),
    ],
)
def test_made_up_people_stake_what_fits_the_pool_the_unit_and_the_bounds(rules, stake):
    asked = USD.but(payout_rule="stake_curve" if rules["pool"] else "wager", **rules)
    found = pays.of(asked)
    assert found is not None
    assert {award.stake for award, _, _ in found.example.lines} == {stake}
    assert all(f"stakes {money(stake, asked)}" in line for line in staking.examples(asked))


def test_parameters_are_written_in_the_units_that_people_know():
    curve = registry.parameters_of("stake_curve", {"threshold": 1_234_567})
    found = pays.shown("stake_curve", curve, USD)
    values = [value for _, value, _ in found.parameters]
    assert values == ["0.5", "2", "0.05", "12,345.67 USD"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (Missed("not_consistent", "0.58", "0.5"), "Consistent in 50% of eras; this round asks for 58%"),
        (Missed("not_consistent", "0.585", "0.5"), "Consistent in 50.0% of eras; this round asks for 58.5%"),
        (
            Missed("not_consistent", "0.58", "0.5799"),
            "Consistent in 57.99% of eras; this round asks for 58.00%",
        ),
        (
            Missed("not_better_than_a_coin", "0.693147181", "0.694120000"),
            "Not better than a coin: log loss 0.69412; a coin has 0.69315",
        ),
        (
            Missed("not_better_than_a_coin", "0.693147181", "0.693147300"),
            "Not better than a coin: log loss 0.6931473; a coin has 0.6931472",
        ),
        (
            Missed("not_original", "0.95", "0.997123"),
            "Not original: correlation of 0.997, sign aside, with an earlier file; this round allows 0.950",
        ),
        (
            Missed("not_concordant", "0.12", "0.31"),
            "Not one model on all splits: like rows are 0.310 apart; this round asks for less than 0.120",
        ),
    ],
)
def test_a_number_that_missed_is_never_rounded_into_its_limit(number, said):
    assert gates.sentence(number.gate, number, USD) == said


def test_what_is_a_coins_own_loss_is_told_with_all_its_digits():
    coin = Missed("not_better_than_a_coin", "0.693147181", "0.693147181")
    assert "log loss 0.693147181; a coin has 0.693147181" in gates.sentence(coin.gate, coin, USD)


def test_where_nothing_is_paid_nobody_stands_behind_the_paid_places():
    assert gates.sentence("beyond_paid_places", None, USD) == "Behind the 100 paid places"
    assert gates.sentence("beyond_paid_places", None, PRESETS["classroom"]) == ""


@pytest.mark.django_db
def test_everyone_reads_how_the_round_pays(look, world, open_round):
    roles.grant(world.operator, world.tournament, "cyd", "auditor")
    for name in ("", "ann", "cyd", "olga"):
        page = look(name).get(ROUND).text
        assert HEAD in page
        for words in (
            "each 88.5% of the one before",
            "10.00 USD, and what earlier rounds left over",
            "No correlation above 0.95, sign aside",
            "Below 0.69315, which is what a coin has",
            "Ida 1 0.69000 3.75",
            "Is nothing won by coming as several? No",
        ):
            assert words in page, (name, words)


@pytest.mark.django_db
def test_points_are_called_points_and_money_is_not_spoken_of(look, world, open_round):
    rules = {**open_round.rules, "rewards": "points", "currency": "POINTS", "currency_digits": 0, "pool": 900}
    Round.objects.update(rules=rules)
    page = look("ann").get(ROUND).text
    section = page[page.index(HEAD) : page.index("Data and rules")]
    assert "900 points" in section
    assert "Payout, points" in section
    assert "USD" not in section
    assert "money" not in section


@pytest.mark.django_db
def test_without_rewards_no_page_says_how_a_round_pays(look, tmp_path):
    world = World(tmp_path, "classroom")
    world.open_round()
    world.player("ann")
    assert pays.of(world.tournament.read_rules()) is None
    for name, address in (("ann", ROUND), ("", "/t/weekly/"), ("olga", ROUND), ("olga", "/t/weekly/rules/")):
        if name or look().client.get(address).status_code == 200:
            text = look(name).get(address).text
            assert not any(word in text for word in (HEAD, "How a round pays", "Payout", "made-up")), address


@pytest.mark.django_db
def test_operators_read_beside_the_rules_how_rounds_pay_by_them(look, world):
    Tournament.objects.update(rules={**world.tournament.rules, "paid_places": 2})
    page = look("olga").get("/t/weekly/rules/").text
    assert "How a round pays by these rules" in page
    assert "Mia: Ranked behind the last place that is paid." in page
    assert look("ann").client.get("/t/weekly/rules/").status_code == 403


def failing(resolved, **rules):
    """The round with other gates, and who fails which."""
    Round.objects.update(rules={**resolved.rules, **rules})
    resolved.refresh_from_db()
    return {line.participant.alias: line.reason for line in settlement.plan(resolved).lines}


@pytest.mark.django_db
def test_each_who_failed_reads_the_number_that_missed_before_and_after_the_settlement(look, world, resolved):
    reasons = failing(resolved, consistency_gate=0.995)
    assert reasons["Bob"] == "not_consistent"
    share = Score.objects.get(submission__participant__alias="Bob", split="live").consistency
    said = gates.sentence("not_consistent", Missed("not_consistent", "0.995", str(share)), USD)
    before = look("olga").get(SETTLE)
    assert said in before.text
    assert "/api/v1/tournaments/weekly/rounds/1/settlements/preview/" in before.links
    settlement.commit(world.operator, resolved)
    for name in ("", "bob", "olga"):
        assert said in look(name).get(PAYOUTS).text
        assert said in look(name).get(ROUND).text
    page = look("bob").get(PAYOUTS)
    address = "/api/v1/tournaments/weekly/rounds/1/payouts/?format=json"
    assert address in page.links
    answer = look("bob").client.get(address)
    assert "Bob" in [one["alias"] for one in answer.json()["payouts"]]
    rows = csv.DictReader(io.StringIO(look().client.get("/t/weekly/1/payouts.csv").content.decode()))
    bob = next(row for row in rows if row["alias"] == "Bob")
    assert (bob["reason"], bob["limit"], float(bob["found"])) == ("not_consistent", "0.995", share)


@pytest.mark.django_db
def test_a_copy_reads_how_near_it_was(look, world, resolved):
    assert failing(resolved)["Cyd"] == "not_original"
    page = look("olga").get(SETTLE).text
    assert "Not original: correlation of 1.000, sign aside, with an earlier file" in page
    assert "this round allows 0.950" in page


@pytest.mark.django_db
def test_what_is_told_is_the_number_by_which_the_settlement_went(look, world, resolved):
    failing(resolved, consistency_gate=0.995)
    settlement.commit(world.operator, resolved)
    Score.objects.filter(submission__participant__alias="Bob").update(consistency=1.0)
    page = look("bob").get(PAYOUTS).text
    assert "Consistent in" in page
    assert "Consistent in 100" not in page


@pytest.mark.django_db
def test_a_class_without_rewards_ranks_everyone_however_many_places_the_rules_name(look, tmp_path):
    world = World(tmp_path, "classroom", paid_places=1)
    round_ = world.open_round()
    for name, noise in (("ann", 1), ("bob", 2)):
        world.submit(world.player(name), round_, world.skill(0.5, noise=noise))
    drain()
    world.resolve(world.close(round_))
    page = look("olga").get(SETTLE).text
    assert page.count("Passes") == 2
    assert "aid places" not in page
    rows = csv.DictReader(io.StringIO(look("olga").client.get("/t/weekly/1/settle.csv").content.decode()))
    assert [row["reason"] for row in rows] == ["", ""]
