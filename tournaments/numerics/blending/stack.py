"""`stack`: logits weighed by what resolved rows say, drawn to equal weights as far as they leave it open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from tournaments.numerics.blending import levels, ridge
from tournaments.numerics.blending.cone import project
from tournaments.numerics.blending.slopes import settled_slope
from tournaments.numerics.blending.voices import LOGITS, Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing, equal_weights
from tournaments.numerics.checks import Bools, Floats

MIXES = LOGITS
CAP = 5.0
"""No voice weighs more than this times what it would if all weighed the same."""
SPREADS = (0.1, 0.3, 0.6, 1.0, 2.0, 5.0, 10.0)
"""How far a weight may be from equal, in units of 1/N, before the data are asked: the sd of a prior.

Over H rows lambda = N² / (2 H spread²). With the first of them the blend is all but `calibrated`.
"""
FOLDS = 4
_LEAST_ERAS = 2  # that a fold is fitted on
_NEAR = 1e-8  # nats: as near to its best as a fold's fit has to be, which nobody is paid by


@dataclass(frozen=True)
class _Past:
    """The first eras of the evidence: the problem that they pose, and the alpha that it is drawn to."""

    problem: ridge.Problem
    alpha: float

    def strength(self, spread: float) -> float:
        """The lambda of a spread."""
        participants, rows = self.problem.z.shape
        return participants**2 / (2.0 * rows * spread**2)

    def path(self, enough: float) -> list[ridge.Solution]:
        """The best weights for each of SPREADS, each from the one before."""
        found, place = [], ridge.look(self.problem, project(self.problem.centre, self.problem.cap))
        for spread in SPREADS:
            found.append(ridge.solve(self.problem, self.strength(spread), place, enough))
            place = found[-1].place
        return found


def fit(voices: Voices, facts: Facts, evidence: Evidence | None) -> Weighing:
    """sigma(sum w z), w of the least mean log loss + lambda |w - alpha/N|² (FORMULAS section 5).

    w >= 0 and no w_j above 5 sum(w)/N; alpha is `calibrated`'s. Lambda is the one of a short grid that does
    best walk-forward: the second half of the eras in four folds, each judged with weights from the eras that
    ended `facts.embargo` eras before it, all lambdas on the same eras; the strongest where there are not so
    many. Without evidence all weigh the same. The gap is a true one, in float64 (`ridge.solve`). The mean of
    an era is held inside what the means of the evidence have shown (`blending.levels`).
    """
    if evidence is None:
        return Weighing(equal_weights(voices.participants))
    folds = _folds(evidence.eras, facts.embargo)
    ends = [fitted for fitted, _, _ in folds] + [evidence.eras]
    grams = ridge.grams(evidence.voices.z, evidence.starts[ends].tolist())
    pasts = [_past(evidence.before(era), gram) for era, gram in zip(ends, grams, strict=True)]
    spread, start = SPREADS[0], project(pasts[-1].problem.centre, pasts[-1].problem.cap)
    if folds:
        chosen, start = _chosen(folds, pasts, evidence)
        spread = SPREADS[chosen]
    problem, strength = pasts[-1].problem, pasts[-1].strength(spread)
    found = ridge.solve(problem, strength, ridge.look(problem, start))
    limits = levels.seen(levels.means(found.place.said, evidence.starts))
    return replace(_weighing(found, strength, pasts[-1].alpha), levels=limits)


def _weighing(found: ridge.Solution, strength: float, alpha: float) -> Weighing:
    slope, settings = float(found.w.sum()), {"lambda": strength, "alpha": alpha}
    weights = found.w / slope if slope > 0.0 else equal_weights(found.w.size)
    return Weighing(weights, slope, found.gap, found.certified, settings)


def _folds(eras: int, embargo: int) -> list[tuple[int, int, int]]:
    """(fitted, first, last): weights from the eras before `fitted` are judged on [first, last).

    >>> _folds(20, embargo=1)
    [(9, 10, 12), (11, 12, 15), (14, 15, 17), (16, 17, 20)]
    >>> _folds(5, embargo=1)
    []
    """
    begin = max(eras // 2, _LEAST_ERAS + embargo)
    if eras - begin < FOLDS:
        return []
    bounds = [begin + (eras - begin) * fold // FOLDS for fold in range(FOLDS + 1)]
    return [(first - embargo, first, last) for first, last in pairwise(bounds)]


def _past(evidence: Evidence, gram: Floats) -> _Past:
    z = evidence.voices.z
    alpha = settled_slope(z.mean(axis=0), evidence.y, evidence.starts, prior=1.0)
    centre = np.full(z.shape[0], alpha / z.shape[0])
    return _Past(ridge.Problem(z, evidence.y, gram, centre, CAP / z.shape[0]), alpha)


def _chosen(folds: list[tuple[int, int, int]], pasts: list[_Past], evidence: Evidence) -> tuple[int, Floats]:
    """The place in SPREADS that does best where it is judged, and weights to start from."""
    losses = np.zeros(len(SPREADS))
    solutions: list[ridge.Solution] = []
    for (_, first, last), past in zip(folds, pasts, strict=False):
        solutions = past.path(_NEAR)
        for era in range(first, last):
            rows = slice(int(evidence.starts[era]), int(evidence.starts[era + 1]))
            z, y = evidence.voices.z[:, rows], evidence.y[rows]
            losses += [_loss(found.w, z, y) for found in solutions]
    best = int(np.argmin(losses))
    return best, solutions[best].w


def _loss(w: Floats, z: Floats, y: Bools) -> float:
    """Mean log loss of one era."""
    return float(np.logaddexp(0.0, np.where(y, -1.0, 1.0) * np.einsum("p,pm->m", w, z)).mean())
