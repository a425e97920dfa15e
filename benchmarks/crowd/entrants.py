"""The demo's crowd: about thirty honest participants with real models, and three who cheat.

Honest models see the training file and the tournament's features, never its labels. Each looks at a few of
the 21 features, at a stretch of time and at a sample of rows, so that no two of them are one idea twice.
"""

import warnings
from collections.abc import Callable
from concurrent.futures import as_completed
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import iqr
from sklearn.exceptions import ConvergenceWarning

from benchmarks.crowd.likeness import layout_of, left_over, likeness, ranks
from benchmarks.crowd.models import RECIPES, Vector, confidence, evidence
from benchmarks.crowd.roster import COPY, MIX, NOISY_COPY, SEATS, Seat
from benchmarks.crowd.workers import workers
from benchmarks.worlds.world import FEATURES, World, era_numbers

PRACTICE = 0.2  # the last part of a window's eras, kept from the model to choose its confidence
CANDIDATES = 300  # subsets of features that are drawn for each seat
DULL = 0.35  # the share of them that tells too little of the target
NOISE = 0.1  # of the standard deviation of the victim's logits
LOGIT_SD = (0.01, 0.6)  # nobody is quite sure of nothing, nor surer than such data allows
ABLE = 16  # how many of the best in practice are candidates for the mix
MIX_LIMIT = 0.90  # of abs(ρ): the mix should pass the gate at 0.95 and be named by its residual instead


@dataclass(frozen=True)
class Entrant:
    """A participant of the demo.

    alias, kind: its public name and what it does in five words; forecasters: name → probabilities, (M,) in
    the order of the tournament file; practice: name → gain in nats on the part of the training file that was
    kept back (empty for those who copy); copied: the aliases it copies from.
    """

    alias: str
    kind: str
    forecasters: dict[str, Vector]
    practice: dict[str, float]
    copied: tuple[str, ...] = ()

    @property
    def honest(self) -> bool:
        """Whether its predictions are its own work."""
        return not self.copied


def crowd(world: World, seed: int = 0, on_done: Callable[[str], None] = lambda name: None) -> list[Entrant]:
    """Fit all models and return the participants in order of submission, those who copy last.

    on_done is called with each forecaster's "alias" or "alias / name" as it is ready. Two processes work; the
    result does not depend on their order. Takes under a minute for the original's size.
    """
    training = world.training[list(FEATURES)].to_numpy(dtype=np.float32)
    target = world.training["target"].to_numpy(dtype=np.int64)
    era = era_numbers(world.training["era"])
    tournament = world.tournament[list(FEATURES)].to_numpy(dtype=np.float32)
    subsets = feature_subsets(training, target, seed)
    done: dict[int, tuple[Vector, float]] = {}
    with workers() as pool:
        jobs = [
            pool.submit(forecast, number, training[:, columns], target, era, tournament[:, columns], seed)
            for number, columns in enumerate(subsets)
        ]
        for job in as_completed(jobs):
            number, p, gain = job.result()
            done[number] = p, gain
            on_done(label(SEATS[number]))
    honest = seated(done)
    return [*honest, *cheats(honest, world, seed)]


def label(seat: Seat) -> str:
    """How a forecaster is called in a progress line."""
    return seat.alias if seat.forecaster == "main" else f"{seat.alias} / {seat.forecaster}"


def feature_subsets(
    training: NDArray[np.float32], target: NDArray[np.int64], seed: int
) -> list[NDArray[np.int64]]:
    """For each seat the feature columns it looks at, from training (T, 21) and target (T,).

    Of many random subsets the more informative half is kept, and of these the one whose linear regression is
    least like those of the seats before it: what different people find is mostly what they look at.
    """
    rng = np.random.default_rng([seed, 21])
    x = (training - training.mean(axis=0)) / training.std(axis=0)
    gram = (x.T @ x / len(x)).astype(float)
    with_target = (x.T @ (target - target.mean()) / len(x)).astype(float)
    taken = np.zeros((0, len(FEATURES)))
    subsets = []
    for seat in SEATS:
        drawn = [np.sort(rng.permutation(len(FEATURES))[: seat.features]) for _ in range(CANDIDATES)]
        slopes = np.array([_slopes(gram, with_target, subset) for subset in drawn])
        skill = slopes[:, 0] @ with_target
        slopes /= np.sqrt(np.einsum("ckf,fg,ckg->ck", slopes, gram, slopes))[..., None]
        alike = np.abs(slopes @ gram @ taken.T).max(axis=(1, 2), initial=0.0)
        best = int(np.argmin(np.where(skill >= np.quantile(skill, DULL), alike, np.inf)))
        taken = np.vstack([taken, slopes[best]])
        subsets.append(drawn[best])
    return subsets


def _slopes(gram: Vector, with_target: Vector, subset: NDArray[np.int64]) -> Vector:
    # Two of the ways in which models weigh features: all at once (regression), each by itself (naive Bayes).
    slopes = np.zeros((2, len(with_target)))
    ridge = 0.01 * np.eye(len(subset))
    slopes[0, subset] = np.linalg.solve(gram[np.ix_(subset, subset)] + ridge, with_target[subset])
    slopes[1, subset] = with_target[subset]
    return slopes


def forecast(
    number: int,
    training: NDArray[np.float32],
    target: NDArray[np.int64],
    era: NDArray[np.int64],
    tournament: NDArray[np.float32],
    seed: int,
) -> tuple[int, Vector, float]:
    """Fit seat `number` and predict: (number, probabilities of the tournament's rows, gain in practice).

    training (T, F) and tournament (M, F) have the F features that it looks at; target and era (T,).
    """
    rng = np.random.default_rng([seed, 1 + number])
    return number, *predicted(SEATS[number], training, target, era, tournament, rng)


def predicted(
    seat: Seat,
    training: NDArray[np.float32],
    target: NDArray[np.int64],
    era: NDArray[np.int64],
    tournament: NDArray[np.float32],
    rng: np.random.Generator,
) -> tuple[Vector, float]:
    """What a seat's model says of the tournament's rows (M,), and its gain in practice; as `forecast`."""
    eras = np.unique(era)
    first, last = (round(share * (len(eras) - 1)) for share in seat.window)
    kept = eras[last - int(PRACTICE * (last - first))]
    seen = _sample(np.flatnonzero((era >= eras[first]) & (era < kept)), seat.rows, rng)
    unseen = _sample(np.flatnonzero((era >= kept) & (era <= eras[last])), 20_000, rng)
    model = RECIPES[seat.recipe](int(rng.integers(2**31)))
    with warnings.catch_warnings():
        # The small networks stop early on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(training[seen], target[seen])
    score = evidence(model, training[unseen])
    mean, sd = float(score.mean()), max(float(score.std()), 1e-12)
    score = (score - mean) / sd
    slope = float(np.clip(confidence(score, target[unseen]), *LOGIT_SD))
    shift = float(logit(target.mean()))
    right = 2 * target[unseen] - 1
    gain = float(np.mean(np.log(2 * expit(right * (slope * score + shift)))))
    z = slope * (evidence(model, tournament) - mean) / sd + shift
    return np.round(expit(z), 6), gain


def _sample(rows: NDArray[np.int64], most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))


def seated(done: dict[int, tuple[Vector, float]]) -> list[Entrant]:
    """The honest participants in the order of SEATS, from each seat's probabilities and practice gain."""
    entrants: dict[str, Entrant] = {}
    for number, seat in enumerate(SEATS):
        p, gain = done[number]
        entrant = entrants.setdefault(seat.alias, Entrant(seat.alias, seat.kind, {}, {}))
        entrant.forecasters[seat.forecaster] = p
        entrant.practice[seat.forecaster] = gain
    return list(entrants.values())


def cheats(honest: list[Entrant], world: World, seed: int) -> list[Entrant]:
    """An exact copy, a noisy copy, and a mix, of those who did well in practice (labels nobody has)."""
    single = [entrant for entrant in honest if len(entrant.forecasters) == 1]
    single.sort(key=lambda entrant: -entrant.practice["main"])
    copied, blurred = single[2], single[4]
    rng = np.random.default_rng([seed, 3])
    z = logit(blurred.forecasters["main"])
    # By the quartiles: a few sure rows would make the sd larger than the spread of most.
    z = z + NOISE * iqr(z, scale="normal") * rng.standard_normal(len(z))
    first, second, mixed = best_mix(single[:ABLE], honest, world)
    return [
        Entrant(*COPY, {"main": copied.forecasters["main"].copy()}, {}, (copied.alias,)),
        Entrant(*NOISY_COPY, {"main": np.round(expit(z), 6)}, {}, (blurred.alias,)),
        Entrant(*MIX, {"main": mixed}, {}, (first.alias, second.alias)),
    ]


def best_mix(able: list[Entrant], honest: list[Entrant], world: World) -> tuple[Entrant, Entrant, Vector]:
    """The two whose average a look at residuals finds most surely, and that average.

    An average beyond MIX_LIMIT is the worse the more it is like any one honest file: it would be gated as a
    copy of that.
    """
    layout = layout_of(world)
    seen = {one.alias: [ranks(p, layout) for p in one.forecasters.values()] for one in honest}
    others = np.array([g for own in seen.values() for g in own])

    def misfit(pair: tuple[Entrant, Entrant]) -> tuple[float, float]:
        g = ranks(_average(*pair), layout)
        nearest = float(likeness(g, others, layout).max())
        return max(nearest, MIX_LIMIT), left_over(g, seen[pair[0].alias][0], seen[pair[1].alias][0])

    first, second = min(combinations(able, 2), key=misfit)
    return first, second, _average(first, second)


def _average(first: Entrant, second: Entrant) -> Vector:
    return np.round((first.forecasters["main"] + second.forecasters["main"]) / 2, 6)
