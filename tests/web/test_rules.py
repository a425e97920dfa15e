"""A tournament's rules, its name and its question, as operators change them."""

import pytest

from tournaments.models import AuditEvent, Tournament
from tournaments.services import contests
from tournaments.services.people import users
from tournaments.web.making.rules import RulesForm

pytestmark = pytest.mark.django_db


def rules_of(tournament, **changes):
    """What the form of the rules sends when nothing is changed but these."""
    data = {name: value for name, value in tournament.read_rules().to_json().items() if value is not None}
    data |= {"pool": "10.00", "stake_least": "0.01"}
    data = {name: value for name, value in data.items() if value is not False}
    return {**data, **changes}


def test_rules_are_changed_for_the_rounds_to_come(look, world):
    olga = look("olga")
    page = olga.get("/t/weekly/rules/")
    for title in ("Scoring", "Gates", "Blend", "Rewards", "Board"):
        assert title in page.text
    olga.post("/t/weekly/rules/", rules_of(world.tournament, quota="9", consistency_gate="0.6"))
    world.tournament.refresh_from_db()
    rules = world.tournament.read_rules()
    assert (rules.quota, rules.consistency_gate, rules.pool) == (9, 0.6, 1_000)
    assert AuditEvent.objects.get(action="rules_changed").details == {"quota": 9, "consistency_gate": 0.6}


def test_every_fault_of_the_rules_stands_at_its_field(look, world):
    data = rules_of(world.tournament, quota="0", consistency_gate="3", feedback="ladder", epsilon="0.5")
    page = look("olga").post("/t/weekly/rules/", data, status=400)
    for words in ("Between 1 and 10,000 files.", "A share of eras", "needs a step", "Between 1e-9 and 0.01."):
        assert words in page.text
    world.tournament.refresh_from_db()
    assert world.tournament.read_rules().quota == 25


def test_the_pool_is_written_in_units_and_kept_in_minor_ones(look, world):
    look("olga").post("/t/weekly/rules/", rules_of(world.tournament, pool="1234.56"))
    world.tournament.refresh_from_db()
    assert world.tournament.read_rules().pool == 123_456


def test_without_rewards_the_rules_speak_of_no_money(look, world):
    olga = look("olga")
    olga.post("/t/weekly/rules/", rules_of(world.tournament, rewards="none"))
    world.tournament.refresh_from_db()
    assert (world.tournament.read_rules().rewards, world.tournament.read_rules().pool) == ("none", 0)
    page = olga.get("/t/weekly/rules/")
    assert not any(words in page.text for words in ("Pool of a round", "Paid places", "Payout rule", "stake"))
    data = rules_of(world.tournament, rewards="points")
    del data["pool"]
    olga.post("/t/weekly/rules/", data)
    world.tournament.refresh_from_db()
    assert (world.tournament.read_rules().currency, world.tournament.read_rules().pool) == ("POINTS", 100_000)


def test_a_payout_rule_with_stakes_is_chosen_and_its_amounts_are_written_in_units(look, world):
    olga = look("olga")
    page = olga.get("/t/weekly/rules/").text
    for words in (
        "Stake curve A house account pays, or burns",
        "Auction Stakes queue",
        "Least stake",
        "Two operators",
    ):
        assert words in page
    amounts = {"stake_least": "2.50", "stake_most": "400", "risk_threshold": "72000.01", "pool": "500"}
    curve = {"payout_rule": "stake_curve", "corr_multiplier": "0.75", "stake_limit": "0.1", "four_eyes": "on"}
    olga.post("/t/weekly/rules/", rules_of(world.tournament, **amounts, **curve))
    world.tournament.refresh_from_db()
    rules = world.tournament.read_rules()
    assert (rules.payout_rule, rules.corr_multiplier, rules.stake_limit) == ("stake_curve", 0.75, 0.1)
    assert (rules.stake_least, rules.stake_most, rules.risk_threshold) == (250, 40_000, 7_200_001)
    assert rules.four_eyes
    written = {one["name"]: one.get("value") for one in olga.get("/t/weekly/rules/").fields}
    assert (written["stake_least"], written["risk_threshold"]) == ("2.50", "72000.01")
    emptied = {name: "" for name in ("stake_most", "risk_threshold")}
    olga.post("/t/weekly/rules/", rules_of(world.tournament, **{**amounts, **curve, **emptied}))
    world.tournament.refresh_from_db()
    assert world.tournament.read_rules().stake_most is None
    assert world.tournament.read_rules().risk_threshold is None


@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        ({"payout_rule": "wager"}, "pool", "A wager has no pool"),
        ({"payout_rule": "auction", "pool": "0"}, "pool", "auction pays gains out of a pool."),
        ({"stake_least": "5", "stake_most": "4.99"}, "stake_most", "At least the least stake, or none."),
        ({"stake_least": "0"}, "stake_least", "at least 1."),
        ({"risk_threshold": "0"}, "risk_threshold", "At least 1 minor unit"),
        ({"stake_limit": "1.5"}, "stake_limit", "A share up to 1"),
        ({"corr_multiplier": "0.1234567"}, "corr_multiplier", "at most 6 decimals"),
        ({"mmc_multiplier": "101"}, "mmc_multiplier", "0 to 100"),
    ],
)
def test_a_fault_of_stakes_stands_beside_its_rule(world, changes, name, said):
    now = world.tournament.read_rules()
    form = RulesForm(rules_of(world.tournament, **changes), rules=now)
    assert form.is_valid(), form.errors
    form.put(contests.faults_in(now, form.changes()))
    assert list(form.errors) == [name]
    assert said in form.errors[name][0]


def test_without_rewards_there_is_no_rule_with_stakes_either(look, world):
    olga = look("olga")
    olga.post("/t/weekly/rules/", rules_of(world.tournament, payout_rule="wager", pool="0"))
    world.tournament.refresh_from_db()
    assert world.tournament.read_rules().payout_rule == "wager"
    olga.post("/t/weekly/rules/", {**rules_of(world.tournament, rewards="none"), "pool": "0"})
    world.tournament.refresh_from_db()
    rules = world.tournament.read_rules()
    assert (rules.rewards, rules.payout_rule, rules.pool) == ("none", "ranked_pool", 0)


def test_the_blend_its_stand_in_and_its_bounds_are_chosen(look, world):
    olga = look("olga")
    page = olga.get("/t/weekly/rules/").text
    for words in ("Default Rank while", "Greedy Picks", "Stack Log-odds", "In its place", "Least weight"):
        assert words in page
    chosen = {"blend": "stack", "fallback_blend": "equal", "weight_cap": "0.25", "weight_floor": "0.01"}
    olga.post("/t/weekly/rules/", rules_of(world.tournament, **chosen, label_horizon="3"))
    world.tournament.refresh_from_db()
    rules = world.tournament.read_rules()
    assert (rules.blend, rules.fallback_blend, rules.label_horizon) == ("stack", "equal", 3)
    assert (rules.weight_cap, rules.weight_cap_forecaster, rules.weight_floor) == (0.25, None, 0.01)


def test_bounds_that_contradict_each_other_are_refused_at_the_field(look, world):
    data = rules_of(world.tournament, weight_cap="0.1", weight_floor="0.2", label_horizon="-1")
    page = look("olga").post("/t/weekly/rules/", data, status=400)
    for words in ("below every cap", "Between 0 and 1,000 eras."):
        assert words in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Default: rank while there are few labelled eras, stack from 15 on; else rank"),
        ({"blend": "rank"}, "Rank: mean of era-wise ranks"),
        ({"weight_cap": 0.2}, "At most 20.00% a participant"),
        ({"weight_cap_forecaster": 0.1, "weight_floor": 0.01}, "At most 10.00% a forecaster; at least 1.00%"),
        ({"weight_floor": 0.01}, "Weights At least 1.00%"),
        ({"label_horizon": 4}, "4 eras later"),
    ],
)
def test_what_the_rules_say_of_the_blend_stands_on_the_tournaments_page(look, world, changes, said):
    rules = {**world.tournament.rules, **changes}
    Tournament.objects.update(rules=rules)
    assert said in look().get("/t/weekly/").text


def test_name_and_question_are_edited(look, world):
    look("olga").post("/t/weekly/about/", {"name": " Daily ", "question": "Rain?"})
    world.tournament.refresh_from_db()
    assert (world.tournament.name, world.tournament.question) == ("Daily", "Rain?")
    assert "This field is required" in look("olga").post("/t/weekly/about/", {"name": ""}, status=400).text


def test_short_names_are_made_of_names_and_stay_apart(db):
    olga, _ = users.create_user("olga")
    assert contests.suggest_slug("Flüge 2013 – Frühling!") == "fluge-2013-fruhling"
    contests.create(olga, "weekly", "Weekly")
    assert contests.suggest_slug("Weekly") == "weekly-2"
    assert contests.suggest_slug("!!!") == "tournament"


def test_a_taken_short_name_is_said_at_the_field(look, world):
    page = look("olga").post("/new/", {"name": "X", "slug": "weekly", "preset": "alpha"}, status=400)
    assert "There is a tournament weekly already" in page.text
