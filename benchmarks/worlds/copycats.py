"""The reference world "Copycats": honest forecasters, and everyone who would live off one of them.

Source: FORMULAS section 10. 10 eras × 1,000 rows, 12 Gaussian factors F, weights w = √Dirichlet(1),
P(y = 1) = σ(0.14·F·w). 20 honest forecasters see five random factors each; the victim is the third best. The
first three eras are validation, the next three test, the last four live.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import rankdata

from tournaments.numerics.losses import log_loss
from tournaments.numerics.ranks import gaussian_ranks

Vector = NDArray[np.float64]

ERAS, ROWS, FACTORS, HONEST, SEEN = 10, 1_000, 12, 20, 5
SPLITS = (0, 3 * ROWS, 6 * ROWS, 10 * ROWS)
SIGNAL, SPREAD, MISREAD, NOISE = 0.14, 0.12, 0.15, (0.4, 1.0)
VICTIM = 2
CLASS = 6


@dataclass(frozen=True)
class Copycats:
    """One world: labels y (M,), honest probabilities p (20, M) in random order, and who is the victim."""

    seed: int
    y: NDArray[np.int64]
    p: Vector
    victim: int

    @property
    def prey(self) -> Vector:
        """The victim's probabilities (M,)."""
        one: Vector = self.p[self.victim]
        return one


def copycats(seed: int) -> Copycats:
    """Make the world of a seed."""
    rng = np.random.default_rng([2016, seed])
    factors = rng.normal(size=(FACTORS, ERAS * ROWS))
    weights = np.sqrt(rng.dirichlet(np.ones(FACTORS)))
    weights /= np.linalg.norm(weights)
    y = (rng.random(ERAS * ROWS) < expit(SIGNAL * (weights @ factors))).astype(np.int64)
    p = np.array([_honest(rng, factors, weights) for _ in range(HONEST)])
    losses = [log_loss(one[SPLITS[2] :], y[SPLITS[2] :]) for one in p]
    return Copycats(seed, y, p, int(np.argsort(losses)[VICTIM]))


def _honest(rng: np.random.Generator, factors: Vector, weights: Vector) -> Vector:
    seen = rng.choice(FACTORS, SEEN, replace=False)
    loadings = weights[seen] + MISREAD * rng.normal(size=SEEN)
    view = _scaled(loadings @ factors[seen])
    z = view + rng.uniform(*NOISE) * rng.normal(size=view.size)
    return np.asarray(expit(SPREAD * _scaled(z)))


def _scaled(values: Vector) -> Vector:
    scaled: Vector = (values - values.mean()) / values.std()
    return scaled


Attack = Callable[[Copycats, np.random.Generator], Vector]


def _noisy(sd: float) -> Attack:
    return lambda world, rng: expit(
        SPREAD * _scaled(_scaled(logit(world.prey)) + sd * rng.normal(size=world.y.size))
    )


def _mixed(others: int) -> Attack:
    def mix(world: Copycats, rng: np.random.Generator) -> Vector:
        rest = [place for place in range(HONEST) if place != world.victim]
        chosen = [world.victim, *rng.choice(rest, others - 1, replace=False)]
        return np.asarray(expit(SPREAD * _scaled(logit(world.p[chosen]).mean(axis=0))))

    return mix


def _turned(world: Copycats, _: np.random.Generator) -> Vector:
    return np.concatenate([world.prey[: SPLITS[1]], 1 - world.prey[SPLITS[1] :]])


def _snapped(world: Copycats, _: np.random.Generator) -> Vector:
    return np.clip(np.round(world.prey * 50) / 50, 0.02, 0.98)


ATTACKS: dict[str, Attack] = {
    "exact copy": lambda world, _: world.prey,
    "affine, 0.4 + 0.2p": lambda world, _: 0.4 + 0.2 * world.prey,
    "cube": lambda world, _: world.prey**3,
    "ranks": lambda world, _: rankdata(world.prey) / (world.y.size + 1),
    "snapped to 0.02": _snapped,
    "upside down, 1 − p": lambda world, _: 1 - world.prey,
    "p on validation, 1 − p after": _turned,
    "copy + 0.1 sd": _noisy(0.1),
    "copy + 0.3 sd": _noisy(0.3),
    "copy + 0.7 sd": _noisy(0.7),
    "copy + 1.0 sd": _noisy(1.0),
    "mix of 2": _mixed(2),
    "mix of 5": _mixed(5),
}
"""What an attacker may send who has the victim's file."""


def attack(world: Copycats, name: str) -> Vector:
    """The file (M,) of an attack in a world, always the same."""
    place = list(ATTACKS).index(name)
    return ATTACKS[name](world, np.random.default_rng([world.seed, place]))


Campaign = Callable[[Copycats, np.random.Generator], list[Vector]]


def _each(sd: float, count: int) -> Campaign:
    return lambda world, rng: [_noisy(sd)(world, rng) for _ in range(count)]


def _noises(world: Copycats, rng: np.random.Generator) -> list[Vector]:
    return [np.asarray(expit(SPREAD * rng.normal(size=world.y.size))) for _ in range(20)]


def _noisy_mix(world: Copycats, rng: np.random.Generator) -> list[Vector]:
    mixed = _scaled(logit(_mixed(5)(world, rng)))
    return [np.asarray(expit(SPREAD * _scaled(mixed + 0.5 * rng.normal(size=mixed.size))))]


CAMPAIGNS: dict[str, Campaign] = {
    "copy + 2.0 sd": _each(2.0, 1),
    "mix of 5, + 0.5 sd": _noisy_mix,
    "copy + 0.1 sd, then copy + 0.7 sd": lambda world, rng: [
        _noisy(0.1)(world, rng),
        _noisy(0.7)(world, rng),
    ],
    "five exact copies, then copy + 0.7 sd": lambda world, rng: [*[world.prey] * 5, _noisy(0.7)(world, rng)],
    "five sybils, copies + 0.7 sd each": _each(0.7, 5),
    "five sybils, copies + 1.0 sd each": _each(1.0, 5),
    "twenty files of noise": _noises,
}
"""What an attacker may send who can enter several times, or goes where the gate does not look."""


def files_of(world: Copycats, name: str) -> Vector:
    """The files (k, M) of an attack or a campaign in a world, in the order in which they come."""
    if name in ATTACKS:
        return attack(world, name)[None]
    place = len(ATTACKS) + list(CAMPAIGNS).index(name)
    return np.array(CAMPAIGNS[name](world, np.random.default_rng([world.seed, place])))


def classroom(world: Copycats) -> Vector:
    """A class (6, M) that ran one notebook: the victim's model, trained with other seeds."""
    rng = np.random.default_rng([world.seed, 99])
    z = _scaled(logit(world.prey))
    return np.array([expit(SPREAD * (z + 0.04 * rng.normal(size=z.size))) for _ in range(CLASS)])


def ranks_of(p: Vector) -> Vector:
    """Gaussian ranks (M,) of a file of this world, era by era and split by split."""
    parts = (p[first:last] for first, last in pairwise(SPLITS))
    return np.concatenate([gaussian_ranks(part, np.arange(0, part.size + 1, ROWS)) for part in parts])
