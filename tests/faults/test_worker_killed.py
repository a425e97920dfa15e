"""SIGKILL of the worker while it stands in the middle of each kind of work, held there by a lock."""

import signal
from collections.abc import Iterator

import psutil
import pytest

from tests.faults import field
from tests.faults.hold import Hold
from tests.faults.play import Play
from tests.faults.prints import Fingerprint
from tests.house import House

pytestmark = pytest.mark.house


@pytest.fixture
def second(house: House) -> Iterator[str]:
    """A second worker, beside that of the Procfile."""
    assert house.stack is not None
    name = "second"
    house.stack.commands[name] = [*house.stack.commands["worker"], "--hostname", "second@%h"]
    house.start(name)
    yield name
    if name in house.stack.running:
        house.kill(name)
    del house.stack.commands[name]


def kill_at(play: Play, kind: str, hold: Hold) -> None:
    """Kill the worker and its pool as soon as it stands at the lock; then a new one starts."""
    hold.until_working(kind, play.pk)
    play.house.kill("worker")
    hold.release()
    play.house.start("worker")


def test_killed_while_it_writes_practice_scores_and_while_it_closes(
    house: House, play: Play, undisturbed: Fingerprint
) -> None:
    with Hold(house, "score") as scores:
        play.upload(field.files())
        kill_at(play, "score_validation", scores)
    play.until_scored()
    with Hold(house, "roundlog") as log:
        play.move_deadline()
        kill_at(play, "close", log)
    assert play.finish("blend") == undisturbed
    assert max(play.attempts("score_validation")) > 1
    assert max(play.attempts("close")) > 1


def test_killed_while_it_scores_and_while_it_measures_originality(
    house: House, play: Play, undisturbed: Fingerprint
) -> None:
    play.go(before="close")
    with Hold(house, "score") as scores, Hold(house, "originality") as originality:
        play.move_deadline()
        kill_at(play, "score_test", scores)
        kill_at(play, "originality", originality)
    assert play.finish("blend") == undisturbed
    for kind in ("score_test", "originality"):
        assert max(play.attempts(kind)) > 1


def test_of_two_workers_one_is_killed_while_they_blend_and_the_other_while_it_joins_the_blends(
    house: House, play: Play, second: str, undisturbed: Fingerprint
) -> None:
    play.go(before="close")
    # It sleeps until the first is in the middle of blends, so that the first is the one to kill.
    house.kill(second, signal.SIGSTOP)
    with Hold(house, "metamodelweight") as weights:
        play.move_deadline()
        weights.until_working("blend", play.pk)
        house.kill(second, signal.SIGCONT)
        house.kill("worker")
        with Hold(house, "roundlog") as log:
            weights.release()
            log.until_working("meta_model", play.pk)
            house.start("worker")
            house.kill(second)
    assert play.finish("blend") == undisturbed
    assert max(play.attempts("blend")) > 1
    assert max(play.attempts("meta_model")) > 1


def test_killed_while_it_writes_live_scores_and_while_it_concludes(
    house: House, play: Play, undisturbed: Fingerprint
) -> None:
    play.go(before="resolve")
    with Hold(house, "score") as scores, Hold(house, "roundlog") as log:
        play.resolve()
        kill_at(play, "score_live", scores)
        kill_at(play, "conclude", log)
    assert play.finish("conclude") == undisturbed
    assert max(play.attempts("score_live")) > 1
    assert max(play.attempts("conclude")) > 1


def test_killed_pool_children_are_replaced_and_their_work_is_done_by_others(
    house: House, play: Play, undisturbed: Fingerprint
) -> None:
    worker = psutil.Process(house.home.started()["worker"].pid)
    with Hold(house, "score") as scores:
        play.upload(field.files())
        scores.until_working("score_validation", play.pk)
        children = worker.children()
        for child in children:
            child.kill()
        psutil.wait_procs(children, timeout=20)
    assert play.finish("score") == undisturbed
    assert max(play.attempts("score_validation")) > 1
    assert worker.is_running()
    assert not set(children) & set(worker.children())
