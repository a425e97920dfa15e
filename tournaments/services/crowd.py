"""Whom a meta-model is made of: the players of a round and their merged predictions."""

from dataclasses import dataclass

import numpy as np

from tournaments.models import Participant, Round, Submission
from tournaments.numerics import blends
from tournaments.services import files, phases
from tournaments.services.frames import Frame


@dataclass(frozen=True)
class Crowd:
    """The players of a round and their merged predictions: P participants, K rows that stand."""

    participants: list[Participant]
    z: np.ndarray
    """Logits (P, K), each participant's forecasters merged."""
    g: np.ndarray
    """Gaussian ranks (P, K), likewise."""
    judged: dict[int, np.ndarray]
    """Gaussian ranks of each blended submission on the rows of `judged_part`, by its key."""


def crowd_of(round_: Round, frame: Frame) -> Crowd | None:
    """Gather whom the blend is made of: selected submissions of those not excluded, benchmarks left out."""
    left_out = _left_out(round_)
    chosen = [s for s in phases.selected(round_) if s.pk not in left_out]
    if not chosen:
        return None
    eps = round_.read_rules().epsilon
    whole = [files.vector_of(submission) for submission in chosen]
    owners = np.array([submission.participant_id for submission in chosen])
    z = blends.merge(np.stack([blends.logits(p[frame.keep], eps) for p in whole]), owners)
    ranks = [frame.ranks(p) for p in whole]
    g = blends.merge_ranks(np.stack(ranks), owners, frame.split_starts)
    part = judged_part(frame)
    judged = {one.pk: row[part].copy() for one, row in zip(chosen, ranks, strict=True)}
    by_id = Participant.objects.in_bulk(owners.tolist())
    return Crowd([by_id[pk] for pk in np.unique(owners).tolist()], z, g, judged)


def judged_part(frame: Frame) -> slice:
    """Return the rows on which submissions are likened to the meta-model: test, else the last split."""
    at = frame.names.index("test") if "test" in frame.names else len(frame.names) - 1
    return slice(*frame.split_starts[at : at + 2].tolist())


def _left_out(round_: Round) -> set[int]:
    excluded = Submission.objects.filter(round=round_, participant__exclusions__round=round_)
    benchmarks = Submission.objects.filter(round=round_, participant__kind=Participant.Kind.BENCHMARK)
    return set(excluded.values_list("pk", flat=True)) | set(benchmarks.values_list("pk", flat=True))
