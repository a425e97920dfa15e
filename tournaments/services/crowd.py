"""Whom a meta-model is made of: the players of a round and their merged predictions."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tournaments.models import Participant, Round, Submission
from tournaments.numerics.blending.voices import Voices, logits, merge, merge_ranks
from tournaments.services import files, phases
from tournaments.services.frames import Frame
from tournaments.services.matrices import cache_of


@dataclass(frozen=True)
class Crowd:
    """The players of a round and what they say: P participants, K rows that stand."""

    participants: list[Participant]
    voices: Voices
    """Logits and Gaussian ranks (P, K), each participant's forecasters merged."""
    judged: dict[int, np.ndarray]
    """Gaussian ranks of each blended submission on the rows of `judged_part`, by its key."""
    forecasters: np.ndarray
    """How many forecasters (P,) each participant's voice is merged from."""

    @cached_property
    def places(self) -> dict[int, int]:
        """Which of the voices is whose, by the participant's key."""
        return {one.pk: place for place, one in enumerate(self.participants)}


def crowd_of(round_: Round, frame: Frame, *, from_uploads: bool = False) -> Crowd | None:
    """Gather whom the blend is made of: selected submissions of those not excluded, benchmarks left out.

    Their numbers come from the round's caches, or from the uploads themselves: the same to the last bit.
    """
    chosen = blended(round_)
    if not chosen:
        return None
    z, ranks = said(round_, frame, chosen, from_uploads=from_uploads)
    part = judged_part(frame)
    judged = {one.pk: row[part].copy() for one, row in zip(chosen, ranks, strict=True)}
    owners = np.array([one.participant_id for one in chosen])
    voices = Voices(merge(z, owners), merge_ranks(ranks, owners, frame.split_starts), frame.starts)
    players, forecasters = np.unique(owners, return_counts=True)
    by_id = Participant.objects.in_bulk(players.tolist())
    return Crowd([by_id[pk] for pk in players.tolist()], voices, judged, forecasters)


def blended(round_: Round) -> list[Submission]:
    """Return the selected submissions that a blend is made of, in commit order."""
    left_out = _left_out(round_)
    return [one for one in phases.selected(round_) if one.pk not in left_out]


def said(
    round_: Round, frame: Frame, chosen: list[Submission], *, from_uploads: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return the logits and the Gaussian ranks, both (N, K), of submissions to one round."""
    if not from_uploads:
        cache = cache_of(round_, frame)
        return cache.logits_of(chosen), cache.ranks_of(chosen)
    eps = round_.read_rules().epsilon
    whole = [files.vector_of(one) for one in chosen]
    return np.stack([logits(p[frame.keep], eps) for p in whole]), np.stack([frame.ranks(p) for p in whole])


def judged_part(frame: Frame) -> slice:
    """Return the rows on which submissions are likened to the meta-model: test, else the last split."""
    at = frame.names.index("test") if "test" in frame.names else len(frame.names) - 1
    return slice(*frame.split_starts[at : at + 2].tolist())


def _left_out(round_: Round) -> set[int]:
    excluded = Submission.objects.filter(round=round_, participant__exclusions__round=round_)
    benchmarks = Submission.objects.filter(round=round_, participant__kind=Participant.Kind.BENCHMARK)
    return set(excluded.values_list("pk", flat=True)) | set(benchmarks.values_list("pk", flat=True))
