"""Bad company: a round of the world "Ensembles" in which three files in ten are worth nothing, or worse.

21 forecasters of the world are good; the nine bad files are made of the other nine, of the good ones', or of
noise. The round has validation eras, which one who memorises knows by heart, resolved eras that blends are
fitted on, and eras that they are judged on, by the world's own probabilities: luck of labels is not in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.worlds.ensembles import ROWS, SPREAD, Ensembles, ensembles
from benchmarks.worlds.panel import Panel, Vector
from tournaments.numerics.blending.registry import blend, default_of
from tournaments.numerics.blending.weighing import Facts

GOOD, BAD = 21, 9
VALIDATION, JUDGED = 3, 10
CONSTANT, TREMOR = 0.02, 1e-6
SURE = 8.0  # the logit of one who knows


@dataclass(frozen=True)
class Round:
    """Forecasters (N, M) on eras of validation, then `fitted` resolved ones, then those that are judged."""

    panel: Panel
    truth: Vector
    fitted: int

    def of(self, z: Vector) -> "Round":
        """Other forecasters on the same rows."""
        names = tuple(f"file {place}" for place in range(len(z)))
        return Round(Panel(z, self.panel.y, self.panel.starts, names), self.truth, self.fitted)

    @property
    def good(self) -> "Round":
        """The good ones alone."""
        return self.of(self.panel.z[:GOOD])

    @property
    def judged(self) -> slice:
        """The rows that are judged."""
        return slice(int(self.panel.starts[VALIDATION + self.fitted]), None)


@dataclass(frozen=True)
class Source:
    """What bad files are made of: logits of the good (21, M), of the others (9, M), labels (M,), noise.

    known: how many rows, the first ones, are of validation.
    """

    good: Vector
    others: Vector
    y: NDArray[np.bool_]
    known: int
    rng: np.random.Generator

    def junk(self, sd: float = SPREAD) -> Vector:
        """Noise (9, M) that looks like a forecast."""
        return sd * self.rng.normal(size=self.others.shape)


def _memorisers(source: Source) -> Vector:
    found = source.junk()
    found[:, : source.known] = np.where(source.y, SURE, -SURE)[: source.known]
    return found


def _all_kinds(source: Source) -> Vector:
    kinds = [make(source) for name, make in KINDS.items() if name != MIXTURE]
    return np.array([kinds[place % len(kinds)][place] for place in range(BAD)])


MIXTURE = "some of each"
KINDS: dict[str, Callable[[Source], Vector]] = {
    "junk": lambda source: source.junk(),
    "inverted": lambda source: -source.others,
    "inverted good ones": lambda source: -source.good[:BAD],
    "five times overconfident": lambda source: 5.0 * source.others,
    "constant but for noise": lambda source: CONSTANT + source.junk(TREMOR),
    "duplicates of one": lambda source: np.repeat(source.good[-1:], BAD, axis=0),
    "memorisers of validation": _memorisers,
    MIXTURE: _all_kinds,
}
"""What the nine bad files may be."""


def round_with(kind: str, seed: int, fitted: int, rows: int = ROWS) -> Round:
    """The round of a seed with 21 good and nine bad files of a kind."""
    world = _world(seed, VALIDATION + fitted + JUDGED, rows)
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    z = world.panel.z[np.random.default_rng([seed, 30]).permutation(GOOD + BAD)]
    source = Source(z[:GOOD], z[GOOD:], world.panel.y, VALIDATION * rows, rng)
    whole = Round(world.panel, world.truth, fitted)
    return whole.of(np.concatenate([z[:GOOD], KINDS[kind](source)]))


@lru_cache(maxsize=64)
def _world(seed: int, eras: int, rows: int) -> Ensembles:
    """Every kind of bad files joins the same good ones."""
    return ensembles(seed, eras, rows)


def said(one: Round, name: str | None = None) -> Vector:
    """What a blend, or the default one, says of the judged rows, fitted on the resolved eras alone."""
    after = one.panel.between(VALIDATION, one.panel.eras).evidence()
    past = after.before(one.fitted) if one.fitted else None
    rows = slice(int(after.starts[one.fitted]), None)
    return blend(name or default_of(one.fitted), after.voices.rows(rows), Facts(), past).p


def cost(one: Round, p: Vector) -> float:
    """Nats a row that p loses on the judged rows against the plain mean of the good ones' logits."""
    plain = expit(one.good.panel.z[:, one.judged].mean(axis=0))
    chance = expit(one.truth[one.judged])
    return float(np.mean(_expected(p, chance) - _expected(plain, chance)))


def _expected(p: Vector, chance: Vector) -> Vector:
    found: Vector = -chance * np.log(p) - (1.0 - chance) * np.log1p(-p)
    return found
