"""The launcher's life: start, refuse, be killed, start again, and leave nothing behind."""

import itertools
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from aggregator.embedded.home import free_port
from aggregator.embedded.stack import CHECKOUT
from tests.house import inhabitants

OUTSIDE = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "VAR_DIR", "HOST", "PORT", "BASE_URL")
numbers = itertools.count(1)
SLEEPER = "import sys; print('up', flush=True); sys.stdin.read()"
WRITER = (
    "import os, psycopg; c = psycopg.connect(os.environ['DATABASE_OWNER_URL'], autocommit=True);"
    "c.execute('CREATE TABLE IF NOT EXISTS kept (n int)'); c.execute('INSERT INTO kept VALUES (1)');"
    "print(c.execute('SELECT count(*) FROM kept').fetchone()[0], flush=True)"
)


@pytest.fixture
def home(worker: str) -> Iterator[Path]:
    folder = (
        Path(os.environ.get("VAR_DIR", CHECKOUT / "var" / "test")) / "launcher" / f"{worker}-{next(numbers)}"
    )
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    if inhabitants(folder):
        _launch(folder, "stop").communicate(timeout=90)
        assert inhabitants(folder) == []
    shutil.rmtree(folder, ignore_errors=True)


def _launch(home: Path, *words: str, **extra: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name not in OUTSIDE} | extra
    return subprocess.Popen(
        [sys.executable, "-m", "aggregator.embedded", words[0], "--home", str(home), *words[1:]],
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _exec(home: Path, code: str, **extra: str) -> subprocess.Popen[str]:
    return _launch(home, "exec", "--", sys.executable, "-c", code, **extra)


def _line(launcher: subprocess.Popen[str]) -> str:
    assert launcher.stdout is not None
    return launcher.stdout.readline().strip()


def test_exec_gives_the_status_of_its_command_and_leaves_nothing(home: Path) -> None:
    launcher = _exec(home, "import sys; sys.exit(7)")
    launcher.communicate(timeout=90)
    assert launcher.returncode == 7
    assert inhabitants(home) == []
    assert not (home / "run" / "urls.env").exists()


def test_secrets_and_data_are_for_their_owner_alone(home: Path) -> None:
    _exec(home, "pass").communicate(timeout=90)
    for folder in ("run", "postgres", "valkey", "log"):
        assert stat.S_IMODE((home / folder).stat().st_mode) == 0o700, folder
    for file in ("run/choices.json", "run/processes.json", "valkey/valkey.conf"):
        assert stat.S_IMODE((home / file).stat().st_mode) == 0o600, file


def test_a_second_launcher_is_refused_while_the_first_lives(home: Path) -> None:
    first = _exec(home, SLEEPER)
    assert _line(first) == "up"
    second = _exec(home, "pass")
    _, said = second.communicate(timeout=30)
    assert second.returncode == 1
    assert said == f"A launcher of {home} is running already (process {first.pid}).\n"
    assert first.poll() is None
    first.communicate("", timeout=60)
    assert first.returncode == 0


def test_a_fresh_start_has_none_of_the_data_and_a_plain_one_has(home: Path) -> None:
    words = ("--", sys.executable, "-c", WRITER)
    counts = [
        _launch(home, "exec", *fresh, *words).communicate(timeout=90)[0].strip()
        for fresh in ((), (), ("--fresh",))
    ]
    assert counts == ["1", "2", "1"]


def test_after_a_kill_the_next_start_works_at_once_and_has_the_data(home: Path) -> None:
    first = _exec(home, WRITER + "; import sys; sys.stdin.read()")
    assert _line(first) == "1"
    left = [process for process in inhabitants(home) if process.pid != first.pid]
    first.kill()
    first.wait()
    assert {"postgres", "valkey-server"} <= {process.name() for process in left if process.is_running()}

    second = _exec(home, WRITER)
    said, _ = second.communicate("", timeout=90)
    assert (second.returncode, said) == (0, "2\n")
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in left)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_stops_the_command_then_the_databases(
    home: Path, number: signal.Signals, status: int
) -> None:
    launcher = _exec(home, SLEEPER)
    assert _line(launcher) == "up"
    launcher.send_signal(number)
    launcher.wait(60)
    assert launcher.returncode == status
    assert inhabitants(home) == []


def test_serve_runs_the_procfile_until_ctrl_c_and_also_after_a_kill(home: Path) -> None:
    port = str(free_port())
    for ending in (signal.SIGKILL, signal.SIGINT):
        launcher = _launch(home, "serve", "--port", port)
        assert launcher.stdout is not None
        said = next(line for line in launcher.stdout if line.startswith("Crowdblend"))
        assert said == f"Crowdblend is at http://localhost:{port} (Ctrl-C stops it).\n"
        commands = {" ".join(process.cmdline()) for process in inhabitants(home)}
        assert any("gunicorn" in command for command in commands)
        assert any("celery" in command and " worker " in command for command in commands)
        assert any("celery" in command and " beat " in command for command in commands)
        launcher.send_signal(ending)
        launcher.wait(60)
        assert bool(inhabitants(home)) == (ending == signal.SIGKILL)
    assert launcher.returncode == 130


def test_a_port_that_is_taken_is_named_and_nothing_stays_behind(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        launcher = _launch(home, "serve", "--port", str(port))
        _, said = launcher.communicate(timeout=60)
    assert launcher.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken by another program: choose another PORT.\n" in said
    assert inhabitants(home) == []


def test_outside_databases_are_used_and_nothing_is_embedded(home: Path) -> None:
    outside = {"DATABASE_URL": "postgresql://app@db.invalid/x", "REDIS_URL": "redis://queue.invalid/0"}
    launcher = _exec(home, "import os; print(os.environ['DATABASE_URL'])", **outside)
    said, _ = launcher.communicate(timeout=30)
    assert said == "postgresql://app@db.invalid/x\n"
    assert not (home / "postgres").exists()


def test_one_outside_database_without_the_other_is_refused(home: Path) -> None:
    launcher = _exec(home, "pass", REDIS_URL="redis://queue.invalid/0")
    _, said = launcher.communicate(timeout=30)
    assert launcher.returncode == 1
    assert said == (
        "REDIS_URL is set and DATABASE_URL is not: set both, or neither for embedded databases.\n"
    )
