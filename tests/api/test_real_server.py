"""What only real connections show: two at once, chunked bodies, a connection that breaks, waiting."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

import httpx
import pytest

from aggregator.embedded.stack import CHECKOUT
from tests.api.stage import V1, T
from tests.house import House

pytestmark = pytest.mark.house

PATH = f"{T}/rounds/1/submissions/"
SETTING = """
import json, tempfile, pathlib
from tests.api.stage import Caller
from tests.world import World
world = World(pathlib.Path(tempfile.mkdtemp()))
world.open_round()
print(json.dumps({name: Caller(world.player(name)).token for name in ("ann", "bob")}))
"""


@pytest.fixture
def tokens(house: House) -> dict[str, str]:
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", SETTING]
    done = subprocess.run(command, cwd=CHECKOUT, env=house.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def body(noise: int) -> bytes:
    """A valid file; the ids are those of every World."""
    return b"id,probability\n" + b"".join(b"r%03d,0.%d\n" % (i, 4_000 + noise + i) for i in range(96))


def test_on_a_real_server(house: House, tokens: dict[str, str]) -> None:
    ann = {"Authorization": f"Token {tokens['ann']}"}
    bob = {"Authorization": f"Token {tokens['bob']}"}
    _two_at_once_make_one_submission(house, ann)
    _a_chunked_body_is_taken(house, bob)
    _a_broken_connection_leaves_nothing(house, tokens["bob"])
    _waiting_ends_with_the_score(house, bob)
    _head_has_no_body(house, bob)


def _two_at_once_make_one_submission(house: House, ann: dict[str, str]) -> None:
    for noise, headers in enumerate(({**ann, "Idempotency-Key": "k"}, ann)):
        start = Barrier(2)

        with ThreadPoolExecutor(2) as pool:
            sent = [pool.submit(_send, house, start, body(noise), headers) for _ in range(2)]
            answers = [one.result() for one in sent]
        assert {answer.status_code for answer in answers} <= {200, 201}, [a.text for a in answers]
        assert len({answer.json()["receipts"][0]["submission"] for answer in answers}) == 1
        assert house.rows("SELECT count(*) FROM tournaments_submission") == [(noise + 1,)]


def _send(house: House, start: Barrier, content: bytes, headers: dict[str, str]) -> httpx.Response:
    start.wait()
    return httpx.put(f"{house.url}{PATH}", content=content, headers=headers, timeout=60)


def _a_chunked_body_is_taken(house: House, bob: dict[str, str]) -> None:
    def pieces() -> Iterator[bytes]:
        yield from (line + b"\n" for line in body(2).splitlines())

    answer = httpx.put(f"{house.url}{PATH}", content=pieces(), headers=bob, timeout=60)
    assert answer.status_code == 201, answer.text
    assert answer.json()["receipts"][0]["size"] == len(body(2))


def _a_broken_connection_leaves_nothing(house: House, token: str) -> None:
    before = house.rows("SELECT count(*) FROM tournaments_upload")
    address, whole = urlsplit(house.url), body(3)
    head = f"PUT {PATH} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Token {token}\r\n"
    for sent in (
        f"{head}Content-Length: {len(whole)}\r\n\r\n".encode() + whole[:-5],
        f"{head}Transfer-Encoding: chunked\r\n\r\n{len(whole):x}\r\n".encode() + whole[:-5],
        f"{head}Transfer-Encoding: chunked\r\n\r\n{len(whole):x}\r\n".encode() + whole + b"\r\n",
    ):
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
        assert b" 400 " in answer.split(b"\r\n", 1)[0], answer
    assert house.rows("SELECT count(*) FROM tournaments_upload") == before
    assert house.rows("SELECT count(*) FROM tournaments_rejection") == [(0,)]


def _waiting_ends_with_the_score(house: House, bob: dict[str, str]) -> None:
    sent = httpx.put(f"{house.url}{PATH}", content=body(4), headers=bob, timeout=60).json()
    path = f"{house.url}{V1}/submissions/{sent['receipts'][0]['submission']}/?wait=30"
    found = httpx.get(path, headers=bob, timeout=60).json()
    assert (found["state"], found["nearness"]) == ("scored", "too_near")


def _head_has_no_body(house: House, bob: dict[str, str]) -> None:
    for path in (f"{T}/", f"{T}/rounds/1/datasets/example/"):
        get, head = (getattr(httpx, verb)(f"{house.url}{path}", headers=bob) for verb in ("get", "head"))
        assert get.status_code == head.status_code == 200
        assert head.content == b""
        assert head.headers["Content-Length"] == str(len(get.content))
