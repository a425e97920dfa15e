"""A mail server in a thread, with just enough of SMTP to take what is sent to it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Postbox:
    """What came: each mail as it was on the wire, and over how many connections."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    connections: int = 0


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    known: Postbox


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.server.known.connections += 1
        self._say(220, "here")
        for line in iter(self.rfile.readline, b""):
            verb = line.split()[0].upper()
            if verb == b"DATA":
                self._take()
            elif verb == b"QUIT":
                return self._say(221, "bye")
            else:
                self._say(250, "good")

    def _take(self) -> None:
        self._say(354, "go on")
        lines = list(iter(self.rfile.readline, b".\r\n"))
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.server.known.mails.append(mail)
        self._say(250, "taken")

    def _say(self, code: int, words: str) -> None:
        self.wfile.write(f"{code} {words}\r\n".encode())


@contextmanager
def postbox() -> Iterator[Postbox]:
    """Run a mail server on a free port of 127.0.0.1."""
    server = _Server(("127.0.0.1", 0), _Handler)
    known = server.known = Postbox(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
