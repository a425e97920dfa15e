"""A house: the Procfile's real processes on databases of their own, for tests that pull the plug."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg
import redis

from aggregator.embedded import Databases, Home, Stack
from aggregator.embedded.home import free_port
from aggregator.embedded.stack import CHECKOUT

Value = TypeVar("Value")
SHORT = {
    "SWEEP_SECONDS": "1",
    "LEASE_SECONDS": "6",
    "HEARTBEAT_SECONDS": "1",
    "LOG_FORMAT": "console",
    # Else worker and beat load every page at each start only to check the project, which other tests do.
    "CELERY_SKIP_CHECKS": "1",
}


class House:
    """One stack. `env` is what a process needs to work with it, `url` where its web server answers."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.databases = Databases(home)
        self.env: dict[str, str] = {}
        self.url = ""
        self.stack: Stack | None = None

    def start_databases(self) -> None:
        """Start PostgreSQL and Valkey."""
        port = str(free_port())
        self.url = f"http://127.0.0.1:{port}"
        address = {"HOST": "127.0.0.1", "PORT": port, "BASE_URL": self.url, "VAR_DIR": str(self.home.path)}
        self.env = {**os.environ, **SHORT, **address, **self.databases.start()}

    def open(self, **settings: str) -> None:
        """Start the databases and every process, and wait until the web and the worker answer."""
        self.start_databases()
        self.env.update(settings)
        self.stack = Stack(self.home, self.env, to_files=True)
        self.stack.start()
        self.stack.wait_for_web(self.url)
        self.until(self.worker_answers, timeout=60)

    def close(self) -> None:
        """Stop everything; nothing of the house may be left."""
        if self.stack:
            self.stack.stop()
        self.databases.stop()
        left = inhabitants(self.home.path)
        assert left == [], f"{left} outlived {self.home.path}"

    def manage(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command; a failure shows what it printed."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command, cwd=CHECKOUT, env=self.env, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, (
            f"{words} gave {done.returncode}: {done.stdout}{done.stderr}"
        )
        return done

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a query answers, asked as the owner of the database."""
        with psycopg.connect(self.databases.postgres.url("owner")) as connection:
            return connection.execute(query, values).fetchall()

    def write(self, statement: str, *values: Any) -> None:
        """Change rows as the owner of the database, at once."""
        with psycopg.connect(self.databases.postgres.url("owner")) as connection:
            connection.execute(statement, values)

    def start(self, *names: str) -> None:
        """Start processes of the Procfile again."""
        assert self.stack is not None
        self.stack.start(*names)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to one process of the Procfile and its children; killed ones are gone on return."""
        assert self.stack is not None
        self.stack.signal(name, number)

    def restart_postgres(self) -> None:
        """Stop PostgreSQL, which cuts every connection, and start it on the same port."""
        self.databases.postgres.stop()
        self.databases.postgres.start()

    def restart_valkey(self) -> None:
        """Stop Valkey and start it on the same port."""
        self.databases.valkey.stop()
        self.databases.valkey.start()

    def flush_valkey(self) -> None:
        """Lose everything that the broker holds."""
        with redis.Redis.from_url(self.env["REDIS_URL"]) as client:
            client.flushall()

    def worker_answers(self) -> bool:
        """Whether a Celery worker is connected to the broker."""
        with redis.Redis.from_url(self.env["REDIS_URL"]) as client:
            return any(one["cmd"] == "brpop" for one in _clients(client))

    def until(self, holds: Callable[[], Value], timeout: float = 60) -> Value:
        """What `holds` gives as soon as that is true; fails with the ends of the logs after the time.

        Meanwhile what ended by itself is started again, as every supervisor does; what `kill` ended is not.
        """
        deadline = time.monotonic() + timeout
        while not (value := holds()):
            if self.stack:
                self.stack.revive()
            assert time.monotonic() < deadline, f"not within {timeout} s\n{self.log_ends()}"
            time.sleep(0.05)
        return value

    def log_ends(self, lines: int = 30) -> str:
        """The last lines of each log."""
        ends = (
            file.read_text(errors="replace").splitlines()[-lines:] for file in self.home.logs.glob("*.log")
        )
        return "\n".join("\n".join(end) for end in ends)


class HouseTemplate:
    """A home whose databases are made and migrated once, and copied for each house of any test process."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self.prepared = folder.parent.parent / f"house-{fingerprint}"
        self.count = 0

    @contextlib.contextmanager
    def built(self) -> Iterator[House]:
        """A house on a copy, closed and removed in the end; kept for a look when closing fails."""
        self._prepare()
        self.count += 1
        home = Home(self.folder / str(self.count))
        self.folder.mkdir(parents=True, exist_ok=True)
        # The data belong to another account when root runs this, which cp keeps and shutil does not.
        subprocess.run(["cp", "-a", str(self.prepared), str(home.path)], check=True)
        with home.claim():
            house = House(home)
            try:
                yield house
            finally:
                house.close()
        shutil.rmtree(home.path)

    def _prepare(self) -> None:
        """Make the template, unless it is there; of several test processes one makes it for all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.prepared.parent / "house.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if not self.prepared.exists():
                for stale in self.prepared.parent.glob("house-*"):
                    shutil.rmtree(stale)
                self._make()

    def _make(self) -> None:
        home = Home(self.folder / "new")
        with home.claim():
            house = House(home)
            try:
                house.start_databases()
                house.manage("migrate", "--database", "owner", "--verbosity", "0")
            finally:
                house.close()
        choices = json.loads((home.run / "choices.json").read_text())
        passwords = {name: value for name, value in choices.items() if not name.endswith("_port")}
        (home.run / "choices.json").write_text(json.dumps(passwords))
        home.path.rename(self.prepared)


def sweep(folder: Path) -> None:
    """End and remove the houses of a session that was killed."""
    for path in folder.glob("*"):
        home = Home(path)
        home.prepare()
        home.end_leftovers()
        Databases(home).stop()
        shutil.rmtree(path)


def inhabitants(folder: Path) -> list[psutil.Process]:
    """The processes that work in a folder or have it as their VAR_DIR; a stopped home has none."""
    return [process for process in psutil.process_iter() if _lives_in(process, folder)]


def _lives_in(process: psutil.Process, folder: Path) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        place = Path(process.cwd())
        return folder in (place, *place.parents) or process.environ().get("VAR_DIR") == str(folder)
    return False


def _clients(client: redis.Redis) -> list[dict[str, Any]]:
    return client.client_list()
