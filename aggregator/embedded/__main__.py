"""The launcher.

    python -m aggregator.embedded exec [--stack] [--fresh] -- COMMAND   databases, COMMAND, stop: its status
    python -m aggregator.embedded serve                          databases, migrations, web, worker and beat
    python -m aggregator.embedded stop                           end what runs here, also after a kill

With DATABASE_URL and REDIS_URL set, those are used and nothing is embedded.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

from aggregator.embedded import processes
from aggregator.embedded.databases import Databases
from aggregator.embedded.home import Home, Refused, free_port, is_free
from aggregator.embedded.stack import CHECKOUT, Stack

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
OUTSIDE = ("DATABASE_URL", "REDIS_URL")


class Asked(BaseException):
    """Somebody asked the launcher to stop."""

    def __init__(self, number: int) -> None:
        self.number = number


def main() -> int:
    """Run one command and give its exit status: 0, COMMAND's, 128 + signal, or 1 with a sentence."""
    arguments = _arguments()
    home = Home(Path(arguments.home))
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN or number != signal.SIGHUP:  # nohup is respected
            signal.signal(number, _stop)
    try:
        if arguments.action == "stop":
            return _end(home)
        with home.claim(), _databases(home, arguments.fresh) as environment:
            address = {**environment, **_address(arguments), "VAR_DIR": str(home.path)}
            if arguments.action == "serve":
                return _serve(home, address)
            return _execute(home, address, arguments)
    except Refused as reason:
        print(reason, file=sys.stderr)
        return 1
    except Asked as asked:
        return 128 + asked.number


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m aggregator.embedded",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=["exec", "serve", "stop"])
    parser.add_argument("--home", default="var", help="the folder of the data (default: var)")
    parser.add_argument(
        "--host", default=os.environ.get("HOST") or "127.0.0.1", help="default: $HOST or 127.0.0.1"
    )
    parser.add_argument(
        "--port", type=int, default=os.environ.get("PORT") or 8000, help="default: $PORT or 8000"
    )
    parser.add_argument(
        "--stack", action="store_true", help="exec: also migrate, and run web, worker and beat"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="exec: begin with an empty home; an earlier run's data go"
    )
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    arguments = parser.parse_args(words[:end])
    arguments.command = words[end + 1 :]
    if (arguments.action == "exec") != bool(arguments.command):
        parser.error("exec needs a command after --, and only exec takes one")
    return arguments


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    # Once: the way down must not be interrupted, or databases would stay behind.
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Asked(number)


@contextlib.contextmanager
def _databases(home: Home, fresh: bool) -> Iterator[dict[str, str]]:
    outside = [name for name in OUTSIDE if os.environ.get(name)]
    if len(outside) == 1:
        other = next(name for name in OUTSIDE if name not in outside)
        raise Refused(f"{outside[0]} is set and {other} is not: set both, or neither for embedded databases.")
    if outside:
        yield {}
        return
    databases = Databases(home)
    if fresh:
        databases.stop()
        home.clear()
    try:
        yield databases.start()
    finally:
        databases.stop()


def _address(arguments: argparse.Namespace) -> dict[str, str]:
    host = arguments.host
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else _in_url(host)
    port = arguments.port or free_port()
    address = {"HOST": host, "PORT": str(port), "BASE_URL": f"http://{shown}:{port}"}
    if "ALLOWED_HOSTS" not in os.environ and host not in ("127.0.0.1", "localhost"):
        address["ALLOWED_HOSTS"] = "*" if host in ("0.0.0.0", "::") else f"{host},localhost,127.0.0.1"
    return address


def _execute(home: Home, environment: dict[str, str], arguments: argparse.Namespace) -> int:
    with contextlib.ExitStack() as stack:
        running = None
        if arguments.stack:
            running = stack.enter_context(_running(home, environment, to_files=True))
        command = subprocess.Popen(arguments.command, env={**os.environ, **environment})
        home.record("command", command.pid)
        try:
            while (status := command.poll()) is None:
                if running:
                    running.revive()
                time.sleep(0.1)
        except Asked as asked:
            # A terminal's Ctrl-C has reached the command too, which may have something to say.
            with contextlib.suppress(subprocess.TimeoutExpired):
                command.wait(10 if asked.number == signal.SIGINT else 0)
            raise
        finally:
            if command.poll() is None:
                processes.end_tree(home.started()["command"], grace=10)
                command.wait()
            home.forget("command")
    return status if status >= 0 else 128 - status


def _serve(home: Home, environment: dict[str, str]) -> int:
    with _running(home, environment, to_files=False) as stack:
        # Where nobody can log in yet, this says how the first account is made.
        words = [sys.executable, "manage.py", "setup_link", "--if-needed"]
        subprocess.run(words, cwd=CHECKOUT, env=stack.environment, check=False)
        print(f"Crowdblend is at {environment['BASE_URL']} (Ctrl-C stops it).", flush=True)
        while True:
            stack.revive()
            time.sleep(0.5)


@contextlib.contextmanager
def _running(home: Home, environment: dict[str, str], to_files: bool) -> Iterator[Stack]:
    host, port = environment["HOST"], environment["PORT"]
    if ":" not in host and not is_free(int(port), host):
        raise Refused(f"Port {port} of {host} is taken by another program: choose another PORT.")
    stack = Stack(home, environment, to_files)
    _migrate(stack.environment)
    try:
        stack.start()
        stack.wait_for_web(f"http://{_reachable(host)}:{port}")
        yield stack
    finally:
        stack.stop()


def _reachable(host: str) -> str:
    return _in_url({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host))


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _migrate(environment: dict[str, str]) -> None:
    if not environment.get("DATABASE_OWNER_URL"):
        print(
            "DATABASE_OWNER_URL is not set: the database is taken as it is, without migrations.",
            file=sys.stderr,
        )
        return
    command = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
    if subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode != 0:
        raise Refused("The database could not be migrated, so nothing was started.")


def _end(home: Home) -> int:
    if not home.path.exists():
        return 0
    home.prepare()
    launcher = home.started().get("launcher")
    process = processes.find(launcher) if launcher else None
    if process is not None:
        process.terminate()
        processes.wait_until_gone([process], timeout=60)
    if launcher is not None:
        processes.end_tree(launcher, grace=5)
    home.end_leftovers()
    Databases(home).stop()
    home.forget("launcher")
    return 0


if __name__ == "__main__":
    sys.exit(main())
