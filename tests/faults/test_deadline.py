"""The deadline by the server's clock: fifty race against it, and no face lets anyone past it."""

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.faults import field
from tests.faults.field import PLAYERS, File
from tests.faults.play import Play
from tests.house import House
from tournaments.numerics.blending.registry import NAMES

pytestmark = pytest.mark.house
RACERS, ON_TIME, ENOUGH = 50, 42, 20
LATE = {"too_late", "round_not_open"}


@pytest.fixture
def racers(play: Play) -> list[File]:
    """Fifty files, each of a forecaster of its own."""
    made = []
    for n in range(RACERS):
        player, name = PLAYERS[n % len(PLAYERS)], f"racer-{n}"
        play.contest.call(player, "POST", "forecasters/", json={"name": name}).raise_for_status()
        made.append(File(player, name, field.csv(field.logits(0.3, n + 5))))
    return made


def race(play: Play, racers: list[File]) -> list[httpx.Response]:
    """Let most of them go, move the deadline into their midst, then let the last go."""
    passed = threading.Event()

    def go(n: int) -> httpx.Response:
        if n >= ON_TIME:
            assert passed.wait(60)
        return play.submit(racers[n])

    with ThreadPoolExecutor(RACERS) as pool:
        answers = [pool.submit(go, n) for n in range(RACERS)]
        play.house.until(lambda: play.count("submission") >= ENOUGH)
        play.move_deadline()
        passed.set()
        return [answer.result() for answer in answers]


def test_fifty_race_against_the_deadline(house: House, play: Play, racers: list[File]) -> None:
    answers = race(play, racers)
    receipts = [answer.json()["receipts"][0] for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert {answer.status_code for answer in refused} == {409}
    assert {answer.json()["code"] for answer in refused} <= LATE
    assert len(receipts) >= ENOUGH
    assert len(refused) >= RACERS - ON_TIME

    play.go("blend", before="labels")
    accepted = len(receipts)
    assert sorted(receipt["position"] for receipt in receipts) == list(range(1, accepted + 1))
    query = "SELECT closes_at, closed_at, next_position FROM tournaments_round WHERE id = %s"
    [(closes_at, closed_at, next_position)] = house.rows(query, play.pk)
    moments = [datetime.fromisoformat(receipt["received_at"]) for receipt in receipts]
    assert max(moments) < closes_at <= closed_at
    assert next_position == accepted + 1
    counts = [play.count(table) for table in ("upload", "submission", "selection", "rejection")]
    assert counts == [accepted, accepted, accepted, 0]
    kinds = "SELECT kind, count(*) FROM tournaments_work WHERE round_id = %s GROUP BY kind"
    assert dict(house.rows(kinds, play.pk)) == {
        "score_validation": accepted, "score_test": accepted, "originality": 1,
        "blend": len(NAMES), "meta_model": 1, "close": 1, "remind": 1,
    }  # fmt: skip
    play.until_scored()


def test_an_upload_counts_by_its_last_byte(house: House, play: Play) -> None:
    content = field.csv(field.logits(0.5, 1))
    connection = http.client.HTTPConnection(urlsplit(house.url).netloc, timeout=60)
    connection.putrequest("PUT", f"/api/v1/tournaments/faults/rounds/{play.number}/submissions/main/")
    connection.putheader("Authorization", f"Token {play.contest.tokens['ann']}")
    connection.putheader("Content-Length", str(len(content)))
    connection.endheaders(content[:-1])
    play.move_deadline()
    connection.send(content[-1:])
    answer = connection.getresponse()
    assert answer.status == 409
    assert json.loads(answer.read())["code"] in LATE
    assert play.count("upload") == 0


def test_no_face_lets_anyone_past_the_deadline(house: House, play: Play, tmp_path: Path) -> None:
    first, second = field.csv(field.logits(0.5, 1)), field.csv(field.logits(0.5, 2))
    play.upload([File("ann", "main", first), File("ann", "main", second)])
    play.move_deadline()
    late = field.csv(field.logits(0.5, 3))
    answers = [
        play.submit(File("ann", "main", late)),
        play.call("ann", "PUT", "submissions/", content=late, params={"forecaster": "main"}),
        play.call("ann", "POST", "submissions/", files={"file": ("p.csv", late)}),
        play.call("ann", "PUT", "submissions/main/", content=late, params={"dry_run": "1"}),
    ]
    [(pk,)] = house.rows(
        "SELECT id FROM tournaments_submission WHERE round_id = %s AND position = 1", play.pk
    )
    answers.append(play.contest.call("ann", "POST", f"../../submissions/{pk}/select/"))
    for answer in answers:
        assert (answer.status_code, answer.json()["code"] in LATE) == (409, True), answer.text
    file = tmp_path / "late.csv"
    file.write_bytes(late)
    words = ("submit", "faults", str(file), "--user=ann", f"--round={play.number}", "--json", "--verbosity=0")
    done = house.manage(*words, check=False)
    assert (done.returncode, json.loads(done.stderr)["code"] in LATE) == (1, True), done.stderr
    assert (play.count("upload"), play.count("rejection")) == (2, 0)
    # The very same bytes again are the retry of an upload that was in time.
    again = play.submit(File("ann", "main", second))
    assert (again.status_code, again.json()["receipts"][0]["position"]) == (200, 2)
