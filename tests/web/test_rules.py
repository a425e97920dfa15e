"""A tournament's rules, its name and its question, as operators change them."""

import pytest

from tournaments.models import AuditEvent
from tournaments.services import contests
from tournaments.services.people import users

pytestmark = pytest.mark.django_db


def rules_of(tournament, **changes):
    """What the form of the rules sends when nothing is changed but these."""
    data = {name: value for name, value in tournament.read_rules().to_json().items() if value is not None}
    data["pool"] = "10.00"
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
    assert "Pool" not in page.text
    data = rules_of(world.tournament, rewards="points")
    del data["pool"]
    olga.post("/t/weekly/rules/", data)
    world.tournament.refresh_from_db()
    assert (world.tournament.read_rules().currency, world.tournament.read_rules().pool) == ("POINTS", 100_000)


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
