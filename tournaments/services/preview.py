"""The meta-model as it would be at this moment: an open round blended on demand, for operators only.

What may be fitted on while a round is open are earlier rounds alone: its own test labels are read at the
close. So the weights of those who were there before change only when one more of them comes, or a label does;
they are kept in a file beside the matrix, and a newcomer costs one pass over the caches.
"""

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from scipy.special import expit

from tournaments.models import Participant, Round, Submission
from tournaments.numerics.blending import rank, registry, slopes
from tournaments.numerics.blending.heard import heard
from tournaments.numerics.blending.voices import LOGITS, PROBABILITIES, RANKS
from tournaments.numerics.blending.weighing import Evidence as Past
from tournaments.numerics.blending.weighing import Weighing, equal_weights
from tournaments.numerics.errors import NumericsError
from tournaments.services import audit, evidence, files, passes, rounds
from tournaments.services.access import Actor, need_operator
from tournaments.services.blending import ABSTAIN, caps_of, facts_of
from tournaments.services.clock import db_now
from tournaments.services.crowd import blended
from tournaments.services.errors import Conflict, Unknown
from tournaments.services.evidence import Source
from tournaments.services.frames import frame_of
from tournaments.services.matrices import Cache, cache_of
from tournaments.store import exports


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
class Learnt:
    """What the past says of those who were there: weights by participant, or a slope, its variance and the
    eras that it was found on; for whom labels speak, and the range of levels that was seen.

    Blends in which all weigh alike need no more of the past than the mean of its voices.
    """

    weights: dict[int, float] = field(default_factory=dict)
    slope: float = 1.0
    variance: float | None = None
    eras: int = 0
    proven: list[int] = field(default_factory=list)
    levels: tuple[float, float] | None = None

    def settled(self, prior: float) -> float:
        """Return the slope as far as the past settles it."""
        return slopes.settled(self.slope, self.variance or 0.0, prior, self.eras)


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


@dataclass(frozen=True)
class Scene:
    """Whom an open round's blend is made of at this moment: participants by their keys, and their files."""

    round: Round
    cache: Cache
    chosen: list[Submission]
    owners: list[int]

    def held(self, weights: np.ndarray) -> np.ndarray:
        """Return weights (P,) inside the caps and the floor of the rules."""
        counts = Counter(one.participant_id for one in self.chosen)
        rules = self.round.read_rules()
        caps = caps_of(rules, np.array([counts[pk] for pk in self.owners]))
        return registry.held(Weighing(weights), caps, rules.weight_floor).weights

    def mean(self, weights: np.ndarray, mixes: str) -> np.ndarray:
        """Return the weighed mean (K,) of the voices."""
        shares = dict(zip(self.owners, weights.tolist(), strict=True))
        return passes.mean_of(self.cache, self.chosen, shares, mixes)


def _made(round_: Round, chosen: list[Submission], sources: list[Source], name: str) -> _Made:
    owners = list(passes.places_of(chosen))
    scene = Scene(round_, cache_of(round_, frame_of(round_)), chosen, owners)
    mixes = registry.METHODS[name].mixes
    weights, slope, x = _spoken(scene, sources, name, mixes)
    p = x if mixes == PROBABILITIES else expit(x)
    players = Participant.objects.in_bulk(owners)
    shares = [(players[pk], float(w)) for pk, w in zip(owners, weights, strict=True)]
    return _Made(shares, slope, scene.cache.frame.spread(p, ABSTAIN))


Spoken = tuple[np.ndarray, float, np.ndarray]
"""Weights (P,), the slope, and the blended logits, or probabilities, of the rows that stand (K,)."""


def _spoken(scene: Scene, sources: list[Source], name: str, mixes: str) -> Spoken:
    if name == "stake":  # what is at stake changes by the minute: nothing of it is kept
        return of_stakes(scene, sources)
    learnt = _learnt(scene.round, name, sources, scene.owners)
    return of_ranks(scene, learnt) if mixes == RANKS else of_logits(scene, learnt, mixes)


def of_stakes(scene: Scene, sources: list[Source]) -> Spoken:
    """Blend as `stake` does, by what is at stake now."""
    staked = facts_of(scene.round, scene.owners).stakes
    if staked is None or not staked.any():
        raise NumericsError("no_stakes", "Nobody stakes here.")
    shares = staked / staked.sum()
    g = passes.ranks_of(scene.cache, scene.chosen)
    spreads, means = passes.spreads_and_levels(scene.cache, scene.chosen)
    slope = slopes.boldness(spreads[shares > 0], np.einsum("p,pm->m", shares, g))
    limits = None
    there = there_before(sources, scene.owners)
    past = evidence.of_sources(sources, there) if there else None
    if past is not None:
        before = shares[[scene.owners.index(pk) for pk in there]]
        level, limits = rank.past_levels(past)
        mean = np.einsum("p,pm->m", before, past.voices.g)
        slope = slopes.settled_slope(mean, past.y, past.starts, slope, level)
    weights = scene.held(shares)
    mean = np.einsum("p,pm->m", weights, g)
    starts, crowd = scene.cache.frame.starts, np.median(means, axis=0)
    return weights, slope, registry.leveled(slope * mean, starts, crowd, limits)


def there_before(sources: list[Source], owners: list[int]) -> list[int]:
    """Return who of these participants has spoken in earlier rounds."""
    found = (evidence.submissions_of(source, owners) for source, _ in sources)
    return sorted({one.participant_id for some in found for one in some})


def of_ranks(scene: Scene, learnt: Learnt) -> Spoken:
    """Blend as `rank` does; who is heard is seen from the ranks of all."""
    g = passes.ranks_of(scene.cache, scene.chosen)
    found = heard(g, np.array([pk in learnt.proven for pk in scene.owners]))
    weights = scene.held(found)
    spreads, means = passes.spreads_and_levels(scene.cache, scene.chosen)
    mean = np.einsum("p,pm->m", found, g)
    prior = slopes.boldness(spreads[found > 0], mean)
    slope = prior if learnt.variance is None else learnt.settled(prior)
    if weights is not found:  # the rules hold some of them
        mean = np.einsum("p,pm->m", weights, g)
    starts, crowd = scene.cache.frame.starts, np.median(means, axis=0)
    return weights, slope, registry.leveled(slope * mean, starts, crowd, learnt.levels)


def of_logits(scene: Scene, learnt: Learnt, mixes: str) -> Spoken:
    """Blend logits or probabilities, newcomers weighing what all would weigh without a past."""
    weights = scene.held(_weighed(learnt, scene.owners).weights)
    slope = learnt.slope if learnt.variance is None else learnt.settled(prior=1.0)
    mean = scene.mean(weights, mixes)
    if mixes == PROBABILITIES:
        return weights, slope, mean
    return weights, slope, registry.leveled(slope * mean, scene.cache.frame.starts, None, learnt.levels)


def _weighed(learnt: Learnt, owners: list[int]) -> Weighing:
    if not learnt.weights:
        return Weighing(equal_weights(len(owners)))
    known = np.array([pk in learnt.weights for pk in owners])
    found = Weighing(np.array([learnt.weights[pk] for pk in owners if pk in learnt.weights]))
    return registry.with_newcomers(found, known)


def _learnt(round_: Round, name: str, sources: list[Source], owners: list[int]) -> Learnt:
    """Return what earlier rounds say, from where it is kept or anew."""
    there = there_before(sources, owners)
    path = _place(round_, name, sources, there)
    try:
        kept = json.loads(path.read_text())
        limits = kept.pop("levels")
        weights = {int(pk): w for pk, w in kept.pop("weights").items()}
        return Learnt(weights, levels=tuple(limits) if limits else None, **kept)
    except (OSError, ValueError, KeyError, TypeError):
        found = _fitted(round_, name, sources, there)
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


def _fitted(round_: Round, name: str, sources: list[Source], there: list[int]) -> Learnt:
    past = evidence.of_sources(sources, there) if there else None
    method = registry.METHODS[name]
    if method.alike:
        return Learnt() if past is None or not method.fits else _slope_of(past, method.mixes, there)
    if past is None:
        raise NumericsError("too_few_eras", "Nobody here was there in an earlier round.")
    found = registry.weigh(name, past.voices, facts_of(round_, there), past)
    if not found.certified:
        raise NumericsError("not_certified", registry.UNCERTIFIED)
    weights = dict(zip(there, found.weights.tolist(), strict=True))
    return Learnt(weights, found.slope, levels=found.levels)


def _slope_of(past: Past, mixes: str, there: list[int]) -> Learnt:
    """Return what the past says of a mean of logits, or of ranks."""
    if mixes == LOGITS:
        mean = past.voices.z.mean(axis=0)
        slope, variance = slopes.slope_and_variance(mean, past.y, past.starts)
        return Learnt(slope=slope, variance=variance, eras=past.eras)
    stays, mean = rank.heard_before(past)
    level, limits = rank.past_levels(past)
    slope, variance = slopes.slope_and_variance(mean, past.y, past.starts, level)
    sure = [pk for pk, stay in zip(there, stays.tolist(), strict=True) if stay]
    return Learnt(slope=slope, variance=variance, eras=past.eras, proven=sure, levels=limits)
