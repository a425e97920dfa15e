"""SIGKILL of the worker while it sends notices: before one is out, and before its answer is noted."""

import json
from collections import Counter

import pytest

from tests.faults.field import File
from tests.faults.hold import EXCLUSIVE, Hold
from tests.faults.play import Play
from tests.house import House
from tests.receiver import HANG, Receiver, receiving

pytestmark = pytest.mark.house
BAD = 5


def states(house: House) -> dict[str, str]:
    """Return the state of each notice by the id that its receiver knows it by."""
    return {f"msg_{row[0]}": row[1] for row in house.rows("SELECT id, state FROM tournaments_delivery")}


def add_webhook(house: House, url: str) -> None:
    house.write(
        """INSERT INTO tournaments_webhook (user_id, url, secret, kinds, active, created_at)
           SELECT id, %s, 'whsec_c2VjcmV0', '{rejected}', true, now()
           FROM tournaments_user WHERE username = 'ann'""",
        url,
    )


def send_bad_files(play: Play) -> None:
    for number in range(BAD):
        answer = play.submit(File("ann", "main", f"id,probability\nr{number},2\n".encode()))
        assert answer.status_code in (400, 422), answer.text


def ids(receiver: Receiver) -> Counter[str]:
    return Counter(headers["webhook-id"] for _, headers, _ in receiver.got)


def test_a_notice_whose_sender_is_killed_still_arrives_and_none_is_lost(house: House, play: Play) -> None:
    with receiving() as receiver:
        add_webhook(house, receiver.url)
        house.kill("worker")
        send_bad_files(play)
        assert list(states(house).values()) == ["due"] * BAD
        with Hold(house, "webhook", EXCLUSIVE) as addresses:
            # It has claimed one, and stands where it reads to which address that one goes.
            house.start("worker")
            house.until(lambda: "running" in states(house).values() and addresses.waiting())
            house.kill("worker")
        assert receiver.got == []

        receiver.answers = [HANG]
        house.start("worker")
        house.until(lambda: receiver.got)
        house.kill("worker")
        sent_without_answer = next(iter(ids(receiver)))
        assert states(house)[sent_without_answer] == "running"

        receiver.answers = [204]
        house.start("worker")
        house.until(lambda: set(states(house).values()) == {"sent"})
    assert set(ids(receiver)) == set(states(house))
    assert {name for name, times in ids(receiver).items() if times > 1} == {sent_without_answer}
    for _, _, body in receiver.got:
        assert json.loads(body)["kind"] == "rejected"
    house.write("DELETE FROM tournaments_delivery")
    house.write("DELETE FROM tournaments_webhook")
