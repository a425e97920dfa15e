"""The meta-model as it would be at this moment: an open round blended on demand, for operators only.

What may be fitted on while a round is open are earlier rounds alone: its own test labels are read at the
close. So the weights of those who were there before change only when one more of them comes, or a label does;
they are kept in a file beside the matrix, and a newcomer costs one pass over the caches.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from scipy.special import expit

from tournaments.models import Participant, Round, Submission
from tournaments.numerics.blending import registry, slopes
from tournaments.numerics.blending.voices import LOGITS, PROBABILITIES, RANKS, merge, merge_ranks
from tournaments.numerics.blending.weighing import Weighing, equal_weights
from tournaments.numerics.errors import NumericsError
from tournaments.services import audit, evidence, files, rounds
from tournaments.services.access import Actor, need_operator
from tournaments.services.blending import ABSTAIN, caps_of, facts_of
from tournaments.services.clock import db_now
from tournaments.services.crowd import blended
from tournaments.services.errors import Conflict, Unknown
from tournaments.services.evidence import Source
from tournaments.services.frames import frame_of
from tournaments.services.matrices import Cache, cache_of
from tournaments.store import exports

BLOCK = 64
"""Submissions at a time: 18 MB at the original's size."""


@dataclass(frozen=True)
class Preview:
    """A meta-model that is not stored: its blend, why it stands in for another, and what it says (M,)."""

    blend: str
    why: str
    at: datetime
    weights: list[tuple[Participant, float]]
    slope: float
    submissions: int
    evidence: list[int]
    """The rounds that its weights were learnt from, by number."""
    vector: np.ndarray

    @property
    def numbers(self) -> dict[str, Any]:
        """Return what it is made of, without its rows."""
        return {
            "blend": self.blend,
            "why": self.why,
            "at": self.at,
            "submissions": self.submissions,
            "evidence": self.evidence,
            "slope": self.slope,
            "weights": [{"alias": one.alias, "weight": weight} for one, weight in self.weights],
        }


@dataclass(frozen=True)
class _Learnt:
    """What the past says of those who were there: weights by participant, or a slope and its variance.

    Blends in which all weigh alike need no more of the past than the mean of its voices.
    """

    weights: dict[int, float]
    slope: float
    variance: float | None


def now(actor: Actor, round_: Round, blend: str = "") -> Preview:
    """Blend the submissions that are selected in an open round at this moment; the look is logged.

    Raises Unknown `unknown_blend`, Conflict `wrong_state`, `nobody_submitted`, and `too_few_eras`,
    `no_stakes` or `not_certified` where a blend that was asked for cannot be made; where it is that of the
    rules, its fallback stands in.
    """
    by = need_operator(actor, round_.tournament)
    rounds.need_state(round_, Round.State.OPEN)
    if blend and blend not in registry.METHODS:
        raise Unknown("unknown_blend", f"There is no blend {blend}.")
    chosen = blended(round_)
    if not chosen:
        raise Conflict("nobody_submitted", f"Nobody has a submission in round {round_.number} yet.")
    rules, at, sources = round_.read_rules(), db_now(), evidence.known_now(round_)
    name, why = blend or rules.blend, ""
    try:
        made = _made(round_, chosen, sources, name)
    except NumericsError as error:
        if blend:
            raise Conflict(error.code, error.sentence) from error
        name, why = rules.fallback_blend, error.sentence
        made = _made(round_, chosen, sources, name)
    audit.record(by, "meta_model_previewed", round_, blend=name, submissions=len(chosen))
    heaviest = sorted(made.weights, key=lambda pair: (-pair[1], pair[0].alias))
    numbers = [source.number for source, _ in sources]
    return Preview(name, why, at, heaviest, made.slope, len(chosen), numbers, made.vector)


def as_file(round_: Round, found: Preview, kind: str) -> bytes:
    """Return what a preview says as a file, `csv` or `parquet`: id, era, split, probability."""
    return exports.encode(files.rows_of(round_), found.vector, kind)


@dataclass(frozen=True)
class _Made:
    weights: list[tuple[Participant, float]]
    slope: float
    vector: np.ndarray


def _made(round_: Round, chosen: list[Submission], sources: list[Source], name: str) -> _Made:
    counts = Counter(one.participant_id for one in chosen)
    owners = sorted(counts)
    learnt, rules = _learnt(round_, name, sources, owners), round_.read_rules()
    caps = caps_of(rules, np.array([counts[pk] for pk in owners]))
    weights = registry.held(_weighed(learnt, owners), caps, rules.weight_floor).weights
    cache, mixes = cache_of(round_, frame_of(round_)), registry.METHODS[name].mixes
    mean = mean_of(cache, chosen, dict(zip(owners, weights.tolist(), strict=True)), mixes)
    slope = learnt.slope
    if learnt.variance is not None:
        prior = 1.0 if mixes == LOGITS else slopes.boldness_of(spreads_of(cache, chosen), mean)
        slope = slopes.settled(learnt.slope, learnt.variance, prior)
    p = mean if mixes == PROBABILITIES else expit(slope * mean)
    players = Participant.objects.in_bulk(owners)
    shares = [(players[pk], float(w)) for pk, w in zip(owners, weights, strict=True)]
    return _Made(shares, slope, cache.frame.spread(p, ABSTAIN))


def _weighed(learnt: _Learnt, owners: list[int]) -> Weighing:
    """Return who weighs what: newcomers what all would weigh without a past."""
    if not learnt.weights:
        return Weighing(equal_weights(len(owners)))
    known = np.array([pk in learnt.weights for pk in owners])
    found = Weighing(np.array([learnt.weights[pk] for pk in owners if pk in learnt.weights]))
    return registry.with_newcomers(found, known)


def _learnt(round_: Round, name: str, sources: list[Source], owners: list[int]) -> _Learnt:
    """Return what earlier rounds say, from where it is kept or anew."""
    there = {one.participant_id for source, _ in sources for one in evidence.submissions_of(source, owners)}
    path = _place(round_, name, sources, sorted(there))
    try:
        kept = json.loads(path.read_text())
        return _Learnt({int(pk): w for pk, w in kept.pop("weights").items()}, **kept)
    except (OSError, ValueError, KeyError, TypeError):
        found = _fitted(round_, name, sources, sorted(there))
        _write(path, asdict(found))
        return found


def _place(round_: Round, name: str, sources: list[Source], there: list[int]) -> Path:
    known = [[source.pk, version.pk] for source, version in sources]
    key = hashlib.sha256(json.dumps([name, round_.rules_sha256, known, there]).encode()).hexdigest()
    return Path(settings.MATRIX_DIR) / f"round-{round_.pk}.weights-{key[:32]}"


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{hashlib.sha256(repr(content).encode()).hexdigest()[:8]}")
    draft.write_text(json.dumps(content))
    draft.replace(path)


def _fitted(round_: Round, name: str, sources: list[Source], there: list[int]) -> _Learnt:
    past = evidence.of_sources(sources, there) if there else None
    method = registry.METHODS[name]
    if method.alike:
        if past is None or not method.fits:
            return _Learnt({}, 1.0, float("inf") if method.fits else None)
        mean = past.voices.said(method.mixes).mean(axis=0)
        return _Learnt({}, *slopes.slope_and_variance(mean, past.y, past.starts))
    if name == "stake":
        raise NumericsError("no_stakes", "Nobody stakes here.")
    if past is None:
        raise NumericsError("too_few_eras", "Nobody here was there in an earlier round.")
    found = registry.weigh(name, past.voices, facts_of(round_), past)
    if not found.certified:
        raise NumericsError("not_certified", registry.UNCERTIFIED)
    return _Learnt(dict(zip(there, found.weights.tolist(), strict=True)), found.slope, None)


def mean_of(cache: Cache, chosen: list[Submission], weights: dict[int, float], mixes: str) -> np.ndarray:
    """Return the weighed mean (K,) of the participants' voices."""
    alone, several = _apart(chosen)
    total = np.zeros(int(cache.frame.split_starts[-1]))
    for rows, owners in _blocks(cache, alone, mixes):
        said = expit(rows) if mixes == PROBABILITIES else rows
        total += np.einsum("p,pm->m", np.array([weights[pk] for pk in owners]), said)
    if several:
        whose = np.array([one.participant_id for one in several])
        if mixes == RANKS:
            voices = merge_ranks(cache.ranks_of(several), whose, cache.frame.split_starts)
        else:
            voices = merge(cache.logits_of(several), whose)
        said = expit(voices) if mixes == PROBABILITIES else voices
        shares = np.array([weights[pk] for pk in np.unique(whose).tolist()])
        total += np.einsum("p,pm->m", shares, said)
    return total


def spreads_of(cache: Cache, chosen: list[Submission]) -> np.ndarray:
    """Return the sd (P,) of each participant's logits, in no order."""
    alone, several = _apart(chosen)
    found = [np.std(rows, axis=1) for rows, _ in _blocks(cache, alone, LOGITS)]
    if several:
        owners = np.array([one.participant_id for one in several])
        found.append(np.std(merge(cache.logits_of(several), owners), axis=1))
    return np.concatenate(found)


def _apart(chosen: list[Submission]) -> tuple[list[Submission], list[Submission]]:
    """Return the submissions of participants with one forecaster, and those of the others."""
    counts = Counter(one.participant_id for one in chosen)
    alone = [one for one in chosen if counts[one.participant_id] == 1]
    return alone, [one for one in chosen if counts[one.participant_id] > 1]


def _blocks(cache: Cache, chosen: list[Submission], mixes: str) -> Iterator[tuple[np.ndarray, list[int]]]:
    first = 0
    for rows in cache.scan(chosen, BLOCK, "ranks" if mixes == RANKS else "logits"):
        yield rows, [one.participant_id for one in chosen[first : first + len(rows)]]
        first += len(rows)
