"""The round itself, over HTTP: people join, upload, are refused, wait, are scored, ranked and paid."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.crowd.entrants import Entrant
from demo.broken import broken_files, csv, file_of_ranks
from demo.client import Api, refusal
from demo.progress import Checks, step

HANDS = 4  # people who upload at the same time
SPARE = 10  # seconds before the deadline at which the operator extends it, when uploads still come
POLL = 0.5


@dataclass
class Player:
    """Someone of the crowd, with their key, and how they log in."""

    entrant: Entrant
    api: Api
    login: dict[str, Any]


@dataclass
class Game:
    """A round being played."""

    base: str
    slug: str
    operator: Api
    ids: list[str]
    checks: Checks
    players: list[Player]

    def round(self) -> dict[str, Any]:
        """The round as the operator sees it."""
        found: dict[str, Any] = self.operator.get("rounds/current/")
        return found


def join(game: Game, crowd: list[Entrant]) -> None:
    """The operator enters the participants; each then names their forecasters."""
    with step("Participants join", len(crowd)) as under_way, ThreadPoolExecutor(HANDS) as hands:

        def enter(entrant: Entrant) -> Player:
            body = {"alias": entrant.alias, "username": _username(game.slug, entrant.alias)}
            made = game.operator.post("participants/", body)
            api = Api(game.base, game.slug, made["token"])
            for name in entrant.forecasters:
                if name != "main":
                    api.post("forecasters/", {"name": name})
            under_way.advance(entrant.alias)
            return Player(entrant, api, made)

        game.players.extend(hands.map(enter, crowd))


def _username(slug: str, alias: str) -> str:
    return "".join(one for one in alias.lower() if one.isalnum()) + f"-{slug}"


def upload_broken(game: Game) -> None:
    """Every common kind of bad file is refused with its own code; ranks are taken with a warning."""
    player = game.players[0]
    p = next(iter(player.entrant.forecasters.values()))
    files = list(broken_files(game.ids, p))
    with step("Bad files are refused", len(files)) as under_way:
        for bad in files:
            refused = refusal(partial(player.api.upload, bad.content, bad.filename))
            codes = refused.faults if refused else []
            game.checks.hold(f"{bad.what}: refused as {bad.code} (got {codes})", bad.code in codes)
            under_way.advance(bad.what)
    name, content = file_of_ranks(game.ids, p)
    checked = player.api.upload(content, name, dry_run=True)
    codes = [warning["code"] for warning in checked["warnings"]]
    game.checks.hold("ranks are taken with a warning", codes == ["looks_like_ranks"])
    used = player.api.get("rounds/current/")["you"]["quota_used"]
    game.checks.hold("a check and refused files spend no quota", used == 0)


def upload_all(game: Game) -> list[dict[str, Any]]:
    """The honest upload side by side, then those who copy; returns the submissions as scored."""
    honest = [player for player in game.players if player.entrant.honest]
    copies = [player for player in game.players if not player.entrant.honest]
    total = sum(len(player.entrant.forecasters) for player in game.players)
    with step("Predictions are uploaded", total) as under_way, ThreadPoolExecutor(HANDS) as hands:

        def send(player: Player) -> list[tuple[Player, int]]:
            sent = []
            for name, p in player.entrant.forecasters.items():
                (receipt,) = player.api.upload(_file(game, p), f"{name}.csv", name)["receipts"]
                sent.append((player, receipt["submission"]))
                under_way.advance(player.entrant.alias)
            return sent

        sent = [one for many in hands.map(send, honest) for one in many]
        for player in copies:
            sent += send(player)
    with step("Submissions are scored on the practice rows", len(sent)) as under_way:
        found = []
        for player, submission in sent:
            found.append(player.api.scored(submission))
            under_way.advance(player.entrant.alias)
    game.checks.hold("every submission is scored", all(one["state"] == "scored" for one in found))
    return found


def _file(game: Game, p: np.ndarray) -> bytes:
    return csv(game.ids, [repr(float(value)) for value in p])


def void(game: Game, ids: tuple[str, ...]) -> None:
    """The operator takes rows out of every formula, with a reason."""
    with step(f"{len(ids):,} rows that will never have a label are voided"):
        body = {"ids": list(ids), "reason": "Numerai never published these labels"}
        answer = game.operator.post("rounds/current/void/", body)
    game.checks.hold("the rows are void", answer["voided"] == len(ids))


def wait_for_close(game: Game) -> None:
    """Wait for the deadline, see that one comes too late, and that the blend follows by itself."""
    closes_at = datetime.fromisoformat(game.round()["closes_at"])
    seconds = max(0.0, (closes_at - datetime.now(UTC)).total_seconds())
    with step("The deadline passes", int(seconds) + 1) as under_way:
        while datetime.now(UTC) < closes_at + timedelta(seconds=1):
            time.sleep(1)
            under_way.advance()
    late = game.players[1]
    p = next(iter(late.entrant.forecasters.values()))
    refused = refusal(lambda: late.api.upload(_file(game, np.clip(p + 1e-4, 0, 1)), "late.csv"))
    code = refused.code if refused else ""
    game.checks.hold("a file after the deadline is refused", code in ("too_late", "round_not_open"))
    with step("The round closes, test rows are scored, the crowd is blended"):
        _until(game, lambda found: found["blended_at"] is not None)


def extend_if_late(game: Game, seconds: int) -> None:
    """On a slow machine the operator extends the deadline, as the rules allow."""
    closes_at = datetime.fromisoformat(game.round()["closes_at"])
    if closes_at - datetime.now(UTC) < timedelta(seconds=SPARE):
        later = datetime.now(UTC) + timedelta(seconds=seconds)
        game.operator.post(
            "rounds/current/extend/", {"closes_at": later.isoformat(), "reason": "the demo's machine is slow"}
        )


def resolve(game: Game, labels: Path) -> None:
    """The live labels arrive and the round is resolved."""
    with step("Live labels arrive, the round is resolved"):
        game.operator.call(
            "PUT", "rounds/current/labels/", content=labels.read_bytes(), params={"filename": labels.name}
        )
        game.operator.post("rounds/current/resolve/")
        _until(game, lambda found: found["state"] == "resolved")


def settle(game: Game) -> dict[str, Any]:
    """Preview, settle, settle again with the same key: one settlement, and every unit accounted for."""
    with step("The round is settled"):
        preview = game.operator.get("rounds/current/settlements/preview/")
        first = game.operator.post("rounds/current/settlements/", key="settle-demo")
        second = game.operator.post("rounds/current/settlements/", key="settle-demo")
    game.checks.hold("settling twice gives the same settlement", first == second)
    amounts = {payout["alias"]: payout["amount"] for payout in first["payouts"]}
    shown = {payout["alias"]: payout["amount"] for payout in preview["payouts"]}
    game.checks.hold("the settlement is what the preview said", amounts == shown)
    game.checks.hold(
        "paid and rolled over are the pool", sum(amounts.values()) + first["rolled_over"] == first["pool"]
    )
    game.checks.hold("the whole pool is paid", sum(amounts.values()) == first["pool"])
    balances = {player.entrant.alias: balance(player) for player in game.players}
    game.checks.hold("every balance is what was paid", balances == amounts)
    settled: dict[str, Any] = first
    return settled


def compare(game: Game, rule: str) -> dict[str, Any]:
    """What the settled round would have paid by another rule; nothing is written."""
    with step(f"The same round, paid by {rule}"):
        found: dict[str, Any] = game.operator.post(
            "rounds/current/settlements/preview/", {"changes": {"payout_rule": rule}}
        )
    amounts = sum(payout["amount"] for payout in found["payouts"])
    game.checks.hold(
        f"by {rule} too, paid and rolled over are the pool", amounts + found["rolled_over"] == found["pool"]
    )
    game.checks.hold("a what-if pays nothing", found["against"]["settled"])
    return found


def balance(player: Player) -> int:
    """What somebody has, in minor units."""
    return sum(one["balance"] for one in player.api.get("balance/")["balances"])


def _until(game: Game, holds: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not holds(game.round()):
        if time.monotonic() > deadline:
            raise RuntimeError(f"The round did not move on within {seconds:.0f} s: {game.round()}")
        time.sleep(POLL)
