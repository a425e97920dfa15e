"""The convex problem behind `stack`: log loss of weighted logits, drawn to equal weights, with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import expit

from tournaments.numerics.blending.cone import minimise, shortfall, times
from tournaments.numerics.checks import Bools, Floats, Singles

CERTIFIED = 1e-6
"""Nats: a blend that is proven to be nearer to the best than this is certified."""
_ENOUGH = 1e-13  # nats: nearer than this rounding is all that is left
_ROUNDS, _PLAIN_ROUNDS, _SEARCH = 40, 4, 60
_INNER = 0.01  # of the gap: a form that is only about right is not worth more care
_ROUGHLY = 1e-3  # of its length: so near is a place on the way
_BLOCK = 4096  # rows


@dataclass(frozen=True)
class Problem:
    """min over w of mean log loss(sigma(z'w), y) + ridge |w - centre|², 0 <= w_j <= cap sum(w).

    z (N, H), y (H,), centre (N,), gram (N, N) about z z'/H: it only leads, so float32 products will do.
    """

    z: Floats
    y: Bools
    gram: Floats
    centre: Floats
    cap: float


@dataclass(frozen=True)
class Place:
    """Weights w (N,), the logits that they say (H,), and the gradient (N,) of the mean log loss there."""

    w: Floats
    said: Floats
    slopes: Floats


@dataclass(frozen=True)
class Solution:
    """A place, and how many nats at most it is above the best, by a dual value in float64."""

    place: Place
    gap: float

    @property
    def w(self) -> Floats:
        """The weights (N,)."""
        return self.place.w

    @property
    def certified(self) -> bool:
        """Whether the gap is small enough to call this the best."""
        return self.gap <= CERTIFIED


def look(problem: Problem, w: Floats, said: Floats | None = None) -> Place:
    """What there is to know at some weights, in a pass over z, two where it is not known what they say."""
    logits = np.einsum("p,pm->m", w, problem.z) if said is None else said
    return Place(w, logits, np.einsum("pm,m->p", problem.z, expit(logits) - problem.y) / problem.y.size)


def grams(z: Floats, ends: list[int]) -> list[Floats]:
    """The products z z'/H (N, N) of the first H rows, for each H of `ends`, rising, in single precision."""
    total, found = np.zeros((z.shape[0], z.shape[0])), []
    for first, last in pairwise([0, *ends]):
        for at in range(first, last, _BLOCK):
            coarse: Singles = z[:, at : min(at + _BLOCK, last)].astype(np.float32)
            total += coarse @ coarse.T
        found.append(total / last)
    return found


def solve(problem: Problem, ridge: float, start: Place, enough: float = _ENOUGH) -> Solution:
    """The best weights for a ridge above zero, from any start; the best that was seen if time runs out.

    Each round minimises a quadratic form over the cone and goes to the lowest point on the way there. Logits
    of near fair coins bend the loss alike on all rows, so at first the curvature is a multiple of `gram`;
    where that does not suffice it is the loss's own (Newton).
    """
    at, best = start, Solution(start, np.inf)
    for number in range(_ROUNDS):
        gradient = at.slopes + 2.0 * ridge * (at.w - problem.centre)
        gap = max(shortfall(gradient, at.w, ridge, problem.cap), 0.0)
        if gap < best.gap:
            best = Solution(at, gap)
        if gap <= enough:
            break
        curvature = _bent(problem, at, exact=number >= _PLAIN_ROUNDS)
        curvature[np.diag_indices_from(curvature)] += 2.0 * ridge
        least = max(0.1 * enough, _INNER * gap)
        move = minimise(curvature, times(curvature, at.w) - gradient, at.w, ridge, problem.cap, least) - at.w
        change = np.einsum("p,pm->m", move, problem.z)
        length = _lowest(problem, ridge, at, move, change)
        if length == 0.0:
            break
        at = look(problem, at.w + length * move, at.said + length * change)
    return best


def _bent(problem: Problem, at: Place, exact: bool) -> Floats:
    """The second derivatives (N, N) of the mean log loss, exact or about."""
    p = expit(at.said)
    bends, z = p * (1.0 - p), problem.z
    if not exact:
        return problem.gram * float(bends.mean())
    total = np.zeros_like(problem.gram)
    for first in range(0, z.shape[1], _BLOCK):
        rows = z[:, first : first + _BLOCK]
        total += (rows * bends[first : first + _BLOCK]) @ rows.T
    return total / z.shape[1]


def _lowest(problem: Problem, ridge: float, at: Place, move: Floats, change: Floats) -> float:
    """The length in [0, 1] of the way w + length move at which the loss is least: Newton in a bracket."""
    fixed = 2.0 * ridge * float(move @ (at.w - problem.centre))
    bend = 2.0 * ridge * float(move @ move)
    low, high, length = 0.0, 1.0, 1.0
    for _ in range(_SEARCH):
        p = expit(at.said + length * change)
        slope = float(change @ (p - problem.y)) / p.size + fixed + length * bend
        if length == 1.0 and slope <= 0.0:
            return 1.0
        low, high = (length, high) if slope < 0.0 else (low, length)
        step = -slope / (float((change * change) @ (p * (1.0 - p))) / p.size + bend)
        following = length + step if low < length + step < high else 0.5 * (low + high)
        if abs(following - length) <= _ROUGHLY * length:
            return following
        length = following
    return low
