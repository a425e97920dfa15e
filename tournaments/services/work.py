"""The queue: rows that say what is due, leases that say who is at it, and a sweep that forgets nothing.

    ring() ─▶ due ─▶ claim() ─▶ running ─▶ finish() ─▶ done ─▶ the parent, when it was the last part
                ▲                  │ error, or the lease ran out
                └──────────────────┘ at most MAX_ATTEMPTS times, then failed

Losing the broker delays work and loses none: what `work_due` could not ring, `sweep` finds.
"""

import logging
import threading
import traceback
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.dispatch import Signal

from tournaments.models import Round, Submission, Work
from tournaments.services.clock import db_now

log = logging.getLogger(__name__)

work_due = Signal()
"""Sent after commit with `kinds`: of each piece of work that can start, by its key. The tasks listen."""

State = Work.State
ERROR_LENGTH = 4_000


class LeaseLost(Exception):
    """Someone else took over this piece of work; what was computed here is rolled back."""


def add(
    kind: str,
    round_: Round,
    submission: Submission | None = None,
    *,
    part: str = "",
    parent: Work | None = None,
    due_at: datetime | None = None,
    parts: int = 0,
) -> Work:
    """Write a piece of work in the current transaction, or make an ended one due again.

    With `parts` > 0 it waits for that many. Otherwise it is due at `due_at` (default: now) and rung
    on commit. Doing work again is safe: every piece replaces what it wrote before.
    """
    now = db_now()
    work, _ = Work.objects.update_or_create(
        kind=kind,
        round=round_,
        submission=submission,
        part=part,
        defaults={
            "parent": parent,
            "parts_left": parts,
            "state": State.WAITING if parts else State.DUE,
            "due_at": due_at or now,
            "attempts": 0,
            "lease": None,
            "lease_until": None,
            "error": "",
            "finished_at": None,
        },
    )
    if not parts and (due_at is None or due_at <= now):
        ring([work])
    return work


def begin(kind: str, round_: Round, submission: Submission, now: datetime) -> Work:
    """Write the first work of what was just made: as `add`, but there is nothing that it could replace."""
    work = Work.objects.create(kind=kind, round=round_, submission=submission, state=State.DUE, due_at=now)
    ring([work])
    return work


def ring(pieces: Iterable[Work]) -> None:
    """Tell the listeners, once the current transaction is committed, that these can start."""
    kinds = {one.pk: one.kind for one in pieces}
    if kinds:
        transaction.on_commit(lambda: _send(kinds), robust=True)


def _send(kinds: dict[int, str]) -> None:
    for receiver, answer in work_due.send_robust(sender=Work, kinds=kinds):
        if isinstance(answer, Exception):
            log.warning(
                "work_not_rung", extra={"ids": [*kinds], "receiver": str(receiver), "why": str(answer)}
            )


def _available(now: datetime) -> Q:
    return Q(state=State.DUE, due_at__lte=now) | Q(state=State.RUNNING, lease_until__lt=now)


def claim(pk: int) -> Work | None:
    """Take a lease on a due piece of work; None when it is not due, is done, or is someone else's."""
    now = db_now()
    lease = uuid.uuid4()
    claimed = (
        Work.objects.filter(_available(now), pk=pk, attempts__lt=settings.MAX_ATTEMPTS)
        .update(
            state=State.RUNNING,
            lease=lease,
            lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
            attempts=F("attempts") + 1,
            started_at=now,
        )
    )  # fmt: skip
    if not claimed:
        return None
    return Work.objects.select_related("round__tournament", "submission", "parent").get(pk=pk, lease=lease)


def finish(work: Work) -> None:
    """Flip a piece of work to done inside the transaction that writes its result, and count it off its
    parent. Raises LeaseLost (and so rolls back) unless the lease is still ours.
    """
    mine = Work.objects.filter(pk=work.pk, lease=work.lease, state=State.RUNNING)
    if mine.update(state=State.DONE, lease=None, lease_until=None, error="", finished_at=db_now()) != 1:
        raise LeaseLost(f"work {work.pk} ({work.kind}) was taken over")
    if work.parent_id:
        _count_off(work.parent_id)


def _count_off(parent_id: int) -> None:
    parent = Work.objects.select_for_update(no_key=True).get(pk=parent_id)
    if parent.state != State.WAITING:
        return
    left = Work.objects.filter(parent_id=parent_id).exclude(state__in=[State.DONE, State.CANCELLED]).count()
    parent.parts_left = left
    if left == 0:
        parent.state, parent.due_at = State.DUE, db_now()
        ring([parent])
    parent.save(update_fields=["parts_left", "state", "due_at"])


def postpone(work: Work, until: datetime) -> None:
    """Give a claimed piece of work back, due at a later time, without counting the attempt."""
    Work.objects.filter(pk=work.pk, lease=work.lease).update(
        state=State.DUE, due_at=until, lease=None, lease_until=None, attempts=F("attempts") - 1
    )


def fail(work: Work, error: BaseException) -> None:
    """Store the error; the work is due again after a pause that doubles, or failed after the last try."""
    text = "".join(traceback.format_exception(error))[-ERROR_LENGTH:]
    last = work.attempts >= settings.MAX_ATTEMPTS
    Work.objects.filter(pk=work.pk, lease=work.lease, state=State.RUNNING).update(
        state=State.FAILED if last else State.DUE,
        due_at=db_now() + timedelta(seconds=settings.RETRY_SECONDS * 2 ** (work.attempts - 1)),
        lease=None,
        lease_until=None,
        error=text,
        finished_at=db_now() if last else None,
    )
    if last and work.submission_id:
        Submission.objects.filter(pk=work.submission_id, state=Submission.State.ACCEPTED).update(
            state=Submission.State.FAILED
        )


Verb = Callable[[Work], None]
Together = tuple[int, Callable[[list[Work]], Verb]]
"""How many alike pieces one worker does at once at most, and what prepares them and returns their verb."""


def perform(pk: int, verbs: dict[str, Verb], together: dict[str, Together]) -> bool:
    """Claim a piece of work, do it under a heartbeat, and keep its error if it raises.

    `verbs` maps kinds to functions that end in a transaction calling `finish`. Where several pieces of a
    kind wait, `together` maps it to what prepares them at once and returns the verb for each. Returns
    whether this call completed the work that was asked for.
    """
    first = claim(pk)
    if first is None:
        return False
    most, prepare = together.get(first.kind, (1, None))
    pieces = [first, *_alike(first, most - 1)]
    with heartbeat(pieces):
        verb = _prepared(prepare, pieces) if prepare and len(pieces) > 1 else None
        done = [_do(one, verb or verbs[one.kind]) for one in pieces]
    return done[0]


def _alike(first: Work, most: int) -> list[Work]:
    """Claim at most so many of what is due of the same kind in the same round."""
    due = Work.objects.filter(_available(db_now()), kind=first.kind, round=first.round_id)
    ids = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:most])
    return [one for one in map(claim, ids) if one is not None]


def _prepared(prepare: Callable[[list[Work]], Verb], pieces: list[Work]) -> Verb | None:
    try:
        return prepare(pieces)
    except Exception:
        # One of them may be what is wrong: each is done alone, and keeps its own error.
        log.exception("not_prepared", extra={"work": [one.pk for one in pieces]})
        return None


def _do(work: Work, verb: Verb) -> bool:
    try:
        verb(work)
    except LeaseLost as lost:
        log.warning("lease_lost", extra={"work": work.pk, "why": str(lost)})
        return False
    except Exception as error:
        log.exception("work_failed", extra={"work": work.pk, "kind": work.kind, "attempt": work.attempts})
        fail(work, error)
        return False
    return True


@contextmanager
def heartbeat(pieces: list[Work]) -> Iterator[None]:
    """Extend the leases every HEARTBEAT_SECONDS from a thread while the body runs."""
    stop, leases = threading.Event(), [one.lease for one in pieces]

    def beat() -> None:
        try:
            while not stop.wait(settings.HEARTBEAT_SECONDS):
                until = db_now() + timedelta(seconds=settings.LEASE_SECONDS)
                Work.objects.filter(lease__in=leases).update(lease_until=until)
        except Exception:
            # Without heartbeats the lease runs out and someone else takes over: slower, never wrong.
            log.exception("heartbeat_failed", extra={"work": [one.pk for one in pieces]})
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{pieces[0].pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def sweep(besides: Collection[str] = ()) -> int:
    """Ring what is due or lost its worker, but no kinds of `besides`; end what used its last attempt."""
    now = db_now()
    spent = Work.objects.filter(state=State.RUNNING, lease_until__lt=now, attempts__gte=settings.MAX_ATTEMPTS)
    for work in spent:
        fail(work, RuntimeError("The worker died or was killed at the last attempt."))
    due = list(
        Work.objects.filter(_available(now), attempts__lt=settings.MAX_ATTEMPTS)
        .exclude(kind__in=besides)
        .order_by("due_at", "pk")
        .only("kind")[: settings.SWEEP_LIMIT]
    )
    ring(due)
    return len(due)


def retry(work: Work) -> None:
    """Make a failed piece of work due again, with all its attempts."""
    again = Work.objects.filter(pk=work.pk, state=State.FAILED)
    if again.update(state=State.DUE, attempts=0, due_at=db_now(), finished_at=None):
        if work.submission_id:
            Submission.objects.filter(pk=work.submission_id, state=Submission.State.FAILED).update(
                state=Submission.State.ACCEPTED
            )
        ring([work])


Part = tuple[str, Submission | None, str]
"""A piece of a larger one: its kind, whose it is, and which of several alike."""


def fan_out(parent_kind: str, round_: Round, parts: list[Part]) -> Work:
    """Write parts and the join that waits for them, in the current transaction; without parts it is due."""
    # Parts first, as `finish` locks them: what is just being finished and this never wait for each other.
    before = Work.objects.filter(round=round_, parent__kind=parent_kind).order_by("pk")
    list(before.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    parent = add(parent_kind, round_, parts=len(parts))
    for kind, submission, part in parts:
        add(kind, round_, submission, part=part, parent=parent)
    return parent


def cancel_all(round_: Round) -> None:
    """End all unfinished work of a cancelled round; a worker that is at it loses its lease."""
    Work.objects.filter(round=round_).exclude(state__in=[State.DONE, State.FAILED]).update(
        state=State.CANCELLED, lease=None, lease_until=None
    )


def unfinished(round_: Round, **which: Any) -> int:
    """Count the pieces of a round's work that are neither done nor cancelled."""
    ended = [State.DONE, State.CANCELLED]
    return Work.objects.filter(round=round_, **which).exclude(state__in=ended).count()
