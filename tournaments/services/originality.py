"""At the close: how original each selected submission is, exactly, and who passes the gate.

Source: FORMULAS section 3.
"""

import numpy as np
from django.db import transaction

from tournaments.models import Originality, Round, Submission, User, Work
from tournaments.numerics.losses import quantise
from tournaments.numerics.originality import Originality as Measured
from tournaments.numerics.originality import round_originality
from tournaments.services import audit, files, phases, work
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Conflict, Unknown
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


def override(actor: Actor, submission: Submission, reason: str) -> Originality:
    """Let a gated submission pass all the same, before the round is settled; logged in public."""
    round_ = submission.round
    by: User = need_operator(actor, round_.tournament)
    reason = audit.need_reason(reason)
    with transaction.atomic():
        found = Originality.objects.select_for_update().filter(submission=submission).first()
        if found is None:
            raise Unknown("not_found", "Originality is measured when the round closes.")
        if Round.objects.get(pk=round_.pk).state == Round.State.SETTLED:
            raise Conflict("already_settled", f"Round {round_.number} is settled.")
        found.override_reason, found.overridden_by = reason, by
        found.save(update_fields=["override_reason", "overridden_by"])
        alias = submission.participant.alias
        audit.announce(round_, "override", f"{alias} passes the originality gate by decision: {reason}")
        audit.record(by, "originality_overridden", round_, reason, submission=submission.pk)
    return found
