"""Before the close: is a newcomer clear of the others, near, or too near (FORMULAS sections 3 and 7)?

Nothing more is said, for an exact correlation would be an oracle on others' predictions. The answer
depends on what was uploaded before, in commit order, and not on when a worker came to compute it.
"""

from itertools import pairwise

import numpy as np
from django.conf import settings
from django.db.models import Max

from tournaments.models import Round, Submission
from tournaments.numerics.originality import split_correlations, verdict
from tournaments.numerics.precedence import precedence_positions
from tournaments.services import files
from tournaments.services.frames import Frame, frame_of
from tournaments.store.matrix import Matrix, MatrixMiss

NEAR = 0.90
SCREEN_ERROR = 1e-5
"""float32 sums of a million products stay well within this; who is this near the top is done in float64."""


def matrix_of(round_: Round, frame: Frame) -> Matrix:
    """Return the round's prediction matrix: float32 Gaussian ranks of the rows that stand, to screen with."""
    path = settings.MATRIX_DIR / f"round-{round_.pk}-{frame.version}.f32"
    return Matrix(path, int(frame.split_starts[-1]))


def precedence_of(submission: Submission, frame: Frame) -> int:
    """Return the position of the participant's earliest upload in this round with this content."""
    own = list(
        Submission.objects.filter(
            round=submission.round_id,
            participant=submission.participant_id,
            position__lte=submission.position,
        )
        .select_related("round", "upload")
        .order_by("position")
    )
    g = np.stack([frame.ranks(files.vector_of(one)) for one in own])
    positions = np.array([one.position for one in own])
    return int(precedence_positions(g, positions, frame.split_starts)[-1])


def of_newcomer(submission: Submission) -> tuple[int, str]:
    """Return a submission's precedence and its word: clear, near or too_near; "" where there is no gate."""
    frame = frame_of(submission.round)
    g = frame.ranks(files.vector_of(submission))
    matrix_of(submission.round, frame).append(submission.position, g)
    precedence = precedence_of(submission, frame)
    gate = submission.round.read_rules().originality_gate
    if gate is None:
        return precedence, ""
    others = _others(submission, precedence, frame)
    return precedence, verdict(_max_abs_rho(submission.round, frame, g, others), min(NEAR, gate), gate)


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


def _max_abs_rho(round_: Round, frame: Frame, g: np.ndarray, others: list[Submission]) -> float:
    if not others:
        return 0.0
    ranks = _ranks_of(matrix_of(round_, frame), frame, others)
    screened = _screen(ranks, g, frame.split_starts)
    close = np.flatnonzero(screened >= screened.max() - SCREEN_ERROR)
    exact = np.stack([frame.ranks(files.vector_of(others[i])) for i in close])
    return float(np.abs(split_correlations(g, exact, frame.split_starts)).max())


def _screen(ranks: np.ndarray, g: np.ndarray, split_starts: np.ndarray) -> np.ndarray:
    """Return max over splits of abs(ρ), float32 (N,), of g (K,) with each row of ranks (N, K)."""
    newcomer = g.astype(np.float32)
    parts = [
        np.abs(ranks[:, start:stop] @ newcomer[start:stop]) / np.float32(stop - start)
        for start, stop in pairwise(split_starts)
    ]
    return np.max(parts, axis=0)


def _ranks_of(matrix: Matrix, frame: Frame, submissions: list[Submission]) -> np.ndarray:
    """Read ranks, float32 (N, K), from the matrix, after writing what it lacks or holds damaged."""
    slots = [one.position for one in submissions]
    try:
        return matrix.read(slots)
    except MatrixMiss as miss:
        again = {*miss.missing, *miss.corrupt}
        matrix.rebuild(
            (one.position, frame.ranks(files.vector_of(one))) for one in submissions if one.position in again
        )
        return matrix.read(slots)


def rebuild(round_: Round) -> int:
    """Write a round's whole matrix anew from the stored uploads; returns how many submissions it holds."""
    frame = frame_of(round_)
    matrix = matrix_of(round_, frame)
    submissions = Submission.objects.filter(round=round_).select_related("round", "upload")
    ordered = list(submissions.order_by("position"))
    matrix.rebuild((one.position, frame.ranks(files.vector_of(one))) for one in ordered)
    return len(ordered)


def forget_all() -> None:
    """Remove every round's matrix of this machine: another database's rounds may bear the same numbers."""
    for path in settings.MATRIX_DIR.glob("round-*.f32*"):
        path.unlink(missing_ok=True)
