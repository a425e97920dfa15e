"""Sending to addresses that users name, without lending them this server's place in its network (SSRF).

The host is looked up once, every address that it has must be public, and the connection goes to the very
address that was checked: a name that changes in between (DNS rebinding) changes nothing. Redirects are
not followed, proxies of the environment are not used, and no answer is kept but its status.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from tournaments.services.errors import Invalid

SECONDS = 5
"""How long a receiver may take to answer, all in all."""
PORTS = {443, 8443}
GLOBAL_V6 = ipaddress.ip_network("2000::/3")
# Metadata services of clouds that stand at addresses which pass for public ones.
METADATA = [ipaddress.ip_network(one) for one in ("168.63.129.16/32", "192.0.0.0/24")]
NOT_PUBLIC = "The host has no public address."


class Unreachable(Exception):
    """There was no answer; the message says why, and nothing of the network here."""


@dataclass(frozen=True)
class Address:
    """A place to send to, as it was written."""

    tls: bool
    host: str
    port: int
    path: str


def read(url: str) -> Address:
    """Return a webhook's address, or refuse with `bad_address` what would never be sent to."""
    private = settings.WEBHOOKS_PRIVATE
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise _bad("This is not an address. It has the form https://example.org/path.") from error
    if not host or any(ord(sign) <= 32 or ord(sign) > 126 for sign in url):
        raise _bad("This is not an address. It has the form https://example.org/path, in plain letters.")
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise _bad("The address must begin with https://.")
    if parts.username is not None or parts.password is not None:
        raise _bad("Leave name and password out of the address; check the signature instead.")
    if port not in PORTS and not private:
        raise _bad("The port must be 443 or 8443.")
    with suppress(ValueError):
        if not is_public(ipaddress.ip_address(host)) and not private:
            raise _bad(NOT_PUBLIC)
    return Address(parts.scheme == "https", host, port, _path(parts.path, parts.query))


def _bad(message: str) -> Invalid:
    return Invalid("bad_address", message)


def _path(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Say whether an address is one of the open net, and no other network hides in it.

    >>> [is_public(ipaddress.ip_address(a)) for a in ("8.8.8.8", "10.0.0.1", "169.254.169.254", "::1")]
    [True, False, False, False]
    >>> [is_public(ipaddress.ip_address(a)) for a in ("::ffff:8.8.8.8", "2002:7f00:1::", "64:ff9b::a00:1")]
    [False, False, False]
    """
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if any(address in network for network in METADATA):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return address in GLOBAL_V6 and address.sixtofour is None and address.teredo is None
    return True


def look_up(address: Address) -> tuple[str, int]:
    """Return the address and port to connect to. Raises Unreachable unless all of the host's are public."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(NOT_PUBLIC) from error
    places = [str(one[4][0]) for one in found]
    if not settings.WEBHOOKS_PRIVATE and not all(is_public(ipaddress.ip_address(one)) for one in places):
        # The same words as for an unknown name: nobody learns which names are known inside.
        raise Unreachable(NOT_PUBLIC)
    return places[0], address.port


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked, with the name that it was looked up by."""

    def __init__(self, address: Address, place: tuple[str, int]) -> None:
        super().__init__(address.host, address.port, timeout=SECONDS)
        self._tls, self._place = address.tls, place

    def connect(self) -> None:
        """Connect to the checked address; the certificate must be the name's."""
        self.sock = socket.create_connection(self._place, SECONDS)
        if self._tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """Wake whoever waits for this connection."""
        with suppress(OSError):
            if self.sock is not None:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send a POST and return the status of the answer. Raises Unreachable."""
    try:
        address = read(url)
    except Invalid as refused:
        raise Unreachable(refused.message) from refused
    connection = _Pinned(address, look_up(address))
    default = 443 if address.tls else 80
    host = f"[{address.host}]" if ":" in address.host else address.host
    headers = {"Host": host if address.port == default else f"{host}:{address.port}", **headers}
    try:
        with _deadline(connection):
            connection.request("POST", address.path, body, headers)
            return connection.getresponse().status
    except ssl.SSLCertVerificationError as error:
        raise Unreachable("The host's certificate was not accepted.") from error
    except TimeoutError as error:
        raise Unreachable(f"There was no answer within {SECONDS} seconds.") from error
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(_why(error)) from error
    finally:
        connection.close()


def _why(error: Exception) -> str:
    words = (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
    return f"The connection failed: {words}."


@contextmanager
def _deadline(connection: _Pinned) -> Iterator[None]:
    """Cut the connection after SECONDS, even while a byte comes now and then."""
    over = threading.Event()

    def cut() -> None:
        over.set()
        connection.cut()

    timer = threading.Timer(SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if over.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
    if over.is_set():  # an answer that was cut off can pass for a whole one
        raise TimeoutError
