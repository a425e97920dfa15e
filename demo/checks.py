"""What a played round must show, beyond that every step worked."""

from typing import Any

from demo.play import Game

CROWD = 30
"""Fewer forecasters are no crowd, and on one era nobody can promise that they beat their median."""


def judge(game: Game, result: dict[str, Any]) -> None:
    """Note whether copies are gated, honest ones are not, and the crowd beats its mean and median member."""
    hold, crowd = game.checks.hold, result["crowd"]
    rows = [row for row in result["leaderboard"] if row["kind"] == "player"]
    sent = sum(len(player.entrant.forecasters) for player in game.players)
    scored = sum(row["log_loss"] is not None for row in rows)
    hold(f"all {sent} forecasters' submissions are scored", scored == sent)
    by_alias = {player.entrant.alias: player.entrant for player in game.players}
    for row in rows:
        entrant = by_alias[row["alias"]]
        if entrant.honest:
            hold(f"{row['alias']}, who is honest, is not gated", row["original"])
        elif len(entrant.copied) == 1:
            hold(f"{row['alias']}, who copies {entrant.copied[0]}, is gated", not row["original"])
        else:
            hold(f"{row['alias']}, a mix of {' and '.join(entrant.copied)}, is named", row["mixed"])
    hold("the round is settled", result["round"]["state"] == "settled")
    if sent >= CROWD:
        hold("the meta-model beats the mean forecaster", crowd["meta_model"] < crowd["mean"])
        hold("the meta-model beats the median forecaster", crowd["meta_model"] < crowd["median"])
