"""The demo's second tournament: six people stake test bitcoin on their forecasts, and are paid out."""

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from btclib.b32 import address_from_witness

from benchmarks.crowd.entrants import Entrant
from benchmarks.worlds.world import World
from demo import play as acts
from demo import stage
from demo.client import Api, refusal
from demo.play import Game, Player
from demo.progress import Checks, step
from demo.stage import Contest

WAGERS = Contest(
    "wagers",
    "Wagers",
    "The same flights; what the better win is what the worse lose.",
    changes=(
        *("id_column=t_id", "payout_rule=wager", "rewards=money", "currency=BTC", "currency_digits=8"),
        *("network=regtest", "pool=0", "originality_gate=none", "stake_least=1000"),
    ),
)
SECONDS = 20
PEOPLE, ROWS = 6, 400
DEPOSIT = 5_000_000
STAKES = (1_000_000, 2_500_000, 500_000, 4_000_000, 1_500_000)
"""Satoshis. The sixth wants to stake more than there is, is refused, and plays for nothing."""
LEAST = 10_000
TXID = hashlib.sha256(b"the demo's payment").hexdigest()
WALLETS = ("electrum", "sparrow", "core")


def play(world: World, entrants: list[Entrant], folder: Path, base: str) -> dict[str, Any]:
    """Play a round with stakes, and pay it out. Returns its checks, amounts and files for the report."""
    small, chosen = _cut(world, [one for one in entrants if one.honest][:PEOPLE])
    with step(f"The operator makes the tournament {WAGERS.name}"):
        files = stage.write_files(small, folder / WAGERS.slug)
        login = stage.create(WAGERS)
    game = Game(base, WAGERS.slug, Api(base, WAGERS.slug, login["token"]), _ids(small), Checks(), [])
    acts.join(game, chosen)
    _deposit(game)
    with step(f"The operator opens round 1 for {SECONDS} seconds"):
        stage.open_round(WAGERS, files, SECONDS)
    _stake(game)
    acts.extend_if_late(game, SECONDS)
    acts.upload_all(game)
    acts.wait_for_close(game)
    acts.resolve(game, files / "labels_live.csv")
    settled = _settle(game)
    batch = _pay_out(game)
    held = [{"sentence": sentence, "holds": holds} for sentence, holds in game.checks.found]
    logins = {"operator": login, **{one.entrant.alias: one.login for one in game.players}}
    return {"checks": held, "settlement": settled, "batch": batch, "logins": logins}


def _ids(world: World) -> list[str]:
    names: list[str] = world.tournament["t_id"].tolist()
    return names


def _cut(world: World, entrants: list[Entrant]) -> tuple[World, list[Entrant]]:
    """The first rows of each split, and what these people say of them, a forecaster each."""
    splits = world.tournament.groupby("data_type", sort=False).cumcount().to_numpy()
    rows = np.flatnonzero(splits < ROWS)
    small = World(world.name, world.training, world.tournament.iloc[rows], world.labels.iloc[rows])
    said = [dict([(name, p[rows]) for name, p in one.forecasters.items()][:1]) for one in entrants]
    return small, [replace(one, forecasters=own) for one, own in zip(entrants, said, strict=True)]


def _deposit(game: Game) -> None:
    with step("Deposits are booked", len(game.players)) as under_way:
        for player in game.players:
            alias = player.entrant.alias
            body = {"alias": alias, "currency": "BTC", "amount": DEPOSIT, "reference": f"paid in by {alias}"}
            game.operator.post("deposits/", body, key=f"deposit-{alias}")
            under_way.advance(alias)


def _stake(game: Game) -> None:
    with step("Stakes are placed", len(STAKES)) as under_way:
        for player, amount in zip(game.players, STAKES, strict=False):
            _put(player, amount)
            under_way.advance(player.entrant.alias)
    refused = refusal(partial(_put, game.players[-1], DEPOSIT + 1))
    code = refused.code if refused else ""
    game.checks.hold("nobody stakes more than they have", code == "not_enough")


def _put(player: Player, amount: int) -> Any:
    body = {"forecaster": next(iter(player.entrant.forecasters)), "amount": amount}
    return player.api.call("PUT", "rounds/current/stake/", json=body)


def _settle(game: Game) -> dict[str, Any]:
    with step("The stakes are settled"):
        settled: dict[str, Any] = game.operator.post("rounds/current/settlements/", key="settle-wagers")
    paid = sum(one["amount"] for one in settled["payouts"])
    burned = sum(one["burned"] for one in settled["payouts"])
    game.checks.hold("what the better win is what the worse lose", 0 < paid == burned)
    game.checks.hold("nobody loses more than was staked", burned <= sum(STAKES))
    held = sum(acts.balance(player) for player in game.players)
    game.checks.hold("all that was paid in is there, to the satoshi", held == DEPOSIT * len(game.players))
    return settled


def _pay_out(game: Game) -> dict[str, Any]:
    """Collect, hand over files, settle by the payment's id; a second payment of the same is refused."""
    with step("Addresses, a payout batch, its files, its payment"):
        for player in game.players:
            body = {"address": _address(player.entrant.alias)}
            player.api.call("PUT", "payout-addresses/BTC/", json=body)
        wanted = {"currency": "BTC", "least": LEAST, "min_age_hours": 0}
        batch: dict[str, Any] = game.operator.post("batches/", wanted, key="batch-1")
        again = game.operator.post("batches/", wanted, key="batch-1")
        one = f"batches/{batch['number']}/"
        files = {form: game.operator.text(f"{one}files/{form}/") for form in WALLETS}
        game.operator.post(f"{one}settle/", {"reference": TXID})
    hold = game.checks.hold
    hold("collecting twice with one key is one batch", again["number"] == batch["number"])
    hold("the batch has all that was owed", batch["total"] == DEPOSIT * len(game.players))
    lines = [line.split(",") for line in files["electrum"].splitlines()]
    hold(
        "the wallet's file pays the batch's total", sum(int(amount) for _, amount in lines) == batch["total"]
    )
    refused = refusal(lambda: game.operator.post(f"{one}settle/", {"reference": TXID[::-1]}))
    hold("a batch is paid once", refused is not None and refused.code == "batch_not_pending")
    hold("afterwards nothing is owed", all(acts.balance(player) == 0 for player in game.players))
    hold("the ledger is whole", stage.manage("verify_ledger", WAGERS.slug)["intact"])
    return {**batch, "files": files, "reference": TXID}


def _address(alias: str) -> str:
    """An address of the test network for which nobody has a key."""
    return address_from_witness(0, hashlib.sha256(alias.encode()).digest()[:20], "regtest")
