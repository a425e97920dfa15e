"""Waiting for the workers, with how far they are."""

import time

from tournaments.management.terminal import Steps
from tournaments.models import Round, Work
from tournaments.services.errors import Conflict

POLL_SECONDS = 0.25
STILL_SECONDS = 20.0
CLOSING = (Work.Kind.CLOSE,)
BLENDING = (Work.Kind.SCORE_TEST, Work.Kind.ORIGINALITY, Work.Kind.BLEND, Work.Kind.META_MODEL)
RESOLVING = (Work.Kind.SCORE_LIVE, Work.Kind.CONCLUDE)
ENDED = (Work.State.DONE, Work.State.CANCELLED)


def wait_for(steps: Steps, round_: Round, kinds: tuple[str, ...], text: str, timeout: float) -> None:
    """Return when all work of these kinds is done.

    Raises Conflict `work_failed` when a piece used its last attempt, `still_waiting` after `timeout` seconds.
    """
    limit = time.monotonic() + timeout
    still, last = time.monotonic() + STILL_SECONDS, (-1, -1)
    with steps.step(text) as step:
        while True:
            done, total = _progress(round_, kinds)
            step(done, total)
            if done == total:
                return
            now = time.monotonic()
            if (done, total) != last:
                still, last = now + STILL_SECONDS, (done, total)
            if now > limit:
                raise Conflict("still_waiting", f"{done} of {total} pieces are done. The work goes on.")
            if now > still:
                steps.note("Nothing has moved for a while. Is a worker running (make run)?")
                still = limit
            time.sleep(POLL_SECONDS)


def _progress(round_: Round, kinds: tuple[str, ...]) -> tuple[int, int]:
    states = list(Work.objects.filter(round=round_, kind__in=kinds).values_list("state", flat=True))
    if Work.State.FAILED in states:
        raise Conflict(
            "work_failed",
            f"Work of round {round_.number} failed. round_status tells why, retry_work tries again.",
        )
    return sum(state in ENDED for state in states), len(states)
