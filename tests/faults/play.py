"""A contest on a house, and one round of it played over HTTP, in steps that a test can disturb."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx

from demo.client import PATIENCE
from tests.faults import field
from tests.faults.field import File
from tests.faults.prints import Fingerprint, fingerprint, stored
from tests.house import House

SLUG = "faults"
ROUNDS = 28
DRAFTS = """
from django.core.management import call_command
for _ in range({rounds}):
    call_command("next_round", *{words!r})
"""
FORGET = "UPDATE tournaments_round SET state = 'cancelled' WHERE state IN ('resolved', 'settled')"
NOW = "closes_at = clock_timestamp() + make_interval(secs => %s)"


class Contest:
    """A tournament with an operator and five players, and drafts of rounds that are all alike."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        rules = ("--preset", "alpha", "--set", "pool=1000", "--set", "quota=100")
        made = self._manage("create_tournament", SLUG, "--name", "Faults", "--operator", "olga", *rules)
        self.tokens = {"olga": made["operator"]["token"]}
        roster = folder / "roster.csv"
        roster.write_text("alias,user\n" + "".join(f"{name},{name}\n" for name in field.PLAYERS))
        added = self._manage("roster", SLUG, str(roster))["added"]
        self.tokens |= {one["user"]: one["token"] for one in added}
        self._drafts(folder)
        self.number = 0
        self.call("ann", "POST", "forecasters/", json={"name": "second"}).raise_for_status()

    def _manage(self, *words: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.house.manage(*words, "--json").stdout)
        return answer

    def _drafts(self, folder: Path) -> None:
        rows, known = folder / "tournament.csv", folder / "labels.csv"
        rows.write_text(field.tournament_file())
        known.write_bytes(field.labels("validation", "test"))
        words = [SLUG, f"--tournament={rows}", f"--labels={known}", "--closes=7d", "--seed=7", "--draft"]
        self.house.manage("shell", "--command", DRAFTS.format(rounds=ROUNDS, words=words))

    def call(self, who: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request on a connection of its own: the server may be killed meanwhile."""
        headers = {"Authorization": f"Token {self.tokens[who]}", **options.pop("headers", {})}
        address = f"{self.house.url}/api/v1/tournaments/{SLUG}/{path}"
        return httpx.request(method, address, headers=headers, timeout=PATIENCE, **options)

    def open_round(self) -> "Play":
        """Open the next of the drafts as if it were the first: blends also rest on rounds resolved before."""
        self.house.write(FORGET)
        self.number += 1
        self.call("olga", "POST", f"rounds/{self.number}/open/").raise_for_status()
        return Play(self, self.number)


class Play:
    """One round, step by step. Each step returns when what it started is done, unless it says otherwise."""

    def __init__(self, contest: Contest, number: int) -> None:
        self.contest, self.house, self.number = contest, contest.house, number
        self.pk: int = self.house.rows("SELECT id FROM tournaments_round WHERE number = %s", number)[0][0]

    def call(self, who: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request about this round."""
        return self.contest.call(who, method, f"rounds/{self.number}/{path}", **options)

    def key(self, name: str) -> dict[str, str]:
        """Return the header with an Idempotency-Key that no other round uses; none without a name."""
        return {"Idempotency-Key": f"{name} of round {self.number}"} if name else {}

    def submit(self, file: File, key: str = "") -> httpx.Response:
        """Upload one file; the answer is the caller's to judge."""
        path = f"submissions/{file.forecaster}/"
        return self.call(file.player, "PUT", path, content=file.content, headers=self.key(key))

    def upload(self, files: Iterable[File]) -> None:
        """Upload files one after the other; returns with the last receipt, before they are scored."""
        for file in files:
            answer = self.submit(file)
            assert answer.status_code == 201, answer.text

    def until_scored(self) -> None:
        """Return when every submission has its practice score."""
        self._until_none("SELECT 1 FROM tournaments_submission WHERE round_id = %s AND state <> 'scored'")

    def move_deadline(self, seconds: float = 0) -> None:
        """Let the deadline be in so many seconds; returns at once."""
        self.house.write(f"UPDATE tournaments_round SET {NOW} WHERE id = %s", seconds, self.pk)
        due = NOW.replace("closes_at", "due_at")
        self.house.write(
            f"UPDATE tournaments_work SET {due} WHERE kind IN ('close', 'remind') AND round_id = %s",
            seconds,
            self.pk,
        )

    def until_blended(self) -> None:
        """Return when the meta-model is made."""
        self._until_none("SELECT 1 FROM tournaments_round WHERE id = %s AND blended_at IS NULL")

    def bring_labels(self) -> None:
        """Upload the live labels."""
        answer = self.call("olga", "PUT", "labels/", content=field.labels("live"))
        assert answer.status_code == 200, answer.text

    def resolve(self) -> None:
        """Ask for the resolution; returns at once."""
        answer = self.call("olga", "POST", "resolve/")
        assert answer.status_code == 202, answer.text

    def until_resolved(self) -> None:
        """Return when the results are out."""
        self._until_none("SELECT 1 FROM tournaments_round WHERE id = %s AND resolved_at IS NULL")

    def settle(self, key: str = "") -> dict[str, Any]:
        """Settle, and return the settlement."""
        answer = self.call("olga", "POST", "settlements/", headers=self.key(key))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def _until_none(self, query: str) -> None:
        self.house.until(lambda: not self.house.rows(query, self.pk))

    def attempts(self, kind: str) -> list[int]:
        """Return how often each piece of work of a kind was begun."""
        query = "SELECT attempts FROM tournaments_work WHERE round_id = %s AND kind = %s ORDER BY id"
        return [row[0] for row in self.house.rows(query, self.pk, kind)]

    def count(self, table: str) -> int:
        """Count this round's rows of a table."""
        query = f"SELECT count(*) FROM tournaments_{table} WHERE round_id = %s"
        return int(self.house.rows(query, self.pk)[0][0])

    def go(self, first: str = "upload", before: str = "") -> None:
        """Play on, undisturbed, from a step to the settlement, or to just before another step."""
        steps: dict[str, Callable[[], object]] = {
            "upload": lambda: self.upload(field.files()),
            "score": self.until_scored,
            "close": self.move_deadline,
            "blend": self.until_blended,
            "labels": self.bring_labels,
            "resolve": self.resolve,
            "conclude": self.until_resolved,
            "settle": self.settle,
        }
        names = list(steps)
        for name in names[names.index(first) : names.index(before) if before else None]:
            steps[name]()

    def finish(self, first: str = "upload") -> Fingerprint:
        """Play on, undisturbed, from a step to the settlement; returns the fingerprint."""
        self.go(first)
        self._until_none("SELECT 1 FROM tournaments_work WHERE round_id = %s AND state <> 'done'")
        assert all(stored(self.house).values())
        return fingerprint(self.house, self.pk)
