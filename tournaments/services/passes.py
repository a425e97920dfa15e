"""What a blend needs of every voice of a round, in passes over its row-files, a block of them at a time."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from scipy.special import expit

from tournaments.models import Submission
from tournaments.numerics.blending import levels
from tournaments.numerics.blending.voices import LOGITS, PROBABILITIES, RANKS, merge, merge_ranks
from tournaments.services.matrices import Cache

BLOCK = 64
"""Submissions at a time: 18 MB at the original's size."""


def mean_of(cache: Cache, chosen: list[Submission], weights: dict[int, float], mixes: str) -> np.ndarray:
    """Return the weighed mean (K,) of the participants' voices, weights by participant."""
    total = np.zeros(int(cache.frame.split_starts[-1]))
    for rows, owners in voices_of(cache, chosen, mixes):
        said = expit(rows) if mixes == PROBABILITIES else rows
        total += np.einsum("p,pm->m", np.array([weights[pk] for pk in owners]), said)
    return total


def ranks_of(cache: Cache, chosen: list[Submission]) -> np.ndarray:
    """Return the ranks (P, K) of the participants' voices, by their keys."""
    place = places_of(chosen)
    found = np.empty((len(place), int(cache.frame.split_starts[-1])))
    for rows, owners in voices_of(cache, chosen, RANKS):
        found[[place[pk] for pk in owners]] = rows
    return found


def spreads_and_levels(cache: Cache, chosen: list[Submission]) -> tuple[np.ndarray, np.ndarray]:
    """Return the `levels.spreads` (P,) of the participants' voices, and their means (P, E), by their keys."""
    place, starts = places_of(chosen), cache.frame.starts
    spreads, means = np.empty(len(place)), np.empty((len(place), starts.size - 1))
    for rows, owners in voices_of(cache, chosen, LOGITS):
        at = [place[pk] for pk in owners]
        spreads[at], means[at] = levels.spreads(rows, starts), levels.means(rows, starts)
    return spreads, means


def places_of(chosen: list[Submission]) -> dict[int, int]:
    """Return which of the voices is whose: participants in the order of their keys."""
    return {pk: place for place, pk in enumerate(sorted({one.participant_id for one in chosen}))}


def voices_of(cache: Cache, chosen: list[Submission], mixes: str) -> Iterator[tuple[np.ndarray, list[int]]]:
    """Iterate over the voices (n, K), ranks or logits, and whose they are; those of several files last."""
    counts = Counter(one.participant_id for one in chosen)
    alone = [one for one in chosen if counts[one.participant_id] == 1]
    several = [one for one in chosen if counts[one.participant_id] > 1]
    first = 0
    for rows in cache.scan(alone, BLOCK, "ranks" if mixes == RANKS else "logits"):
        yield rows, [one.participant_id for one in alone[first : first + len(rows)]]
        first += len(rows)
    if several:
        whose = np.array([one.participant_id for one in several])
        if mixes == RANKS:
            merged = merge_ranks(cache.ranks_of(several), whose, cache.frame.split_starts)
        else:
            merged = merge(cache.logits_of(several), whose)
        yield merged, np.unique(whose).tolist()
