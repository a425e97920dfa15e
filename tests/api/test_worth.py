"""What a meta-model is worth, over HTTP: for operators and auditors, of a resolved round."""

from typing import Any

import pytest

from tests.api.stage import Caller, T, ok, problem
from tests.world import World
from tournaments.models import Round
from tournaments.services.access import Actor
from tournaments.services.people import users

PATH = f"{T}/rounds/1/worth/"


def test_before_the_resolution_nothing_is_told(ann: Caller, olga: Caller, closed: Round) -> None:
    problem(olga.get(PATH), 409, "not_resolved")
    problem(ann.get(PATH), 403, "overseer_only")
    problem(Caller().get(PATH), 401, "login_needed")


def test_operators_and_auditors_are_told_every_figure(world: World, olga: Caller, resolved: Round) -> None:
    found = ok(olga.get(PATH))
    assert (found["cost"], found["kelly"], found["split"], found["rows"]) == (0.001, 0.5, "live", 32)
    assert found["gain"]["bits"] == pytest.approx(found["gain"]["nats"] / 0.6931471805599453)
    assert found["growth"]["whole"]["fraction"] == 1.0
    assert found["growth"]["part"]["fraction"] == 0.5
    assert [one["era"] for one in found["information"]["eras"]] == ["era9", "era10", "era11", "era12"]
    assert [one["participants"] for one in found["curve"]] == [1, 2]
    assert (found["by_cost"][0]["cost"], found["why_no_curve"]) == (0.0, "")
    ada, _ = users.create_user("ada")
    users.grant_role(ada, world.tournament, "auditor")
    assert ok(Caller(Actor(ada)).get(PATH)) == found


def test_cost_fraction_and_blend_are_asked_for(olga: Caller, resolved: Round) -> None:
    free = ok(olga.get(f"{PATH}?cost=0&kelly=1"))
    assert free["growth"]["whole"]["row"] == pytest.approx(free["gain"]["nats"], abs=1e-12)
    assert free["growth"]["part"] == free["growth"]["whole"]
    dear = ok(olga.get(f"{PATH}?cost=0.4"))
    assert (dear["growth"]["whole"]["bets"], dear["growth"]["whole"]["stake"]) == (0, None)
    assert dear["growth"]["whole"]["undefined"] == {"stake": "no_bets"}
    assert dear["grinold"] is None
    other = ok(olga.get(f"{PATH}?blend=equal"))
    assert (other["blend"], other["headline"], other["curve"]) == ("equal", False, [])
    assert other["why_no_curve"] == "not_the_meta_model"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("cost=0.6", 400, "bad_cost"),
        ("cost=nan", 400, "invalid"),
        ("kelly=0", 400, "bad_kelly"),
        ("kelly=1.5", 400, "bad_kelly"),
        ("cost=cheap", 400, "invalid"),
        ("blend=oracle", 404, "unknown_blend"),
    ],
)
def test_what_cannot_be_used_is_refused(
    olga: Caller, resolved: Round, query: str, status: int, code: str
) -> None:
    problem(olga.get(f"{PATH}?{query}"), status, code)


def test_it_asks_little_of_the_database(
    olga: Caller, resolved: Round, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20):
        ok(olga.get(PATH))
