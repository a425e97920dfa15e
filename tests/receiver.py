"""A program that takes webhooks, in a thread: it keeps what came, and answers as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANG, DRIP = "hang", "drip"
Answer = int | str | tuple[int, str]


@dataclass
class Receiver:
    """What came, and the answers to give: a status, one with a Location, HANG or DRIP. The last one stays."""

    url: str = ""
    answers: list[Answer] = field(default_factory=lambda: [204])
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def next_answer(self) -> Answer:
        """Return what to say now."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    known: Receiver


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        known = self.server.known
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        known.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        answer = known.next_answer()
        if answer == HANG:
            known.over.wait(20)
        elif answer == DRIP:
            self._drip(known)
        else:
            self._say(answer)

    do_GET = do_POST

    def _say(self, answer: Answer) -> None:
        status, place = answer if isinstance(answer, tuple) else (answer, "")
        self.send_response(int(status))
        if place:
            self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _drip(self, known: Receiver) -> None:
        """Send a header without an end, a byte at a time."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(400):
            if known.over.wait(0.05):
                return
            try:
                self.wfile.write(b"x")
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver on a free port of 127.0.0.1."""
    server = _Server(("127.0.0.1", 0), _Handler)
    known = server.known = Receiver(f"http://127.0.0.1:{server.server_port}/hook?of=ann")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield known
    finally:
        known.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
