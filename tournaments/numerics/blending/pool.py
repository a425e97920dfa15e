"""`pool`: the linear opinion pool under which the labels were likeliest, with a proof of how near it is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, cholesky, solve_triangular
from scipy.optimize import nnls

from tournaments.numerics.blending.likelihoods import Likelihoods, likelihoods_in, likelihoods_of
from tournaments.numerics.blending.voices import PROBABILITIES, Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing, equal_weights
from tournaments.numerics.checks import Floats
from tournaments.numerics.losses import EPSILON

MIXES = PROBABILITIES
CERTIFIED = 1e-6
"""A duality gap, in nats a row, that is small enough."""

_AIM = 1e-8  # a pass more than CERTIFIED takes; what is left of the gap is then mostly rounding
_PASSES = 60
_JOIN = 30  # voices that join the active set after a pass
_INNER = 100
_HALVINGS = 40
_RIDGE = 1e-10  # of the mean curvature: voices that say the same have none between them


def fit(voices: Voices, facts: Facts, evidence: Evidence | None) -> Weighing:
    """Mix sum w p with the w of the simplex that make the evidence likeliest (FORMULAS section 5).

    Without evidence all weigh the same.
    """
    if evidence is None:
        return Weighing(equal_weights(voices.participants))
    return _solved(likelihoods_in(evidence))


def simplex_weights(p: npt.ArrayLike, y: npt.ArrayLike, eps: float = EPSILON) -> Weighing:
    """The weights (P,) on the simplex with the least log loss of sum w p, of p (P, H) and labels y (H,).

    With q = w Q the likelihoods of the mix, no weights at all have a loss more than
    max_j mean(Q_j / q) - 1 lower: log mean(q' / q) is at least mean log(q' / q), and linear in q'. That is
    `gap`, computed in float64 over all voices at the weights returned; `certified` says that it is at most
    CERTIFIED. Where there is no further progress, the best that was found is returned as it is.
    Identical voices weigh the same. Where other voices are linear in each other (P > H, at the latest) there
    are many such weights, which make the same mix; these are some of them.

    Method: sequential quadratic programmes on an active set (Kim, Carbonetto, Stephens and Anitescu 2020), a
    full pass for those who should join it.
    Raises NumericsError: as `likelihoods_of`.

    >>> simplex_weights([[0.9, 0.9, 0.1], [0.1, 0.1, 0.9]], [1, 1, 1]).weights.round(6).tolist()
    [0.708333, 0.291667]
    """
    return _solved(likelihoods_of(p, y, eps))


def _solved(likelihoods: Likelihoods) -> Weighing:
    weights = best = equal_weights(likelihoods.participants)
    gains = known = _gains(likelihoods, likelihoods.mean)
    passes = 1
    while gains.max() > _AIM and passes < _PASSES:
        following, mix = _improved(likelihoods, weights, gains, first=passes == 1)
        if np.array_equal(following, weights):
            break
        weights, gains, passes = following, _gains(likelihoods, mix), passes + 1
        if gains.max() < known.max():
            best, known = weights, gains
    even = likelihoods.shared(best, known)
    if not np.array_equal(even, best):
        known = _gains(likelihoods, likelihoods.of_mean(even))
    gap = max(float(known.max()), 0.0)
    settings = {"passes": float(passes), "heard": float(np.count_nonzero(even))}
    return Weighing(even, 1.0, gap, gap <= CERTIFIED, settings)


def _gains(likelihoods: Likelihoods, mix: Floats) -> Floats:
    """mean(Q_j / q) - 1 (P,), q = mix (H,): what more of each voice would gain, per unit of weight."""
    gains: Floats = likelihoods.means(1.0 / mix) - 1.0
    return gains


def _improved(likelihoods: Likelihoods, weights: Floats, gains: Floats, first: bool) -> tuple[Floats, Floats]:
    """Better weights (P,) of those who have some and those who would gain most; at first, of these only.

    And the likelihoods (H,) of their mix.
    """
    kept = np.flatnonzero((weights > 0.0) & (not first))
    waiting = np.where(gains > 0.0, gains, -np.inf)
    waiting[kept] = -np.inf
    joining = np.argsort(-waiting, kind="stable")[:_JOIN]
    heard = np.union1d(kept, joining[np.isfinite(waiting[joining])])
    start = equal_weights(heard.size) if first else weights[heard]
    found = np.zeros_like(weights)
    q = likelihoods.of(heard)
    found[heard] = _active(q, start, 0.1 * max(float(gains.max()), _AIM))
    return found, found[heard] @ q


def _active(q: Floats, weights: Floats, enough: float) -> Floats:
    """The weights (k,) of likelihoods q (k, H) whose duality gap among these k is at most `enough`.

    Newton's steps on -mean log(w q) + sum w over w >= 0, whose best w sums to one. A step that does not gain
    is replaced by one of expectation-maximisation, which never loses; one that cannot gain is the last.
    """
    loss, ratios = _loss(q, weights), np.empty_like(q)
    for _ in range(_INNER):
        np.multiply(q, 1.0 / (weights @ q), out=ratios)
        gains = np.mean(ratios, axis=1)
        if gains.max() - 1.0 <= enough:
            break
        found = _searched(q, weights, _newton(ratios, gains, weights), gains, loss)
        lower = _loss(q, found)
        if not lower < loss:
            found = weights * gains / (weights @ gains)
            lower = _loss(q, found)
            if not lower < loss:
                break
        weights, loss = found, lower
    return weights


def _loss(q: Floats, weights: Floats) -> float:
    return float(-np.mean(np.log(weights @ q)))


def _newton(ratios: Floats, gains: Floats, weights: Floats) -> Floats:
    """The w >= 0 (k,) at which the loss is least, were it the square that it looks like at these weights.

    With the curvature C = L L', that is the least |L'w - L⁻¹(C weights + gains - 1)|².
    """
    curvature = ratios @ ratios.T / ratios.shape[1]
    curvature[np.diag_indices_from(curvature)] += _RIDGE * np.trace(curvature) / weights.size
    try:
        lower = cholesky(curvature, lower=True)
        wanted = solve_triangular(lower, curvature @ weights + gains - 1.0, lower=True)
        found: Floats = nnls(lower.T, wanted)[0]
    except (LinAlgError, RuntimeError, ValueError):  # hopelessly scaled, or too slow: there is another step
        return weights
    return found


def _searched(q: Floats, weights: Floats, target: Floats, gains: Floats, loss: float) -> Floats:
    """As much of the way to the target as gains what its slope promises (Armijo's rule), summing to one."""
    way, here = target - weights, weights @ q
    promised, ahead = float((1.0 - gains) @ way), (target - weights) @ q
    part, whole = 1.0, float(way.sum())
    for _ in range(_HALVINGS):
        there = here + part * ahead
        if there.min() > 0.0 and -np.mean(np.log(there)) + part * whole <= loss + 1e-4 * part * promised:
            moved = np.maximum(weights + part * way, 0.0)
            return moved / moved.sum()
        part *= 0.5
    return weights
