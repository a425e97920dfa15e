"""At the close: how original each selected submission is, exactly, and who passes the gate.

Source: FORMULAS section 3.
"""

import numpy as np
from django.db import transaction

from tournaments.models import Originality, Round, Submission, Work
from tournaments.numerics.losses import quantise
from tournaments.numerics.originality import Originality as Measured
from tournaments.numerics.originality import round_originality
from tournaments.services import files, phases, rounds, work
from tournaments.services.frames import Frame, frame_of
from tournaments.services.nearness import precedence_of

MIXED_BELOW = 0.05
"""A residual share below this names a submission as a mix of earlier ones; it gates nothing."""


def measure(piece: Work) -> None:
    """Compute the originality of every selected submission of a closed round, in float64 from the uploads."""
    round_ = Round.objects.get(pk=piece.round_id)
    frame = frame_of(round_)
    chosen = [s for s in phases.selected(round_) if s.participant_id not in _excluded(round_)]
    positions = [precedence_of(one, frame) for one in chosen]
    found = _measure(frame, chosen, positions)
    gate = round_.read_rules().originality_gate
    with transaction.atomic():
        rounds.lock(round_)  # a decision on a pair waits for the new rows, or is among the kept ones
        kept = {o.submission_id: o for o in Originality.objects.filter(round=round_)}
        Originality.objects.filter(round=round_).delete()
        Originality.objects.bulk_create(
            _row(round_, index, chosen, positions, found, gate, kept) for index in range(len(chosen))
        )
        work.finish(piece)


def _excluded(round_: Round) -> set[int]:
    return set(round_.exclusions.values_list("participant_id", flat=True))


def _measure(frame: Frame, chosen: list[Submission], positions: list[int]) -> list[Measured]:
    if not chosen:
        return []
    whole = [files.vector_of(one) for one in chosen]
    return round_originality(
        np.stack([frame.ranks(p) for p in whole]),
        np.stack([p[frame.keep] for p in whole]),
        np.array([one.participant_id for one in chosen]),
        np.array(positions),
        frame.split_starts,
    )


def _row(
    round_: Round,
    index: int,
    chosen: list[Submission],
    positions: list[int],
    found: list[Measured],
    gate: float | None,
    kept: dict[int, Originality],
) -> Originality:
    one, submission = found[index], chosen[index]
    former = kept.get(submission.pk)
    return Originality(
        submission=submission,
        round=round_,
        precedence=positions[index],
        originality=one.originality,
        max_abs_rho=one.max_abs_rho,
        nearest=None if one.nearest is None else chosen[one.nearest],
        nearest_rho=one.nearest_rho,
        crowding=one.crowding,
        ks=one.ks,
        residual=one.residual,
        undefined=one.undefined,
        passes=gate is None or quantise(one.max_abs_rho) <= quantise(gate),
        override_reason=former.override_reason if former else "",
        overridden_by=former.overridden_by if former else None,
    )
