"""The weights that `stack` may give: none negative, none above its cap of their sum. A polyhedral cone."""

from __future__ import annotations

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from tournaments.numerics.checks import Floats

_STEPS = 200
_ROUNDS, _BURST = 10, 8  # rounds, and the steps of gradient projection in the first
_FACES, _HALVINGS = 2, 3
_LEAST, _TOUCHES = 1e-12, 1e-12  # a weight this near to a bound, measured by the largest, is at it


def times(matrix: Floats, x: Floats) -> Floats:
    """A matrix (N, N) times x (N,), by einsum's own loops: BLAS would wake threads for it."""
    product: Floats = np.einsum("ij,j->i", matrix, x)
    return product


def project(v: Floats, cap: float) -> Floats:
    """The nearest w to v (N,) with 0 <= w_j <= cap sum(w), where N caps are not less than one.

    Where the cap binds, w = clip(v + h, 0, t) with t = cap sum(w) and h = cap sum(max(0, v - (t - h))), which
    is one falling, piecewise linear equation in t - h: Newton inside a bracket on sorted sums, O(N log N).

    >>> project(np.array([3.0, 1.0, -1.0]), 1.0).tolist()
    [3.0, 1.0, 0.0]
    >>> project(np.array([3.0, 1.0, -5.0]), 0.5).tolist()
    [2.0, 2.0, 0.0]
    """
    w = np.maximum(v, 0.0)
    if cap >= 1.0 or w.max() <= cap * w.sum():
        return w
    top, shift = _level(np.sort(v)[::-1], cap)
    return np.clip(v + shift, 0.0, top)


def _level(falling: Floats, cap: float) -> tuple[float, float]:
    """T and h of `project` for sorted v; t = 0 where the sum of the 1/cap largest is not above zero."""
    sums = np.concatenate(([0.0], np.cumsum(falling)))
    rising = -falling
    whole = min(int(np.ceil(1.0 / cap - 1e-12)), falling.size)
    low, high = float(falling[whole - 1]), float(falling[0])
    if sums[whole - 1] + (1.0 / cap - (whole - 1)) * low <= 0.0:
        return 0.0, 0.0
    at, top, shift = high, high, 0.0
    for _ in range(_STEPS):
        capped = int(np.searchsorted(rising, -at))  # how many are above `at`
        shift = cap * (float(sums[capped]) - capped * at)
        heard = max(capped, int(np.searchsorted(rising, shift)))
        top = at + shift
        free = heard - capped
        rest = float(sums[heard] - sums[capped]) + free * shift + (capped - 1.0 / cap) * top
        low, high = (at, high) if rest > 0.0 else (low, at)
        step = rest / (cap * capped * free + (1.0 - cap * capped) ** 2 / cap)
        following = at + step if low < at + step < high else 0.5 * (low + high)
        if rest == 0.0 or following in (at, low, high):
            break
        at = following
    return max(top, 0.0), shift


def shortfall(gradient: Floats, w: Floats, ridge: float, cap: float) -> float:
    """How far a function may be above its least over the cone where it has this gradient at w (N,).

    The function is a convex one plus ridge |w - c|², c any: at no x is it less than f(w) + gradient·(x - w)
    + ridge |x - w|², of which a projection finds the least. That is the duality gap at w with the dual
    variables that belong to w (Fenchel), and zero at the best.
    """
    moved = w - project(w - gradient / (2.0 * ridge), cap)
    return float(gradient @ moved) - ridge * float(moved @ moved)


def minimise(
    curvature: Floats, pull: Floats, start: Floats, ridge: float, cap: float, enough: float
) -> Floats:
    """The w of the cone with the least ½ w·Cw - pull·w to within `enough`, where C (N, N) >= 2 ridge > 0.

    Accelerated gradient projection, twice as long each round, finds which bounds hold; Newton's steps on that
    face end it (after Moré and Toraldo 1991). Every step gains, and the rounds are counted.
    """
    w = project(start, cap)
    gradient = times(curvature, w) - pull
    pace = 1.0 / float(min(np.abs(curvature).sum(axis=1).max(), np.sqrt((curvature * curvature).sum())))
    for number in range(_ROUNDS):
        if shortfall(gradient, w, ridge, cap) <= enough:
            break
        before = w
        move = _descended(curvature, pull, w, cap, pace, _BURST * 2**number) - w
        w, gradient = _step(curvature, w, gradient, move)
        if shortfall(gradient, w, ridge, cap) <= enough:
            break
        for _ in range(_FACES):
            way = _face_best(curvature, pull, w, cap) - w
            if not way.any():
                break
            move = _bent(curvature, w, gradient, way, cap)
            w, gradient = _step(curvature, w, gradient, move)
            if np.abs(move - way).max() <= _TOUCHES * w.max():
                break
        if w is before:
            break  # what is left is rounding
    return w


def _descended(curvature: Floats, pull: Floats, w: Floats, cap: float, pace: float, steps: int) -> Floats:
    """Where so many steps of gradient projection lead, with Nesterov's momentum, dropped when it misleads."""
    ahead, age = w, 1.0
    for _ in range(steps):
        reached = project(ahead - pace * (times(curvature, ahead) - pull), cap)
        older, age = age, 0.5 + np.sqrt(0.25 + age * age)
        if float((ahead - reached) @ (reached - w)) > 0.0:
            older = age = 1.0
        ahead, w = reached + (older - 1.0) / age * (reached - w), reached
    return w


def _step(curvature: Floats, w: Floats, gradient: Floats, move: Floats) -> tuple[Floats, Floats]:
    """The lowest point between w and w + move, and the gradient there."""
    slope, bend = float(gradient @ move), times(curvature, move)
    bent = float(move @ bend)
    if not (slope < 0.0 and bent > 0.0):
        return w, gradient
    length = min(1.0, -slope / bent)
    return w + length * move, gradient + length * bend


def _bent(curvature: Floats, w: Floats, gradient: Floats, way: Floats, cap: float) -> Floats:
    """As much of a way as still gains when it is bent at the sides of the cone; zeros stay zeros."""
    heard, move, part = w > 0.0, np.zeros_like(w), 1.0
    for _ in range(_HALVINGS):
        move[heard] = project(w[heard] + part * way[heard], cap) - w[heard]
        if -float(gradient @ move) >= 0.5 * float(move @ times(curvature, move)):
            break
        part *= 0.5
    return move


def _face_best(curvature: Floats, pull: Floats, w: Floats, cap: float) -> Floats:
    """The least of the form where zeros stay zero and the capped stay at their cap, whatever else."""
    top, tiny = cap * w.sum(), _TOUCHES * w.max()
    heard = w > tiny
    capped = heard & (w >= top - tiny) if cap < 1.0 else np.zeros_like(heard)
    free, count = heard & ~capped, int(capped.sum())
    found = np.zeros_like(w)
    if not free.any():
        found[capped] = pull[capped].sum() / max(float(curvature[np.ix_(capped, capped)].sum()), _LEAST)
        return found
    reduced, wanted, share = curvature[np.ix_(free, free)], pull[free], 0.0
    if count:
        # Each of the capped weighs share * (sum of the free): w = Tv, and C becomes T'CT, pull T'pull.
        share = 1.0 / max(1.0 / cap - count, _LEAST)
        across = share * curvature[np.ix_(free, capped)].sum(axis=1)
        reduced = reduced + across[:, None] + across[None, :]
        reduced += share * share * curvature[np.ix_(capped, capped)].sum()
        wanted = wanted + share * pull[capped].sum()
    try:
        found[free] = cho_solve(cho_factor(reduced, check_finite=False), wanted, check_finite=False)
    except LinAlgError:
        return w  # singular to rounding: the gradient goes on alone
    found[capped] = share * found[free].sum()
    return found
