"""At the close: how original each selected submission is, exactly, and who passes the gate.

Source: FORMULAS section 3.
"""

from dataclasses import dataclass

import numpy as np
from django.db import transaction

from tournaments.models import Originality, Round, Submission, Work
from tournaments.numerics.originality import Crowd, crowd_originality
from tournaments.numerics.originality import Originality as Measured
from tournaments.numerics.units import quantise
from tournaments.services import files, phases, rounds, work
from tournaments.services.datasets import clusters
from tournaments.services.frames import Frame, frame_of
from tournaments.services.matrices import Cache, cache_of
from tournaments.services.nearness import Ranks, precedence_of

MIXED_BELOW = 0.05
"""A residual share below this names a submission as a mix of earlier ones; it gates nothing."""


def measure(piece: Work) -> None:
    """Compute the originality of every selected submission of a closed round, in float64 from the uploads."""
    round_ = Round.objects.get(pk=piece.round_id)
    rows = computed(round_)
    with transaction.atomic():
        rounds.lock(round_)  # a decision on a pair waits for the new rows, or is among the kept ones
        kept = {o.submission_id: o for o in Originality.objects.filter(round=round_)}
        for row in rows:
            former = kept.get(row.submission_id)
            row.override_reason = former.override_reason if former else ""
            row.overridden_by = former.overridden_by if former else None
        Originality.objects.filter(round=round_).delete()
        Originality.objects.bulk_create(rows)
        work.finish(piece)


def computed(round_: Round, precedence: dict[int, int] | None = None) -> list[Originality]:
    """Measure the originality of every selected submission, as rows not written yet that know no decision.

    `precedence` is that of submissions by key, where it is not to be taken as it was kept.
    """
    frame = frame_of(round_)
    out = _excluded(round_)
    chosen = [s for s in phases.selected(round_) if s.participant_id not in out]
    positions = [precedence[one.pk] for one in chosen] if precedence else _precedence(round_, chosen, frame)
    found = _measure(frame, chosen, positions)
    gate = round_.read_rules().originality_gate
    rows = [_row(round_, index, chosen, positions, found, gate) for index in range(len(chosen))]
    _set_concordance(round_, frame, chosen, rows)
    return rows


def _set_concordance(round_: Round, frame: Frame, chosen: list[Submission], rows: list[Originality]) -> None:
    alike = clusters.read(round_)
    if alike is not None:
        # Importing scikit-learn takes a second, and only rounds with this gate need it.
        from tournaments.numerics.concordance import concordance

        values = _Values(chosen, frame)
        for index, row in enumerate(rows):
            row.concordance = concordance(values[index], alike[frame.keep], frame.split_starts)


def _precedence(round_: Round, chosen: list[Submission], frame: Frame) -> list[int]:
    """Return the precedence of each: as it was stored, unless its work is still to be done, or again."""
    done = Work.objects.filter(round=round_, kind=Work.Kind.SCORE_VALIDATION, state=Work.State.DONE)
    stored = set(done.values_list("submission", flat=True))
    return [
        one.precedence if one.precedence is not None and one.pk in stored else precedence_of(one, frame)
        for one in chosen
    ]


def _excluded(round_: Round) -> set[int]:
    return set(round_.exclusions.values_list("participant_id", flat=True))


@dataclass(frozen=True)
class _Ticks:
    """Ticks of submissions, read in blocks from the round's cache."""

    submissions: list[Submission]
    cache: Cache

    def __getitem__(self, index: np.ndarray) -> np.ndarray:
        return self.cache.ticks_of([self.submissions[at] for at in index.tolist()])


@dataclass(frozen=True)
class _Values:
    """Probabilities of submissions on the rows that stand, from their stored uploads."""

    submissions: list[Submission]
    frame: Frame

    def __getitem__(self, index: int) -> np.ndarray:
        return files.vector_of(self.submissions[index])[self.frame.keep]


def _measure(frame: Frame, chosen: list[Submission], positions: list[int]) -> list[Measured]:
    if not chosen:
        return []
    cache = cache_of(chosen[0].round, frame)
    crowd = Crowd(
        ticks=_Ticks(chosen, cache),
        ranks=Ranks(chosen, frame),
        values=_Values(chosen, frame),
        counts=cache.counts_of(chosen),
        owners=np.array([one.participant_id for one in chosen]),
        precedence=np.array(positions),
        split_starts=frame.split_starts,
    )
    return crowd_originality(crowd)


def _row(
    round_: Round,
    index: int,
    chosen: list[Submission],
    positions: list[int],
    found: list[Measured],
    gate: float | None,
) -> Originality:
    one, submission = found[index], chosen[index]
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
    )
