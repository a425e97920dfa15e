"""The processes of the Procfile, each in a session of its own: a terminal's Ctrl-C reaches none of them."""

import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from aggregator.embedded import processes
from aggregator.embedded.home import Home, Refused

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 5
"""How often within a minute processes may end and be started again; more is a fault that stays."""


def read_procfile(path: Path = CHECKOUT / "Procfile") -> dict[str, list[str]]:
    """The commands by name."""
    lines = (line.partition(":") for line in path.read_text().splitlines() if line and line[0] != "#")
    return {name.strip(): shlex.split(command) for name, _, command in lines}


class Stack:
    """Web, worker and beat with one environment. Output goes to the terminal, or to one file each."""

    def __init__(self, home: Home, environment: dict[str, str], to_files: bool) -> None:
        self.home = home
        # The programs of the virtual environment that runs this, activated or not.
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        self.environment = {**os.environ, **environment, "PATH": programs, "PYTHONUNBUFFERED": "1"}
        self.to_files = to_files
        self.commands = read_procfile()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._ends: list[float] = []

    def start(self, *names: str) -> None:
        """Start the named processes, or all."""
        for name in names or self.commands:
            log = (self.home.logs / f"{name}.log").open("ab") if self.to_files else None
            program = subprocess.Popen(
                self.commands[name],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            if log:
                log.close()
            self.running[name] = program
            self.home.record(name, program.pid)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to the session of one process, pool children included; a killed one is reaped."""
        os.killpg(self.running[name].pid, number)
        if number == signal.SIGKILL:
            self.running.pop(name).wait()
            processes.end_session(self.home.started()[name], grace=5)
            self.home.forget(name)

    def stop(self, grace: float = 20) -> None:
        """Ask all to end, wait, then kill what is left of their sessions."""
        for program in self.running.values():
            if program.poll() is None:
                program.terminate()
        deadline = time.monotonic() + grace
        for name, program in list(self.running.items()):
            try:
                program.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
            if name in self.home.started():
                processes.end_session(self.home.started()[name], grace=5)
            self.home.forget(name)
            del self.running[name]

    def wait_for_web(self, url: str, timeout: float = 60) -> None:
        """Return when the web server answers; raises Refused when a process ends or the time is over."""
        deadline = time.monotonic() + timeout
        while not _answers(f"{url}/healthz"):
            self.revive(most=0)
            if time.monotonic() > deadline:
                raise Refused(f"The web server did not answer at {url} within {timeout:.0f} seconds.")
            time.sleep(0.1)

    def revive(self, most: int = PATIENCE) -> None:
        """Start again what has ended; raises Refused at more than `most` ends within a minute.

        Celery's worker, for one, ends when the broker goes while it holds a message (kombu 5.7).
        """
        for name, program in list(self.running.items()):
            if program.poll() is None:
                continue
            now = time.monotonic()
            self._ends = [moment for moment in self._ends if moment > now - 60] + [now]
            if len(self._ends) > most:
                raise Refused(f"{name} ended with status {program.returncode}, which stops the rest.")
            print(f"{name} ended with status {program.returncode} and is started again.", file=sys.stderr)
            processes.end_session(self.home.started()[name], grace=5)
            self.start(name)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
