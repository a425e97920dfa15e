"""Ten at once at the same work, and thirty-one at the same settlement: each happens once."""

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from aggregator.embedded.stack import CHECKOUT
from tests.faults import field
from tests.faults.hold import Hold
from tests.faults.play import Play
from tests.faults.prints import Fingerprint, fingerprint
from tests.house import House

pytestmark = pytest.mark.house
SHELLS, THREADS = 2, 5
EAGER = """
import json, time
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from tournaments.models import Round, Work
from tournaments.services import jobs, work
from tournaments.tasks import run, sweep

def ask_for_all(_):
    asked, did, over = set(), [], False
    while not over:
        over = Round.objects.filter(pk={round}, resolved_at__isnull=False).exists()
        works = set(Work.objects.filter(round={round}).values_list("pk", flat=True))
        for pk in sorted(works - asked):
            run.apply_async((pk,))
        if works - asked:
            sweep.apply_async()
            work.sweep()
        asked |= works
        did += [pk for pk in sorted(works) if jobs.run(pk)]
        time.sleep(0.05)
    connection.close()
    return sorted(asked), did

with ThreadPoolExecutor({threads}) as pool:
    for asked, did in pool.map(ask_for_all, range({threads})):
        print(json.dumps([asked, did]))
"""


def shell(play: Play) -> "subprocess.Popen[str]":
    code = EAGER.format(round=play.pk, threads=THREADS)
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    return subprocess.Popen(command, cwd=CHECKOUT, env=play.house.env, stdout=subprocess.PIPE, text=True)


def test_every_piece_of_work_is_asked_for_ten_times_and_more_and_done_once(
    house: House, play: Play, undisturbed: Fingerprint
) -> None:
    house.kill("worker")
    play.upload(field.files())
    with Hold(house, "work") as claims:
        shells = [shell(play) for _ in range(SHELLS)]
        claims.until_waiting(SHELLS * THREADS)
    house.start("worker")
    assert play.finish("score") == undisturbed
    answers = [json.loads(line) for one in shells for line in one.communicate()[0].splitlines()]
    assert [one.returncode for one in shells] == [0] * SHELLS
    works = {row[0] for row in house.rows("SELECT id FROM tournaments_work WHERE round_id = %s", play.pk)}
    assert [set(asked) for asked, _ in answers] == [works] * SHELLS * THREADS
    times = Counter(pk for _, did in answers for pk in did)
    assert times
    assert set(times.values()) == {1}


def test_thirty_one_settle_at_once_and_there_is_one_settlement(
    house: House, play: Play, undisturbed: Fingerprint
) -> None:
    play.go(before="settle")
    keys = ["one"] * 10 + [f"key {n}" for n in range(10)] + [""] * 10
    with ThreadPoolExecutor(len(keys) + 1) as pool:
        with Hold(house, "round", round_pk=play.pk) as turn:
            answers = [pool.submit(play.settle, key) for key in keys]
            # One of the web server's processes may have taken them all, and it has eight threads.
            turn.until_waiting(8)
            command = pool.submit(house.manage, "settle_round", "faults", f"--round={play.number}", "--yes")
        made = [answer.result()["id"] for answer in answers]
        assert "settled" in command.result().stdout
    assert len(made) == 30
    assert len(set(made)) == 1
    assert fingerprint(house, play.pk) == undisturbed
    assert house.rows("SELECT count(*) FROM tournaments_settlement WHERE round_id = %s", play.pk) == [(1,)]
    written = "SELECT count(*) FROM tournaments_transaction WHERE kind = 'payout' AND round_id = %s"
    assert house.rows(written, play.pk) == [(1,)]
