"""The reference world "Ensembles": forecasters who learnt once, in a world that drifts away from them.

Source: FORMULAS section 10. 15 Gaussian factors F, true weights w that drift by 0.15·noise/√15 an era, 60
eras of 500 rows, P(y = 1) = σ(0.16·F·w). 30 forecasters see four random factors each, with loadings
w_k + 0.1·noise and private noise of sd U(0.3, 2.0); logits of sd 0.12 × a miscalibration drawn from
{0.3, 1, 1, 1, 3}. The first eight are near-copies of one.

What the text leaves open, and what stands here:

* w begins as a random direction and is brought back to length one after each step, so that a late era is
  worth as much as an early one; without that the signal would be half as strong again at the end.
* The loadings are of the first era's w, and stay: whoever has learnt once becomes stale as w moves on, each
  at a pace of their own. That is what makes weights worth following.
* The view is standardised before the private noise is added, and the sum again, over all rows.
* A near-copy is the first one's standardised logits plus noise of a tenth of their sd; the miscalibration is
  drawn for each copy by itself.

Of the readings that were tried this one is the nearest to the figures that FORMULAS gives as first seen.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from benchmarks.worlds.panel import Panel

Vector = NDArray[np.float64]

ERAS, ROWS, FACTORS, FORECASTERS, SEEN, COPIES = 60, 500, 15, 30, 4, 8
SIGNAL, DRIFT, MISREAD, NOISE, COPYING = 0.16, 0.15, 0.1, (0.3, 2.0), 0.1
SPREAD, MISCALIBRATED = 0.12, (0.3, 1.0, 1.0, 1.0, 3.0)
RATE, SWING, MISHEARD = 0.1, 0.5, 0.3


@dataclass(frozen=True)
class Ensembles:
    """One world: the panel of its forecasters, and the true logits (M,) that the labels were drawn from."""

    seed: int
    panel: Panel
    truth: Vector


def ensembles(seed: int, eras: int = ERAS, rows: int = ROWS) -> Ensembles:
    """Make the world of a seed, with so many eras of so many rows."""
    rng = np.random.default_rng([2017, seed])
    weights = _drifting(rng, eras)
    factors = rng.normal(size=(FACTORS, eras * rows))
    truth = SIGNAL * np.einsum("km,mk->m", factors, np.repeat(weights, rows, axis=0))
    y = rng.random(truth.size) < expit(truth)
    views = np.array([_view(rng, factors, weights[0]) for _ in range(FORECASTERS)])
    views[1:COPIES] = [_scaled(views[0] + COPYING * rng.normal(size=truth.size)) for _ in range(1, COPIES)]
    boldness = SPREAD * rng.choice(MISCALIBRATED, FORECASTERS)
    names = tuple(f"forecaster {number}" for number in range(1, FORECASTERS + 1))
    panel = Panel(boldness[:, None] * views, y, np.arange(0, truth.size + 1, rows), names)
    return Ensembles(seed, panel, truth)


def rare(seed: int, eras: int = ERAS, rows: int = ROWS) -> Ensembles:
    """The world of a seed with one outcome in ten, more in some eras than in others.

    An era's true logits are moved by ln(0.1/0.9) plus 0.5·noise; a forecaster moves theirs by that plus
    0.3·noise of their own. The labels are drawn anew.
    """
    world, rng = ensembles(seed, eras, rows), np.random.default_rng([2018, seed])
    level = logit(RATE) + SWING * rng.normal(size=eras)
    said = level + MISHEARD * rng.normal(size=(FORECASTERS, eras))
    truth = world.truth + np.repeat(level, rows)
    z = world.panel.z + np.repeat(said, rows, axis=1)
    panel = Panel(z, rng.random(truth.size) < expit(truth), world.panel.starts, world.panel.names)
    return Ensembles(seed, panel, truth)


def _drifting(rng: np.random.Generator, eras: int) -> Vector:
    """The true weights of each era: (E, 15), of length one."""
    found = np.empty((eras, FACTORS))
    w = rng.normal(size=FACTORS)
    for era in range(eras):
        w = w / np.linalg.norm(w)
        found[era] = w
        w = w + DRIFT * rng.normal(size=FACTORS) / np.sqrt(FACTORS)
    return found


def _view(rng: np.random.Generator, factors: Vector, weights: Vector) -> Vector:
    seen = rng.choice(FACTORS, SEEN, replace=False)
    loadings = weights[seen] + MISREAD * rng.normal(size=SEEN)
    view = _scaled(loadings @ factors[seen])
    return _scaled(view + rng.uniform(*NOISE) * rng.normal(size=view.size))


def _scaled(values: Vector) -> Vector:
    scaled: Vector = (values - values.mean()) / values.std()
    return scaled
