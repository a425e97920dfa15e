"""Submissions as their owner reads them, and as overseers do, whose every look is written down."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import connection
from django.db.models import QuerySet

from tournaments.models import Round, Selection, Submission, Upload
from tournaments.services import audit, intake
from tournaments.services.access import READ, Actor, find_submission, need_participant, participant_of
from tournaments.services.reading import eras, feedback
from tournaments.store.blobs import open_blob

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


def of_round(actor: Actor, round_: Round) -> QuerySet[Submission]:
    """Return the actor's own submissions of a round, newest first; all of them to those who oversee it."""
    found = Submission.objects.filter(round=round_).order_by("-position")
    if actor.oversees(round_.tournament):
        audit.record(actor.user, "submissions_listed", round_)
    else:
        found = found.filter(participant=need_participant(actor, round_.tournament, READ))
    related = ("round__tournament", "upload", "forecaster", "participant", "selection", "originality")
    return found.select_related(*related, "originality__nearest__participant").prefetch_related("scores")


def look(actor: Actor, pk: int) -> Submission:
    """Return one's own submission, or another's to those who oversee its tournament; that look is logged."""
    found = find_submission(actor, pk)
    if not _own(actor, found):
        audit.record(actor.user, "submission_viewed", found.round, submission=pk)
    return found


def siblings(submission: Submission) -> list[Submission]:
    """Return the submissions that came in the same file, one a forecaster, in commit order."""
    found = Submission.objects.filter(upload=submission.upload_id)
    return list(found.select_related("round__tournament", "forecaster", "upload").order_by("position"))


def open_upload(actor: Actor, pk: int) -> "tuple[Upload, File[Any]]":
    """Return a submission's file exactly as it came, checked against its hash; close it.

    Raises Unknown `not_found`, BlobError. A look at another participant's file is logged.
    """
    submission = find_submission(actor, pk)
    if not _own(actor, submission):
        audit.record(actor.user, "predictions_read", submission.round, submission=pk)
    return submission.upload, open_blob(submission.upload.sha256)


def _own(actor: Actor, submission: Submission) -> bool:
    mine = participant_of(actor, submission.round.tournament)
    return mine is not None and mine.pk == submission.participant_id


def describe(actor: Actor, submission: Submission, by_era: bool = False) -> dict[str, Any]:
    """Return a submission's receipt, state and scores, as far as its reader may know them at this moment.

    With `by_era` each score that may be told whole is told era by era, too.
    """
    scores = feedback.scores_of(submission, whole=actor.oversees(submission.round.tournament))
    for score in submission.scores.all() if by_era else ():
        if "calibration" in scores.get(score.split, {}):
            scores[score.split]["by_era"] = eras.as_json(score)
    selection: Selection | None = getattr(submission, "selection", None)
    return {
        **intake.receipt_of(submission),
        "participant": submission.participant.alias,
        "state": submission.state,
        "nearness": submission.nearness or None,
        "precedence": submission.precedence,
        "selected": selection is not None,
        "pinned": selection is not None and selection.pinned,
        "paid_place": selection is not None and selection.paid_place,
        "scores": scores,
        # Before the close there is nothing but the word `nearness`.
        "originality": feedback.originality_json(submission) if hasattr(submission, "originality") else None,
    }


class _Waiters:
    """The places for requests that wait in this process; each of them holds a thread of the web server."""

    def __init__(self) -> None:
        self._lock, self._taken = threading.Lock(), 0

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Give a place while the body runs, or False when all are taken."""
        with self._lock:
            free = self._taken < settings.WAITERS_MAX
            self._taken += free
        try:
            yield free
        finally:
            with self._lock:
                self._taken -= free


_waiters = _Waiters()


def wait(pk: int, seconds: float) -> bool:
    """Wait until a submission is scored or has failed, at most WAIT_SECONDS_MAX; returns whether it is.

    Returns at once when WAITERS_MAX requests of this process wait already. Between two looks no database
    connection is held, so that waiting costs a thread and nothing else.
    """
    until = time.monotonic() + min(seconds, settings.WAIT_SECONDS_MAX)
    pause = FIRST_PAUSE
    with _waiters.place() as free:
        while not (ended := _ended(pk)) and free and time.monotonic() < until:
            if not connection.in_atomic_block:
                connection.close()
            time.sleep(max(0.0, min(pause, until - time.monotonic())))
            pause = min(2 * pause, LONGEST_PAUSE)
    return ended


def _ended(pk: int) -> bool:
    return not Submission.objects.filter(pk=pk, state=Submission.State.ACCEPTED).exists()
