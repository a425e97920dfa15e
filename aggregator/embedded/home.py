"""The folder that a launcher owns: data, secrets, and the record of what it started."""

import contextlib
import fcntl
import json
import os
import pwd
import random
import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from aggregator.embedded import processes
from aggregator.embedded.processes import Started


class Refused(Exception):
    """The launcher cannot or must not go on; the message is one sentence for the person who started it."""


class Home:
    """One folder: `run/` has secrets and process numbers, `postgres/` and `valkey/` the data, `log/` logs."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.run = self.path / "run"
        self.logs = self.path / "log"
        self.urls = self.run / "urls.env"
        self._started = self.run / "processes.json"
        self._choices = self.run / "choices.json"

    def prepare(self) -> None:
        """Make the folder and refuse one that belongs to somebody else."""
        if self.path.exists() and self.path.stat().st_uid != os.geteuid():
            owner = _user_name(self.path.stat().st_uid)
            raise Refused(f"{self.path} belongs to {owner}: run this as {owner}, or choose another --home.")
        self.path.mkdir(parents=True, exist_ok=True)
        for folder in (self.run, self.logs):
            folder.mkdir(mode=0o700, exist_ok=True)

    @contextlib.contextmanager
    def claim(self) -> Iterator[None]:
        """Be the only launcher of this folder while the block runs; end what a killed one left behind.

        Raises Refused when another launcher is alive here.
        """
        self.prepare()
        with self._locked():
            other = self.started().get("launcher")
            if other is not None and processes.find(other):
                raise Refused(f"A launcher of {self.path} is running already (process {other.pid}).")
            self.end_leftovers()
            self.record("launcher", os.getpid())
        try:
            yield
        finally:
            self.forget("launcher")

    def clear(self) -> None:
        """Remove the data of an earlier run; what is in `run/`, secrets and records, stays."""
        for path in self.path.iterdir():
            if path != self.run:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.prepare()

    def end_leftovers(self) -> None:
        """End every recorded process but the launcher and the databases, which know better how to stop."""
        for name, started in self.started().items():
            if name in ("launcher", "valkey"):
                continue
            end = processes.end_tree if name == "command" else processes.end_session
            end(started, grace=5)
            self.forget(name)

    def started(self) -> dict[str, Started]:
        """What is recorded as started, by name."""
        try:
            rows = json.loads(self._started.read_text())
        except FileNotFoundError:
            return {}
        return {name: Started(**row) for name, row in rows.items()}

    def record(self, name: str, pid: int) -> Started:
        """Remember a process together with the moment of its creation, since numbers are used again."""
        started = processes.started(pid)
        self._keep({**self.started(), name: started})
        return started

    def forget(self, name: str) -> None:
        """Drop one process from the record."""
        self._keep({key: value for key, value in self.started().items() if key != name})

    def secret(self, name: str) -> str:
        """A random word that is made once and kept."""
        return str(self._choice(name, secrets.token_urlsafe(24)))

    def port(self, name: str) -> int:
        """A port of this machine that is chosen once and kept for as long as nobody else takes it."""
        port = int(self._choice(name, free_port()))
        return port if is_free(port) else int(self._choice(name, free_port(), anew=True))

    def _choice(self, name: str, value: str | int, anew: bool = False) -> str | int:
        choices = json.loads(self._choices.read_text()) if self._choices.exists() else {}
        if anew or name not in choices:
            choices[name] = value
            write_private(self._choices, json.dumps(choices, indent=1))
        return choices[name]

    def _keep(self, started: dict[str, Started]) -> None:
        rows = {name: vars(value) for name, value in started.items()}
        write_private(self._started, json.dumps(rows, indent=1))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.run / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    new.replace(path)


def free_port() -> int:
    """A port that nobody listens on, below those that systems give to outgoing connections.

    A client that keeps trying such a port while its server is away can meet itself there and occupy it.
    """
    return next(port for port in iter(lambda: random.randint(15_000, 32_000), None) if is_free(port))


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        # As the servers do: a port whose last connections are only waiting out their time is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
