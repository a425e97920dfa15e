"""The line between a browser and the house, which can stall and be cut. Chromium's own emulation lets what is
under way arrive, so the line is a real one: a relay of bytes on a port of its own.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

CHUNK = 16_384
RESET = struct.pack("ii", 1, 0)


class Wire:
    """A relay to a server. `url` is the near end; `stalled` is set when the line stands still."""

    def __init__(self, url: str) -> None:
        far = urlsplit(url)
        self._far = (far.hostname or "", far.port or 80)
        self._door = socket.create_server(("127.0.0.1", 0))
        # What is under way should wait at the browser's end, not in the kernel.
        self._door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * CHUNK)
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._room = float("inf")
        self._down = False
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()
        self.stalled = threading.Event()
        self._moving = threading.Event()
        self._moving.set()
        self._run(self._accept)

    def stall_after(self, count: int) -> None:
        """Let so many bytes pass to the server from now on, and no more."""
        with self._lock:
            self._room = count
            self._moving.clear()
            self.stalled.clear()

    def cut(self) -> None:
        """Break every connection, and let no new one come about."""
        with self._lock:
            self._down = True
            ends, self._ends = self._ends, []
        for end in ends:
            _break(end)
        self._moving.set()

    def mend(self) -> None:
        """Make it whole."""
        with self._lock:
            self._down, self._room = False, float("inf")
        self._moving.set()

    def close(self) -> None:
        """Take it away."""
        self.cut()
        self._door.close()

    def _run(self, act: object, *given: object) -> None:
        threading.Thread(target=act, args=given, daemon=True).start()  # type: ignore[arg-type]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                with self._lock:
                    if self._down:
                        _break(near)
                        continue
                    far = socket.create_connection(self._far)
                    self._ends += [near, far]
                self._run(self._relay, near, far, True)
                self._run(self._relay, far, near, False)

    def _relay(self, source: socket.socket, target: socket.socket, upwards: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                if upwards:
                    self._wait_for_room(len(data))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def _wait_for_room(self, count: int) -> None:
        with self._lock:
            self._room -= count
            full = self._room < 0
        if full:
            self.stalled.set()
            self._moving.wait()


@contextlib.contextmanager
def wire_to(url: str) -> Iterator[Wire]:
    """Yield a line to a server."""
    wire = Wire(url)
    try:
        yield wire
    finally:
        wire.close()


def _break(end: socket.socket) -> None:
    """Close with a reset, as a line that breaks does; a reader in another thread wakes."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        end.shutdown(socket.SHUT_RDWR)
    end.close()
