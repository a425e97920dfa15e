"""SIGKILL of the web server in the middle of an upload: nothing is half there, and a retry is one upload."""

import hashlib
import http.client
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from tests.faults import field
from tests.faults.field import File
from tests.faults.hold import Hold
from tests.faults.play import Play
from tests.faults.prints import Fingerprint, fingerprint, stored
from tests.house import House

pytestmark = pytest.mark.house
# 144 rows of this many digits are 29 MB: more than the sockets on the way hold.
DIGITS = 200_000


def restart_web(house: House) -> None:
    assert house.stack is not None
    house.start("web")
    house.stack.wait_for_web(house.url)


def in_background(play: Play, file: File, key: str) -> "Future[httpx.Response]":
    pool = ThreadPoolExecutor(1)
    answer = pool.submit(play.submit, file, key)
    pool.shutdown(wait=False)
    return answer


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def rows_of(play: Play) -> dict[str, int]:
    return {table: play.count(table) for table in ("upload", "submission", "selection", "rejection")}


def assert_one_submission(play: Play, file: File, key: str) -> None:
    """Retry an upload: however often, it is one; and its key is for this body only."""
    before = play.count("submission")
    first, second = play.submit(file, key), play.submit(file, key)
    assert (first.status_code, second.status_code) == (201, 201), first.text
    assert first.json() == second.json()
    assert play.count("submission") - before in (0, 1)
    receipt = first.json()["receipts"][0]
    query = "SELECT count(*) FROM tournaments_submission WHERE id = %s AND position = %s AND round_id = %s"
    assert play.house.rows(query, receipt["submission"], receipt["position"], play.pk) == [(1,)]
    other = play.submit(File(file.player, file.forecaster, field.csv(field.logits(0.1, 50))), key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_killed_after_half_of_the_body(house: House, play: Play) -> None:
    file = File("ann", "main", field.csv(field.logits(0.5, 40), DIGITS))
    names, half = set(stored(house)), len(file.content) // 2
    connection = http.client.HTTPConnection(urlsplit(house.url).netloc)
    path = f"/api/v1/tournaments/faults/rounds/{play.number}/submissions/main/"
    connection.putrequest("PUT", path)
    connection.putheader("Authorization", f"Token {play.contest.tokens['ann']}")
    connection.putheader("Idempotency-Key", play.key("half")["Idempotency-Key"])
    connection.putheader("Content-Length", str(len(file.content)))
    connection.endheaders(file.content[:half])
    house.kill("web")
    restart_web(house)
    assert set(rows_of(play).values()) == {0}
    assert play.attempts("score_validation") == []
    assert set(stored(house)) == names
    assert_one_submission(play, file, "half")
    assert rows_of(play)["submission"] == 1


def test_killed_while_it_stores_the_bytes(house: House, play: Play) -> None:
    file, key = freeze_while_storing(house, play)
    before, names = rows_of(play), stored(house)
    house.kill("web")
    assert sha256(file.content) not in names
    assert all(names.values())
    restart_web(house)
    assert rows_of(play) == before
    assert_one_submission(play, file, key)
    assert stored(house) == {**names, sha256(file.content): True}


def freeze_while_storing(house: House, play: Play) -> tuple[File, str]:
    """Upload until the server is stopped after the first byte of a blob and before its name."""
    aside = house.home.path / "uploads" / ".partial"
    for attempt in range(10):
        known = set(aside.glob("*"))
        file, key = File("ann", "main", field.csv(field.logits(0.5, 41), DIGITS + attempt)), f"try {attempt}"
        answer = in_background(play, file, key)
        while not answer.done():
            if set(aside.glob("*")) - known:
                house.kill("web", signal.SIGSTOP)
                if set(aside.glob("*")) - known:
                    return file, key
                house.kill("web", signal.SIGCONT)
    raise AssertionError("The server was never caught while it stored.")


def test_killed_while_it_waits_for_its_turn_and_before_it_could_answer(
    house: House, play: Play, undisturbed: Fingerprint
) -> None:
    files = field.files()
    play.upload(files[:3])
    with Hold(house, "round", round_pk=play.pk) as turn:
        answer = in_background(play, files[3], "turn")
        turn.until_waiting()
        house.kill("web")
        assert isinstance(answer.exception(), httpx.TransportError)
    restart_web(house)
    assert play.count("submission") == 3
    assert len(play.attempts("score_validation")) == 3
    assert_one_submission(play, files[3], "turn")

    valkey = psutil.Process(house.home.started()["valkey"].pid)
    with Hold(house, "round", round_pk=play.pk) as turn:
        answer = in_background(play, files[4], "answer")
        turn.until_waiting()
        valkey.suspend()
    house.until(lambda: play.count("submission") == 5)
    house.kill("web")
    valkey.resume()
    assert isinstance(answer.exception(), httpx.TransportError)
    restart_web(house)
    assert_one_submission(play, files[4], "answer")
    assert play.count("submission") == 5
    play.upload(files[5:])
    assert play.finish("score") == undisturbed


def test_killed_while_it_settles(house: House, play: Play, undisturbed: Fingerprint) -> None:
    play.go(before="settle")
    with Hold(house, "payout") as payouts, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(play.settle, "money")
        payouts.until_waiting()
        house.kill("web")
        assert isinstance(answer.exception(), httpx.TransportError)
    restart_web(house)
    assert play.count("settlement") == 0
    assert play.settle("money") == play.settle("money")
    assert fingerprint(house, play.pk) == undisturbed
