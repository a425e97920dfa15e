"""Tournaments, rounds, leaderboard, meta-model, standings."""

import csv
import io
from typing import Any

import pytest

from tests.api.stage import V1, Caller, T, ok, problem, text
from tests.world import World
from tournaments.models import MetaModel, Round, Score
from tournaments.numerics.blending import registry

BOARD = f"{T}/rounds/1/leaderboard/"


def test_a_round_tells_its_state_clock_rules_counts_and_log(ann: Caller, closed: Round) -> None:
    found = ok(ann.get(f"{T}/rounds/1/"))
    assert (found["number"], found["state"]) == (1, "closed")
    assert found["closes_at"] < found["server_time"]
    assert found["rules"]["pool"] == 1_000
    assert found["counts"] == {
        "rows": 96,
        "splits": {"validation": 32, "test": 32, "live": 32},
        "void_rows": 0,
        "submissions": 2,
        "forecasters": 2,
        "participants": 2,
    }
    assert [line["kind"] for line in found["log"]] == ["opened", "closed", "blended"]
    assert found["you"] == {
        "participant": "Ann",
        "closes_at": found["closes_at"],
        "quota": 25,
        "quota_used": 1,
    }
    assert ok(Caller().get(f"{T}/rounds/1/"))["you"] is None


def test_current_is_the_newest_round_and_unknown_ones_are_not_there(
    world: World, ann: Caller, closed: Round
) -> None:
    second = world.open_round()
    world.draft_round()
    assert ok(ann.get(f"{T}/rounds/current/"))["number"] == second.number
    assert [row["number"] for row in ok(ann.get(f"{T}/rounds/"))["results"]] == [2, 1]
    for number in ("3", "99", "999999999", "9999999999", "0", "-1", "newest", "%00"):
        problem(ann.get(f"{T}/rounds/{number}/"), 404, "not_found")
    problem(ann.get(f"{V1}/tournaments/nothing/rounds/1/"), 404, "not_found")


def test_the_seed_is_told_from_the_close_on(world: World, ann: Caller) -> None:
    round_ = world.open_round()
    assert ok(ann.get(f"{T}/rounds/1/"))["seed"] is None
    world.close(round_)
    assert ok(ann.get(f"{T}/rounds/1/"))["seed"] == "1"


def test_tournaments_say_what_the_reader_is_there(ann: Caller, olga: Caller, closed: Round) -> None:
    def you(caller: Caller) -> Any:
        (row,) = ok(caller.get(f"{V1}/tournaments/"))["results"]
        assert row["rules"] == ok(caller.get(f"{T}/"))["rules"]
        return row["you"]

    assert you(ann) == {"participant": "Ann", "operator": False, "overseer": False}
    assert you(olga) == {"participant": None, "operator": True, "overseer": True}
    assert you(Caller()) == {"participant": None, "operator": False, "overseer": False}


def test_the_board_ranks_players_by_loss_with_the_crowd_below(ann: Caller, closed: Round) -> None:
    found = ok(ann.get(BOARD))
    assert (found["split"], found["public"], found["count"]) == ("test", True, 2 + MetaModel.objects.count())
    players = [row for row in found["results"] if row["kind"] == "player"]
    losses = list(Score.objects.filter(split="test", submission__isnull=False).order_by("units"))
    assert [row["units"] for row in players] == [score.units for score in losses]
    assert [row["rank"] for row in players] == [1, 2]
    assert {row["alias"]: row["own"] for row in players} == {"Ann": True, "Bob": False}
    assert all((row["submission"] is not None) == row["own"] for row in players)
    crowd = {row["alias"]: row["kind"] for row in found["results"][2:]}
    assert crowd.pop("rank") == "meta_model"
    assert set(crowd.values()) == {"blend"}
    assert {"equal", "calibrated"} <= set(crowd)


def test_the_board_comes_in_pages_and_by_split(ann: Caller, closed: Round) -> None:
    whole = ok(ann.get(BOARD))["results"]
    part = ok(ann.get(f"{BOARD}?limit=2&offset=1"))
    assert part["results"] == whole[1:3]
    assert part["count"] == len(whole)
    practice = ok(ann.get(f"{BOARD}?split=validation"))
    assert {row["split"] for row in practice["results"] if "split" in row} == {"validation"}
    problem(ann.get(f"{BOARD}?split=live"), 409, "split_not_shown")
    problem(ann.get(f"{BOARD}?split=training"), 400, "invalid")


@pytest.mark.parametrize(("query", "accept"), [("?format=csv", "*/*"), ("", "text/csv")])
def test_the_board_comes_as_a_table(ann: Caller, closed: Round, query: str, accept: str) -> None:
    response = ann.get(f"{BOARD}{query}", HTTP_ACCEPT=accept)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(text(response))))
    shown = ok(ann.get(BOARD))["results"]
    assert [row["alias"] for row in rows] == [row["alias"] for row in shown]
    assert [float(row["log_loss"]) for row in rows] == [row["log_loss"] for row in shown]


def test_an_error_of_the_table_is_still_a_problem(ann: Caller, closed: Round) -> None:
    problem(ann.get(f"{BOARD}?format=csv&split=live"), 409, "split_not_shown")
    problem(ann.get(f"{BOARD}?format=xml"), 404, "not_found")
    problem(ann.get(BOARD, HTTP_ACCEPT="image/png"), 406, "not_acceptable")


def test_the_meta_model_has_weights_and_scores(ann: Caller, closed: Round) -> None:
    found = ok(ann.get(f"{T}/rounds/1/meta-model/"))
    assert [blend["blend"] for blend in found["blends"] if blend["headline"]] == ["rank"]
    assert found["blends"][0]["headline"]
    names = {blend["blend"] for blend in found["blends"]}
    assert names | set(found["missing"]) == set(registry.NAMES)
    assert found["missing"]["stake"].endswith(".")
    for blend in found["blends"]:
        assert sorted(one["alias"] for one in blend["weights"]) == ["Ann", "Bob"]
        assert sum(one["weight"] for one in blend["weights"]) == pytest.approx(1)
        assert set(blend["scores"]) == set(blend["leads"]) == {"test"}
        gains = [one["scores"]["test"]["gain"] for one in (blend, found["blends"][0])]
        assert blend["leads"]["test"]["gain"] == pytest.approx(gains[0] - gains[1], abs=1e-12)
    assert found["crowd"]["meta_model"] == found["blends"][0]["scores"]["test"]["log_loss"]
    assert found["crowd"]["best"] <= found["crowd"]["median"]


def test_there_is_no_meta_model_before_the_close(world: World, ann: Caller, olga: Caller) -> None:
    world.open_round()
    for caller in (ann, olga):
        problem(caller.get(f"{T}/rounds/1/meta-model/"), 409, "not_closed")
    Round.objects.update(state="closed", closed_at="2026-01-01T00:00:00Z")
    problem(ann.get(f"{T}/rounds/1/meta-model/"), 409, "not_blended")


def test_standings_follow_the_resolved_rounds(world: World, ann: Caller, closed: Round) -> None:
    assert ok(ann.get(f"{T}/standings/"))["results"] == []
    world.resolve(closed)
    rows = ok(ann.get(f"{T}/standings/"))["results"]
    scores = Score.objects.filter(split="live", submission__participant__isnull=False)
    gains = dict(scores.values_list("submission__participant__alias", "gain"))
    assert {row["alias"]: row["gain"] for row in rows} == gains
    assert [row["rank"] for row in rows] == [1, 2]
    assert all(row["paid"] == 0 for row in rows)
