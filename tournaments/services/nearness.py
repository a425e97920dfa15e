"""Before the close: is a newcomer clear of the others, near, or too near (FORMULAS sections 3 and 7)?

Nothing more is said, for an exact correlation would be an oracle on others' predictions. The answer
depends on what was uploaded before, in commit order, and not on when a worker came to compute it.
"""

from dataclasses import dataclass

import numpy as np
from django.db.models import Max

from tournaments.models import Submission
from tournaments.numerics import likeness
from tournaments.numerics.losses import UNITS
from tournaments.numerics.originality import nearest, verdict
from tournaments.numerics.precedence import precedence_positions
from tournaments.services import files
from tournaments.services.frames import Frame, frame_of
from tournaments.services.matrices import Cache, cache_of

NEAR = 0.90
BLOCK = 256
"""Others at a time: what a newcomer adds to a worker's memory stays below 100 MB at the original's size."""


@dataclass(frozen=True)
class Ranks:
    """Gaussian ranks, float64, of submissions, from their stored uploads, one at a time."""

    submissions: list[Submission]
    frame: Frame

    def __getitem__(self, index: int) -> np.ndarray:
        return self.frame.ranks(files.vector_of(self.submissions[index]))


def precedence_of(submission: Submission, frame: Frame) -> int:
    """Return the position of the participant's earliest upload in this round with this content."""
    own = Submission.objects.filter(
        round=submission.round_id, participant=submission.participant_id, position__lte=submission.position
    )
    uploads = list(own.select_related("round", "upload").order_by("position"))
    if len(uploads) == 1:
        return submission.position
    g = np.stack([frame.ranks(files.vector_of(one)) for one in uploads])
    positions = np.array([one.position for one in uploads])
    return int(precedence_positions(g, positions, frame.split_starts)[-1])


def of_newcomer(submission: Submission) -> tuple[int, str]:
    """Return a submission's precedence and its word: clear, near or too_near; "" where there is no gate."""
    frame = frame_of(submission.round)
    cache = cache_of(submission.round, frame)
    cache.add(submission)
    precedence = precedence_of(submission, frame)
    gate = submission.round.read_rules().originality_gate
    if gate is None:
        return precedence, ""
    others = _others(submission, precedence, frame)
    return precedence, verdict(_max_abs_rho(cache, submission, others), min(NEAR, gate), gate)


def _others(submission: Submission, precedence: int, frame: Frame) -> list[Submission]:
    """Return what the others' forecasters had last sent before this, where its content came first."""
    before = Submission.objects.filter(round=submission.round_id, position__lt=submission.position)
    latest = (
        before.exclude(participant=submission.participant_id)
        .order_by()
        .values("forecaster")
        .annotate(last=Max("position"))
        .values("last")
    )
    found = Submission.objects.filter(round=submission.round_id, position__in=latest)
    return [
        one
        for one in found.select_related("round", "upload").order_by("position")
        if (one.precedence or precedence_of(one, frame)) < precedence
    ]


def _max_abs_rho(cache: Cache, submission: Submission, others: list[Submission]) -> float:
    if not others:
        return 0.0
    frame, own = cache.frame, cache.ticks_of([submission])
    parts = [
        likeness.screen(cache.ticks_of(others[first : first + BLOCK]), own, frame.split_starts)[:, 0]
        for first in range(0, len(others), BLOCK)
    ]
    g = frame.ranks(files.vector_of(submission))
    return nearest(g, Ranks(others, frame), np.concatenate(parts), frame.split_starts)[0] / UNITS
