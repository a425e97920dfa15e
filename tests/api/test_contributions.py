"""Contributions to the meta-model: nothing before the close, then one's own, all from the resolution on."""

import csv
import io
from typing import Any

from tests.api.stage import Caller, T, ok, problem, text
from tests.world import World
from tournaments.models import Contribution, MetaModelWeight, Round

PATH = f"{T}/rounds/1/contributions/"


def aliases(found: Any) -> list[str]:
    return sorted(row["participant"] for row in found["results"])


def test_before_the_close_nobody_is_told_anything(ann: Caller, olga: Caller, opened: Round) -> None:
    for caller in (ann, olga, Caller()):
        problem(caller.get(PATH), 409, "not_closed")


def test_between_close_and_resolution_ones_own_and_no_others(
    world: World, ann: Caller, olga: Caller, opened: Round
) -> None:
    world.close(opened)
    found = ok(ann.get(PATH))
    assert (found["split"], found["count"], aliases(found)) == ("test", 1, ["Ann"])
    kept = Contribution.objects.get(participant__alias="Ann")
    (row,) = found["results"]
    assert {name: row[name] for name in ("loo", "mmc", "cwmm", "src", "pcs", "era_mmc")} == {
        name: getattr(kept, name) for name in ("loo", "mmc", "cwmm", "src", "pcs", "era_mmc")
    }
    assert row["own"] is True
    assert aliases(ok(olga.get(PATH))) == ["Ann", "Bob"]
    problem(Caller().get(PATH), 401, "login_needed")
    problem(Caller(world.player("cyd"), "upload").get(PATH), 403, "scope_missing")
    assert ok(Caller(world.player("dan")).get(PATH))["results"] == []
    problem(ann.get(f"{PATH}?split=live"), 409, "split_not_shown")
    problem(ann.get(f"{PATH}?split=validation"), 400, "invalid")


def test_from_the_resolution_on_all_are_told_to_all(world: World, ann: Caller, opened: Round) -> None:
    world.resolve(world.close(opened))
    found = ok(Caller().get(PATH))
    assert (found["split"], aliases(found)) == ("live", ["Ann", "Bob"])
    assert [row["own"] for row in found["results"]] == [False, False]
    gains = [row["loo"] for row in found["results"]]
    assert gains == sorted(gains, reverse=True)
    mine = {row["participant"]: row["own"] for row in ok(ann.get(f"{PATH}?split=test"))["results"]}
    assert mine == {"Ann": True, "Bob": False}


def test_the_table_is_one_line_a_participant(world: World, olga: Caller, opened: Round) -> None:
    world.close(opened)
    response = olga.get(f"{PATH}?format=csv")
    assert response["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(text(response))))
    assert sorted(row["participant"] for row in rows) == ["Ann", "Bob"]
    assert {"loo", "mmc", "mmc_low", "mmc_high", "cwmm", "src", "pcs"} <= set(rows[0])


def test_a_list_costs_the_same_queries_whoever_is_in_it(
    world: World, olga: Caller, opened: Round, django_assert_max_num_queries: Any
) -> None:
    world.close(opened)
    with django_assert_max_num_queries(12):
        ok(olga.get(PATH))


def test_a_participant_has_its_rounds_in_the_crowd_newest_first(
    world: World, ann: Caller, bob: Caller, opened: Round
) -> None:
    path = f"{T}/participants/Ann/contributions/"
    assert ok(Caller().get(path))["results"] == []
    world.close(opened)
    assert ok(bob.get(path))["results"] == []
    (row,) = ok(ann.get(path))["results"]
    weights = MetaModelWeight.objects.filter(participant__alias="Ann")
    assert row["weights"] == dict(weights.values_list("meta_model__blend", "weight"))
    assert (row["round"], row["state"], row["blend"]) == (1, "closed", "rank")
    assert (row["weight"], row["equal"], row["moved"]) == (0.5, 0.5, None)
    assert row["added"]["split"] == "test"
    assert [one["code"] for one in row["reasons"]] == ["first", "equal"]
    world.resolve(opened)
    found = ok(Caller().get(path))
    assert (found["participant"], found["own"], found["count"]) == ("Ann", False, 1)
    kept = Contribution.objects.get(participant__alias="Ann", split="live")
    assert found["results"][0]["added"]["loo"] == kept.loo
    assert ok(ann.get(path))["own"] is True
    problem(ann.get(f"{T}/participants/Nobody/contributions/"), 404, "not_found")
