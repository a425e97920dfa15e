"""`greedy`: pick whichever voice makes the mix likeliest, again and again. Caruana et al. (2004), bagged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tournaments.numerics import mixtures
from tournaments.numerics.blending import screening
from tournaments.numerics.blending.likelihoods import Likelihoods, likelihoods_in, likelihoods_of
from tournaments.numerics.blending.voices import PROBABILITIES, Voices
from tournaments.numerics.blending.weighing import Evidence, Facts, Weighing, equal_weights
from tournaments.numerics.checks import Floats, Ints, Singles
from tournaments.numerics.losses import EPSILON

MIXES = PROBABILITIES
STEPS = 100
BAGS = 8
TIE = 1e-13
"""Voices whose mixes are this near in nats a row do the same; the first of them is picked."""

_AT_ONCE = 4  # as many as `mixtures.log_sums` takes side by side


def fit(voices: Voices, facts: Facts, evidence: Evidence | None) -> Weighing:
    """Mix sum w p, w_j the share of the picks that voice j got in all bags together (FORMULAS section 5).

    Without evidence all weigh the same.
    """
    if evidence is None:
        return Weighing(equal_weights(voices.participants))
    return _bagged(likelihoods_in(evidence), facts.seed, STEPS)


def greedy_weights(
    p: npt.ArrayLike, y: npt.ArrayLike, seed: int, steps: int = STEPS, eps: float = EPSILON
) -> Weighing:
    """The share (P,) of the picks of each of P voices, over BAGS bags of `steps` picks, with replacement.

    Selection on p (P, H) and labels y (H,) is repeated on random halves of the voices, so that no single one
    carries all of it (Caruana, Niculescu-Mizil, Crew and Ksikes 2004 draw halves, too). Here a draw makes two
    bags, one of each half: every voice is in half of the bags. Fewer than BAGS voices are one bag. Which bags
    a voice is in depends on its rank by its own log loss, not on the order in which voices come; identical
    voices weigh the same.
    Raises NumericsError: as `likelihoods_of`.

    >>> greedy_weights([[0.9, 0.9, 0.1], [0.1, 0.1, 0.9]], [1, 1, 1], seed=1).weights.tolist()
    [0.71, 0.29]
    """
    return _bagged(likelihoods_of(p, y, eps), seed, steps)


def picks(p: npt.ArrayLike, y: npt.ArrayLike, steps: int = STEPS, eps: float = EPSILON) -> Ints:
    """Which voice is picked at each step (steps,), of all voices p (P, H) with labels y (H,), without bags.

    The picks are those of scoring every mix at every step, which is not done: bounds leave out most.
    Raises NumericsError: as `likelihoods_of`.

    >>> picks([[0.9, 0.9, 0.1], [0.1, 0.1, 0.9]], [1, 1, 1], steps=4).tolist()
    [0, 1, 0, 0]
    """
    likelihoods = likelihoods_of(p, y, eps)
    everyone = np.arange(likelihoods.participants)
    screen = screening.in_single_precision(likelihoods.p, likelihoods.against)
    return _picked(likelihoods, screen, everyone, _alone(likelihoods), steps)


def _bagged(likelihoods: Likelihoods, seed: int, steps: int) -> Weighing:
    alone = _alone(likelihoods)
    screen = screening.in_single_precision(likelihoods.p, likelihoods.against)
    ranked = np.argsort(-alone, kind="stable")
    bags = [ranked[bag] for bag in _bags(ranked.size, seed)]
    counts = np.zeros(ranked.size)
    for bag in bags:
        counts += np.bincount(_picked(likelihoods, screen, bag, alone, steps), minlength=ranked.size)
    weights = likelihoods.shared(counts / counts.sum(), alone)
    return Weighing(weights, settings={"bags": float(len(bags)), "steps": float(steps)})


def _bags(voices: int, seed: int) -> list[Ints]:
    """Places in the ranking: each draw cuts them in two, the better ones first in both halves."""
    if voices < BAGS:
        return [np.arange(voices)]
    random = np.random.default_rng(seed)
    draws = [random.permutation(voices) for _ in range(BAGS // 2)]
    return [np.sort(half) for draw in draws for half in np.array_split(draw, 2)]


def _alone(likelihoods: Likelihoods) -> Floats:
    """The mean log likelihood (P,) of each voice: a mix of itself and nobody."""
    return _gains(likelihoods, np.arange(likelihoods.participants), None)


def _gains(likelihoods: Likelihoods, who: Ints, summed: Floats | None) -> Floats:
    """Mean ln((S + Q_j) / S) (k,) of some voices, S = summed (H,); mean ln Q_j without any picks."""
    against, ones = likelihoods.against, np.ones(likelihoods.participants)
    signs = 1.0 - 2.0 * against
    base, slope = (against - 1.0, signs) if summed is None else (against / summed, signs / summed)
    return mixtures.log_sums(likelihoods.p, who, base, slope, ones, 0.0) / against.size


def _picked(likelihoods: Likelihoods, screen: Singles, who: Ints, alone: Floats, steps: int) -> Ints:
    """The picks (steps,) among voices `who` (k,), the first of those that tie in the order of `who`."""
    found = np.empty(steps, dtype=np.int64)
    summed = np.zeros(likelihoods.against.size)
    for step in range(steps):
        place = _first_of_best(alone[who]) if step == 0 else _best(likelihoods, screen, who, summed, step)
        found[step] = who[place]
        summed += likelihoods.of(found[step : step + 1])[0]
    return found


def _best(likelihoods: Likelihoods, screen: Singles, who: Ints, summed: Floats, step: int) -> int:
    """The place in `who` (k,) of the next pick: those who may be best by their bounds are scored."""
    # The bounds are on mean ln(1 + u), which is the gain less what a copy of the mix would gain.
    tops = screening.bounds(screen, who, summed, step) + np.log1p(1.0 / step)
    order = np.argsort(-tops, kind="stable")
    gains = np.full(who.size, -np.inf)
    best, at = -np.inf, 0
    while at < order.size and tops[order[at]] >= best - 2.0 * TIE:
        some = order[at : at + _AT_ONCE]
        gains[some] = _gains(likelihoods, who[some], summed)
        best, at = max(best, float(gains[some].max())), at + _AT_ONCE
    return _first_of_best(gains)


def _first_of_best(gains: Floats) -> int:
    return int(np.argmax(gains >= gains.max() - TIE))
