"""Valkey loses all it holds, and goes; PostgreSQL goes in the middle of scoring; beat is killed."""

import signal
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import redis

from tests.faults import field
from tests.faults.hold import Hold
from tests.faults.play import Play
from tests.faults.prints import Fingerprint
from tests.house import House

pytestmark = pytest.mark.house
QUEUE = "scoring"


def queued(house: House) -> int:
    with redis.Redis.from_url(house.env["REDIS_URL"]) as client:
        return int(client.llen(QUEUE))


def test_what_is_queued_may_be_lost(house: House, play: Play, undisturbed: Fingerprint) -> None:
    house.kill("worker", signal.SIGSTOP)
    play.upload(field.files())
    assert queued(house) > 0
    house.flush_valkey()
    house.kill("worker", signal.SIGCONT)
    assert play.finish("score") == undisturbed


def test_uploads_are_accepted_while_valkey_is_away(
    house: House, play: Play, undisturbed: Fingerprint
) -> None:
    house.databases.valkey.stop()
    play.upload(field.files())
    house.databases.valkey.start()
    assert play.finish("score") == undisturbed


def test_an_upload_is_accepted_while_valkey_does_not_answer(
    house: House, play: Play, undisturbed: Fingerprint
) -> None:
    files, valkey = field.files(), psutil.Process(house.home.started()["valkey"].pid)
    play.upload(files[:2])
    valkey.suspend()
    try:
        play.upload(files[2:3])
    finally:
        valkey.resume()
    play.upload(files[3:])
    assert play.finish("score") == undisturbed


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_postgresql_goes_in_the_middle_of_scoring_and_of_an_upload(
    how: str, house: House, play: Play, undisturbed: Fingerprint
) -> None:
    files, postgres = field.files(), house.databases.postgres
    with Hold(house, "score") as scores, ThreadPoolExecutor(1) as pool:
        play.upload(files[:5])
        scores.until_working("score_validation", play.pk)
        with Hold(house, "round", round_pk=play.pk) as turn:
            answer = pool.submit(play.submit, files[5], "cut off")
            turn.until_waiting()
            server = postgres.process()
            assert server is not None
            if how == "killed":
                server.kill()
                server.wait()
            postgres.stop()
            assert answer.result().status_code >= 500
    postgres.start()
    assert play.count("submission") == 5
    assert play.submit(files[5], "cut off").status_code == 201
    play.upload(files[6:])
    assert play.finish("score") == undisturbed


def test_beat_and_worker_are_killed_when_the_deadline_comes(
    house: House, play: Play, undisturbed: Fingerprint
) -> None:
    house.kill("beat")
    play.go(before="close")
    house.kill("worker")
    play.move_deadline()
    house.start("beat", "worker")
    assert play.finish("blend") == undisturbed
