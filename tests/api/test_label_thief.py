"""A thief reads everything that can be read, at every state of a round, and looks for labels in it."""

import re
from typing import Any

import pytest

from tests.api.stage import V1, Caller, T, ok, text
from tests.world import World, drain
from tournaments.models import Score, Submission
from tournaments.models.score import SKILL
from tournaments.services import labels, rounds
from tournaments.services.access import Actor

LISTS = ("", "standings/", "forecasters/", "forecasters/status/", "balance/", "ledger/", "rounds/")
FILES = ("tournament", "example")
ROUND = ("", "datasets/", "submissions/", "leaderboard/", "leaderboard/?format=csv", "meta-model/", "labels/")
OPERATORS_ONLY = ("meta-model/predictions/", "settlements/preview/", "work/")


def spoils(world: World, found: str) -> list[str]:
    """What a text tells of the labels: an id with its label, or a whole split's labels in a row."""
    told = re.findall(r"r\d{3}\"?[,;:\s]+\"?[01]\b(?![.\d])", found)
    digits = re.sub(r"[\s,;\"\[\]]", "", found)
    for split in ("validation", "test", "live"):
        row = "".join(str(y) for y in world.y[world.splits == split])
        told += [f"all of {split}"] if row in digits else []
    return told


def loot(caller: Caller) -> dict[str, str]:
    """Every body that a caller gets, by its address."""
    paths = [f"{T}/{part}" for part in LISTS]
    base = f"{T}/rounds/1"
    paths += [f"{base}/{part}" for part in (*ROUND, *OPERATORS_ONLY, "settlements/")]
    paths += [f"{base}/leaderboard/?split={split}" for split in ("validation", "test", "live")]
    paths += [f"{base}/datasets/{kind}/" for kind in FILES]
    paths += [f"{V1}/submissions/{one}/" for one in Submission.objects.values_list("pk", flat=True)]
    return {path: text(caller.get(path)) for path in paths}


@pytest.fixture
def thieves(world: World, ann: Caller, bob: Caller) -> list[Caller]:
    return [ann, bob, Caller()]


def submit_all(world: World, *players: Caller) -> Any:
    round_ = world.open_round()
    for noise, player in enumerate(players, 1):
        assert player.actor is not None
        world.submit(player.actor, round_, world.skill(0.5, noise=noise))
    drain()
    return round_


def test_the_search_finds_labels_where_they_are(world: World) -> None:
    assert len(spoils(world, world.labels("live").decode())) == 32
    assert spoils(world, str([int(y) for y in world.y])) == [
        "all of validation",
        "all of test",
        "all of live",
    ]


def test_no_label_leaves_before_or_after_the_close(world: World, thieves: list[Caller]) -> None:
    round_ = submit_all(world, *thieves[:2])
    for moment in ("open", "closed", "labelled"):
        if moment == "closed":
            round_ = world.close(round_)
        if moment == "labelled":
            labels.upload(world.operator, round_, [world.labels("live")], "live.csv")
        for thief in thieves[1:]:
            for path, body in loot(thief).items():
                assert spoils(world, body) == [], f"{path} while {moment}"


def test_no_hidden_score_is_told_while_the_round_is_open(world: World, ann: Caller, bob: Caller) -> None:
    submit_all(world, ann, bob)
    mine = ok(ann.get(f"{T}/rounds/1/submissions/"))["results"][0]
    assert set(mine["scores"]) == {"validation"}
    assert mine["originality"] is None
    rows = {row["alias"]: row for row in ok(ann.get(f"{T}/rounds/1/leaderboard/"))["results"]}
    assert rows["Ann"]["log_loss"] == pytest.approx(mine["scores"]["validation"]["log_loss"])
    secret = {"log_loss", "units", "gain", "consistency", "originality", "nearest", "max_abs_rho"}
    assert secret & set(rows["Bob"]) == set()
    assert rows["Bob"]["rank"] is None


def test_live_scores_are_not_told_before_the_resolution(world: World, ann: Caller, bob: Caller) -> None:
    round_ = world.close(submit_all(world, ann, bob))
    labels.upload(world.operator, round_, [world.labels("live")], "live.csv")
    assert set(ok(ann.get(f"{T}/rounds/1/submissions/"))["results"][0]["scores"]) == {"validation", "test"}
    assert ann.get(f"{T}/rounds/1/leaderboard/?split=live").status_code == 409
    for blend in ok(ann.get(f"{T}/rounds/1/meta-model/"))["blends"]:
        assert set(blend["scores"]) == {"test"}


def test_a_sealed_round_tells_nothing_of_the_score(db: None, tmp_path: Any) -> None:
    world = World(tmp_path, feedback="sealed")
    ann = Caller(world.player("ann"))
    submit_all(world, ann)
    shown = ok(ann.get(f"{T}/rounds/1/submissions/"))["results"][0]["scores"]["validation"]
    assert (shown["log_loss"], shown["gain"]) == (None, None)
    assert shown["undefined"] == {"log_loss": "sealed_until_close"}


@pytest.mark.parametrize("feedback", ["exact", "ladder", "sealed"])
def test_no_metric_tells_more_than_the_feedback_of_an_open_round(
    db: None, tmp_path: Any, feedback: str
) -> None:
    step = {"ladder_step": 1e-3} if feedback == "ladder" else {}
    world = World(tmp_path, feedback=feedback, **step)
    ann, bob = Caller(world.player("ann")), Caller(world.player("bob"))
    submit_all(world, ann, bob)
    skill = {*SKILL, "by_era", "calibration"}
    mine = ok(ann.get(f"{T}/rounds/1/submissions/"))["results"][0]
    whole = ok(ann.get(f"{V1}/submissions/{mine['submission']}/"))["scores"]
    assert set(whole) == {"validation"}
    assert skill & set(whole["validation"]) == (skill if feedback == "exact" else set())
    rows = {row["alias"]: row for row in ok(ann.get(f"{T}/rounds/1/leaderboard/"))["results"]}
    assert set(SKILL) & set(rows["Ann"]) == (set(SKILL) if feedback == "exact" else set())
    assert skill & set(rows["Bob"]) == set()
    table = text(bob.get(f"{T}/rounds/1/leaderboard/?format=csv"))
    assert all(repr(one) not in table for one in secrets(mine["submission"]))


def secrets(submission: int) -> list[float]:
    """The metrics of a submission that no other's can equal by chance; others may not know one."""
    score = Score.objects.get(submission=submission, split="validation")
    found = [getattr(score, name) for name in ("brier", "brier_low", "brier_high", "corr", "sharpe")]
    return [*found, *score.era_brier]


def test_a_cancelled_round_tells_no_scores(world: World, ann: Caller, bob: Caller) -> None:
    round_ = submit_all(world, ann, bob)
    rounds.cancel(world.operator, round_, "it was a trial")
    rows = ok(Caller(Actor(None)).get(f"{T}/rounds/1/leaderboard/"))["results"]
    assert {row["alias"] for row in rows} == {"Ann", "Bob"}
    assert all(row.get("log_loss") is None and row["rank"] is None for row in rows)
