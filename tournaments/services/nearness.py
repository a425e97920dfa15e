"""Before the close: is a newcomer clear of the others, near, or too near (FORMULAS sections 3 and 7)?

Nothing more is said, for an exact correlation would be an oracle on others' predictions. The answer
depends on what was uploaded before, in commit order, and not on when a worker came to compute it.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np
from django.db.models import Max

from tournaments.models import Submission
from tournaments.numerics import likeness
from tournaments.numerics.originality import nearest, verdict
from tournaments.numerics.precedence import precedence_positions
from tournaments.numerics.units import UNITS
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


def of_newcomers(submissions: list[Submission]) -> dict[int, tuple[int, str]]:
    """Return the precedence and the word of newcomers to one round, by key, from one pass over the others.

    A word is clear, near or too_near; "" where there is no gate. Together or alone, each gets the same.
    """
    round_ = submissions[0].round
    cache = cache_of(round_, frame_of(round_))
    for one in submissions:
        cache.add(one)
    precedence = {one.pk: precedence_of(one, cache.frame) for one in submissions}
    gate = round_.read_rules().originality_gate
    if gate is None:
        return {pk: (position, "") for pk, position in precedence.items()}
    others = {one.pk: _others(one, precedence, cache.frame) for one in submissions}
    screened = _screened(
        cache, submissions, list({o.pk: o for each in others.values() for o in each}.values())
    )
    words = {
        one.pk: verdict(_max_abs_rho(cache, one, others[one.pk], screened[one.pk]), min(NEAR, gate), gate)
        for one in submissions
    }
    return {pk: (position, words[pk]) for pk, position in precedence.items()}


def _others(submission: Submission, precedence: dict[int, int], frame: Frame) -> list[Submission]:
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
        if (precedence.get(one.pk) or one.precedence or precedence_of(one, frame)) < precedence[submission.pk]
    ]


def _screened(
    cache: Cache, newcomers: list[Submission], others: list[Submission]
) -> dict[int, dict[int, float]]:
    """Return each newcomer's largest abs(ρ) over the splits with each of the others, within a rounding."""
    own = cache.ticks_of(newcomers)
    found: dict[int, dict[int, float]] = {one.pk: {} for one in newcomers}
    keys = iter(others)
    for block in cache.scan(others, BLOCK):
        rho = likeness.screen(block, own, cache.frame.split_starts)
        scanned = [one.pk for one in islice(keys, len(block))]
        for column, one in zip(rho.T.tolist(), newcomers, strict=True):
            found[one.pk].update(zip(scanned, column, strict=True))
    return found


def _max_abs_rho(
    cache: Cache, submission: Submission, others: list[Submission], screened: dict[int, float]
) -> float:
    if not others:
        return 0.0
    frame = cache.frame
    g = frame.ranks(files.vector_of(submission))
    near = np.array([screened[one.pk] for one in others])
    return nearest(g, Ranks(others, frame), near, frame.split_starts)[0] / UNITS
