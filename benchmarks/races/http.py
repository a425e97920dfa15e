"""An upload over HTTP, validated before it is answered, against the same server that only receives (row 13).

Both are gunicorn with this project's configuration, on free ports of 127.0.0.1, and nothing else works
meanwhile. It needs the launcher's databases: `make bench` brings them.
"""

import http.client
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np

from aggregator.embedded.home import free_port
from aggregator.embedded.stack import CHECKOUT
from benchmarks.race import ROUNDS, Bar, Race
from benchmarks.races.sizes import ERAS, ROWS
from benchmarks.worlds.world import opaque_ids

PUTS, QUICK_PUTS = 20, 10
PATIENCE = 60
SLUG = "bench"
OURS, RECEIVE_ONLY = "aggregator.wsgi", "benchmarks.receive_only"
UNLIMITED = "1000000/min"


class NotServed(Exception):
    """A server did not start, or did not answer as it must."""


def races(quick: bool) -> Iterator[Race]:
    """Yield the race over HTTP while both servers are up; nothing without the launcher's databases."""
    if not os.environ.get("CROWDBLEND_EMBEDDED"):
        sys.stderr.write("The race over HTTP needs databases of its own: `make bench` has them.\n")
        return
    ids = opaque_ids(ROWS, np.random.default_rng(2019)).tolist()
    token = _stage(ids)
    puts = QUICK_PUTS if quick else PUTS
    bodies = _bodies(ids, 2 * puts * (ROUNDS + 1))
    with ExitStack() as servers:
        ours = servers.enter_context(_serving(OURS))
        peer = servers.enter_context(_serving(RECEIVE_ONLY))

        def upload() -> None:
            for body in itertools.islice(bodies, puts):
                if b'"replayed":false' not in _put(ours, body, token, 201):
                    raise NotServed("An upload was not answered with a receipt of its own.")

        def receive() -> None:
            for body in itertools.islice(bodies, puts):
                _put(peer, body, token, 201)

        yield Race(
            f"HTTP: raw PUT of {ROWS:,} rows with synchronous validation, a file",
            "the same server, if it only received and kept",
            upload,
            receive,
            Bar(4, at_most=True),
            ours_parts=puts,
            peer_parts=puts,
        )


def _bodies(ids: list[str], count: int) -> Iterator[bytes]:
    """Yield shuffled files of one size, each with another value in its first row, that are in memory."""
    rng = np.random.default_rng(2020)
    values = rng.normal(0.5, 0.02, len(ids)).clip(0.01, 0.99)
    first, *rest = rng.permutation(len(ids)).tolist()
    tail = "".join(f"{ids[at]},{values[at]:.6f}\n" for at in rest).encode()
    heads = (f"id,probability\n{ids[first]},0.4{number:05d}\n".encode() for number in range(count))
    return iter([head + tail for head in heads])


@contextmanager
def _serving(application: str) -> Iterator[http.client.HTTPConnection]:
    """Serve an application while the block runs; gives a connection that stays open."""
    port = free_port()
    throttles = {f"THROTTLE_{who}": UNLIMITED for who in ("ANON", "USER", "UPLOAD")}
    environment = {**os.environ, **throttles, "HOST": "127.0.0.1", "PORT": str(port), "LOG_LEVEL": "WARNING"}
    words = [sys.executable, "-m", "gunicorn", "--config", "python:aggregator.web_server"]
    words += ["--log-level", "warning", application]
    program = subprocess.Popen(words, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        _wait_for(connection, program)
        yield connection
    finally:
        connection.close()
        _end(program)


def _wait_for(connection: http.client.HTTPConnection, program: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while program.poll() is None and time.monotonic() < deadline:
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            connection.close()
            time.sleep(0.1)
    raise NotServed(f"{program.args!r} did not answer.")


def _end(program: "subprocess.Popen[bytes]") -> None:
    program.terminate()
    try:
        program.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def _put(connection: http.client.HTTPConnection, body: bytes, token: str, status: int) -> bytes:
    headers = {"Authorization": f"Token {token}", "Content-Type": "text/csv"}
    path = f"/api/v1/tournaments/{SLUG}/rounds/current/submissions/?filename=p.csv"
    connection.request("PUT", path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != status:
        raise NotServed(f"An upload was answered with {answer.status}: {content[:300]!r}")
    return content


def _stage(ids: list[str]) -> str:
    """Make a round of these rows and somebody who plays; returns their token."""
    import django

    django.setup()
    from django.core.management import call_command

    from tournaments.services import contests, datasets, rounds
    from tournaments.services.access import Actor
    from tournaments.services.clock import db_now
    from tournaments.services.people import keys, players, users

    call_command("migrate", database="owner", verbosity=0)
    operator, _ = users.create_user("olga")
    tournament = contests.create(operator, SLUG, "Bench", "alpha", changes={"quota": 10_000})
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder, "tournament.csv")
        lines = (f"{one},era{at * ERAS // len(ids) + 1},live,0.5" for at, one in enumerate(ids))
        rows.write_text("\n".join(["id,era,data_type,feature1", *lines]) + "\n")
        given, until = datasets.RoundFiles(rows), db_now() + timedelta(days=1)
        rounds.open_round(
            Actor(operator), datasets.create_round(Actor(operator), tournament, given, until, 1)
        )
    player, _ = users.create_user("ann")
    players.add_participant(Actor(operator), tournament, player, "Ann")
    return keys.create_key(player, "bench", ["upload"])[1]
