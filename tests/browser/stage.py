"""What the browsers look at: a contest on a house, made by commands and over HTTP as its people would."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from demo.client import Api
from tests.browser import field as world
from tests.house import House

HANDS = 4
MONEY = ("rewards=money", "currency=EUR", "currency_digits=2", "pool=150000", "quota=50")
# Alias and user name; Ann is the one whose pages are looked at, Zoe never uploads.
PLAYERS = {
    "ann": "Albatross",
    "bob": "Barnacle",
    "cyd": "Cormorant",
    "dan": "Dogfish",
    "eve": "Eider",
    "fay": "Fulmar",
    "gil": "Gannet",
    "zoe": "Zander",
}
COPYISTS = ("dan", "eve")
NOW = "closes_at = clock_timestamp() + make_interval(secs => %s)"
COMMANDS = """
import io, json
from django.core.management import call_command
for name, *words in {commands!r}:
    said = io.StringIO()
    call_command(name, *words, "--json", stdout=said)
    print(json.dumps(json.loads(said.getvalue())))
"""
AUCTION = (*MONEY, "payout_rule=auction", "stake_least=100", "stake_most=50000")
Rules = tuple[str, ...]
Files = dict[tuple[str, str], bytes]
SECRETS: dict[str, dict[str, dict[str, Any]]] = {}


@dataclass
class Contest:
    """A tournament on a house. `known` has numbers and words of its pages' addresses."""

    house: House
    slug: str
    name: str
    folder: Path
    known: dict[str, Any] = field(default_factory=dict)

    def make(
        self, players: dict[str, str], rounds: int, rules: Rules = (), preset: str = "alpha"
    ) -> "Contest":
        """Create the tournament with its operator Olga, the players, and drafts of rounds."""
        words = [self.slug, "--name", self.name, "--preset", preset, "--operator", "olga"]
        words += ["--question", "Will the harbour see more wind than in the median week?"]
        words += [word for rule in rules for word in ("--set", rule)]
        made, added, *_ = self._manage(
            ["create_tournament", *words], ["roster", self.slug, self._roster(players)], *self._drafts(rounds)
        )
        for login in (made["operator"], *added["added"]):
            if login.get("token"):
                self.secrets[login["user"]] = login
        return self

    @property
    def secrets(self) -> dict[str, dict[str, Any]]:
        """Each user's password and token; the contests of a house have users in common."""
        return SECRETS.setdefault(self.house.url, {})

    def draft(self, rounds: int) -> None:
        """Make so many rounds more that are not open yet."""
        self._manage(*self._drafts(rounds))

    def _roster(self, players: dict[str, str]) -> str:
        path = self.folder / f"{self.slug}-roster.csv"
        path.write_text("alias,user\n" + "".join(f"{alias},{user}\n" for user, alias in players.items()))
        return str(path)

    def _drafts(self, rounds: int) -> list[list[str]]:
        files = world.write(self.folder / self.slug)
        words = [f"--tournament={files / 'rows.csv'}", f"--labels={files / 'known.csv'}"]
        return [["next_round", self.slug, *words, "--closes=7d", "--seed=7", "--draft"]] * rounds

    def _manage(self, *commands: list[str]) -> list[dict[str, Any]]:
        """Run commands one after the other in one process, which starts once, and return what each says."""
        said = self.house.manage("shell", "--verbosity=0", "--command", COMMANDS.format(commands=commands))
        return [json.loads(line) for line in said.stdout.splitlines()]

    def api(self, user: str) -> Api:
        """Return what a user's program talks to."""
        return Api(self.house.url, self.slug, self.secrets[user]["token"])

    def open(self, number: int) -> "Play":
        """Open a draft."""
        self.api("olga").post(f"rounds/{number}/open/")
        return Play(self, number)


@dataclass
class Play:
    """One round, step by step; each step returns when what it started is done."""

    contest: Contest
    number: int

    def upload(self, files: Files) -> dict[tuple[str, str], int]:
        """Upload files by (user, forecaster), those of copyists last; returns the submissions, scored."""
        waves = [[key for key in files if (key[0] in COPYISTS) is copies] for copies in (False, True)]
        with ThreadPoolExecutor(HANDS) as hands:
            return {
                key: submission
                for wave in waves
                for key, submission in zip(wave, hands.map(partial(self._send, files), wave), strict=True)
            }

    def _send(self, files: Files, key: tuple[str, str]) -> int:
        (user, forecaster), content = key, files[key]
        api = self.contest.api(user)
        path = f"rounds/{self.number}/submissions/{forecaster}/"
        receipts = api.call("PUT", path, content=content, params={"filename": f"{forecaster}.csv"})
        submission: int = receipts["receipts"][0]["submission"]
        api.scored(submission)
        api.close()
        return submission

    def deadline_in(self, seconds: float = 0) -> None:
        """Turn the clock on until so many seconds before the deadline; the worker then closes the round."""
        house, query = self.contest.house, "SELECT id FROM tournaments_round WHERE number = %s AND "
        query += "tournament_id = (SELECT id FROM tournaments_tournament WHERE slug = %s)"
        pk = house.rows(query, self.number, self.contest.slug)[0][0]
        house.write(f"UPDATE tournaments_round SET {NOW} WHERE id = %s", seconds, pk)
        due = NOW.replace("closes_at", "due_at")
        house.write(f"UPDATE tournaments_work SET {due} WHERE kind = 'close' AND round_id = %s", seconds, pk)

    def read(self) -> dict[str, Any]:
        """Return the round as the operator sees it."""
        found: dict[str, Any] = self.contest.api("olga").get(f"rounds/{self.number}/")
        return found

    def until(self, state: str) -> None:
        """Return when the round is in a state."""
        self.contest.house.until(lambda: self.read()["state"] == state)

    def close(self) -> None:
        """Let the deadline pass, and return when the crowd is blended."""
        self.deadline_in()
        self.contest.house.until(lambda: self.read()["blended_at"])

    def resolve(self) -> None:
        """Bring the live labels, and return when the results are out."""
        olga = self.contest.api("olga")
        path = f"rounds/{self.number}/"
        olga.call("PUT", f"{path}labels/", content=world.labels("live"), params={"filename": "live.csv"})
        olga.post(f"{path}resolve/")
        self.until("resolved")

    def until_in_season(self, alias: str) -> None:
        """Return when the season's standings know a participant."""
        olga = self.contest.api("olga")
        self.contest.house.until(lambda: alias in str(olga.get("standings/")))

    def settle(self) -> None:
        """Pay."""
        self.contest.api("olga").post(
            f"rounds/{self.number}/settlements/", key=f"settle {self.contest.slug} {self.number}"
        )


def crowd(number: int) -> Files:
    """Return a round's files: honest ones, and those of Dan and Eve, who are near to Ann and Bob."""
    files = {}
    for place, user in enumerate(PLAYERS):
        strength = 0.75 - 0.06 * place
        files[user, "main"] = world.csv(world.predictions(strength, 10 * number + place))
    files["dan", "main"] = world.csv(0.98 * world.predictions(0.75, 10 * number) + 0.01)
    files["eve", "main"] = world.csv(world.predictions(0.69, 10 * number + 1) ** 1.01)
    files["ann", "tides"] = world.csv(world.predictions(0.4, 10 * number + 9))
    del files["zoe", "main"]
    return files


def harbour(house: House, folder: Path) -> Contest:
    """Return a contest with a settled round, one without labels, an open one, a draft, and a resolved one."""
    contest = Contest(house, "harbour", "Harbour weather", folder).make(PLAYERS, 5, MONEY)
    for name in ("tides", "gulls"):
        contest.api("ann").post("forecasters/", {"name": name})
    first, second, third, late = (contest.open(number) for number in (1, 2, 3, 4))
    paid = first.upload(crowd(1))
    judged = second.upload(crowd(2))
    late.upload(crowd(4))
    for play in (first, second, late):
        play.deadline_in()
    waiting = third.upload({key: file for key, file in crowd(3).items() if key[1] == "main"})
    for play in (first, late):
        play.close()
        play.resolve()
    first.settle()
    second.close()
    contest.known = {
        "paid": paid["ann", "main"],
        "copy": judged["dan", "main"],
        "waiting": waiting["ann", "main"],
    }
    return contest


def regatta(house: House, folder: Path) -> Contest:
    """Return a contest with an open round, an auction, in which Ann and Bob have something at stake."""
    crew = {user: PLAYERS[user] for user in ("ann", "bob")}
    contest = Contest(house, "regatta", "Regatta", folder).make(crew, 1, AUCTION)
    contest.open(1)
    for user, amount, confidence in (("ann", 12_500, 200_000_000), ("bob", 4_000, 35_000_000)):
        booked = {"alias": crew[user], "currency": "EUR", "amount": 80_000, "reference": f"transfer {user}"}
        contest.api("olga").post("deposits/", booked, key=f"deposit {user}")
        staked = {"amount": amount, "confidence": confidence}
        contest.api(user).call("PUT", "rounds/1/stake/", json=staked)
    return contest
