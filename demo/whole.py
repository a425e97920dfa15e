"""A whole round from its data and its crowd: what the demo and the test on real data both play."""

import math
from pathlib import Path
from typing import Any

from benchmarks.crowd.entrants import Entrant
from benchmarks.worlds.world import World
from demo import play as acts
from demo import stage
from demo.checks import judge
from demo.client import Api
from demo.play import Game
from demo.progress import Checks, step
from demo.stage import Contest

OPEN_SECONDS = 35


def play(
    contest: Contest,
    world: World,
    entrants: list[Entrant],
    folder: Path,
    base: str,
    void: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Play one round and return everything that came of it.

    folder: for the operator's files; base: the server's address; void: ids of rows without a label, ever.
    """
    with step(f"The operator makes the tournament {contest.name}"):
        files = stage.write_files(world, folder / contest.slug)
        login = stage.create(contest)
    operator = Api(base, contest.slug, login["token"])
    game = Game(base, contest.slug, operator, world.tournament["t_id"].tolist(), Checks(), [])
    acts.join(game, entrants)
    with step(f"The operator opens round 1 for {OPEN_SECONDS} seconds"):
        stage.open_round(contest, files, OPEN_SECONDS)
    if void:
        acts.void(game, void)
    acts.upload_broken(game)
    acts.extend_if_late(game, OPEN_SECONDS)
    submissions = acts.upload_all(game)
    acts.wait_for_close(game)
    acts.resolve(game, files / "labels_live.csv")
    settlement = acts.settle(game)
    result = _result(game, submissions, settlement, acts.compare(game, "contribution_pool"))
    result["logins"] = {"operator": login, **{p.entrant.alias: p.login for p in game.players}}
    return result


def _result(
    game: Game, submissions: list[dict[str, Any]], settlement: dict[str, Any], other: dict[str, Any]
) -> dict[str, Any]:
    board = game.operator.get("rounds/current/leaderboard/", split="live", limit=200)
    found = game.operator.get("rounds/current/meta-model/")
    result: dict[str, Any] = {
        "round": game.round(),
        "submissions": len(submissions),
        "leaderboard": board["results"],
        "crowd": {**found["crowd"], "blends": _losses(found["blends"]), "coin": math.log(2)},
        "settlement": settlement,
        "other_rule": other,
    }
    judge(game, result)
    result["checks"] = [{"sentence": sentence, "holds": holds} for sentence, holds in game.checks.found]
    return result


def _losses(blends: list[dict[str, Any]]) -> dict[str, float]:
    return {one["blend"]: one["scores"]["live"]["log_loss"] for one in blends if "live" in one["scores"]}
