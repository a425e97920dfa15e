"""Blends that are fitted, and what each participant adds to one (rows 9 to 11)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.metrics import log_loss as sklearn_log_loss

from benchmarks.race import Bar, Race
from benchmarks.races.sizes import CROWD, ROWS, UNIT, gemv
from tournaments.numerics.blending.greedy import STEPS, TIE, picks
from tournaments.numerics.blending.pool import CERTIFIED, simplex_weights
from tournaments.numerics.blending.weighing import Weighing
from tournaments.numerics.checks import Bools, Floats
from tournaments.numerics.leave_one_out import loo_of_pool

SOME_STEPS, STEPS_BY_PEER, SCORED_BY_PEER, SOLVED_BY_PEER = 20, 2, 20, 100
FEW, FEW_ROWS = 60, 2_000


@dataclass(frozen=True)
class Field:
    """A crowd's probabilities p (N, M) and the labels y (M,): the reference world "Ensembles", but larger."""

    p: Floats
    y: Bools

    @classmethod
    def of(cls, rng: np.random.Generator, crowd: int, rows: int = ROWS) -> "Field":
        """15 factors move the labels; each forecaster sees 4 of them, with noise, and is too bold or not."""
        factors, weights = rng.normal(size=(15, rows)), rng.normal(size=15) / np.sqrt(15)
        p = np.empty((crowd, rows))
        for row in p:
            seen = rng.choice(15, 4, replace=False)
            z = (weights[seen] + 0.1 * rng.normal(size=4)) @ factors[seen]
            z = z / z.std() + rng.uniform(0.3, 2.0) * rng.normal(size=rows)
            row[:] = expit(z * (0.12 * rng.choice([0.3, 1.0, 1.0, 1.0, 3.0]) / z.std()))
        return cls(p, rng.random(rows) < expit(0.16 * weights @ factors))

    def some(self, crowd: int, rows: int = ROWS) -> "Field":
        """A smaller one."""
        return Field(self.p[:crowd, :rows].copy(), self.y[:rows])

    @property
    def likelihoods(self) -> Floats:
        """What each held likely of what happened (N, M)."""
        return np.where(self.y, self.p, 1.0 - self.p)


def races(quick: bool) -> Iterator[Race]:
    """Yield the races of the blends."""
    field = Field.of(np.random.default_rng(2004), CROWD // 5 if quick else CROWD)
    yield from _greedy(field, quick)
    yield from _leave_one_out(field, quick)
    yield from _pool(field, quick)


def _brute_force(field: Field, steps: int) -> list[int]:
    q = field.likelihoods
    summed, found = np.zeros(q.shape[1]), []
    for _ in range(steps):
        scores = np.array([np.mean(np.log(summed + one)) for one in q])
        found.append(int(np.argmax(scores >= scores.max() - TIE)))
        summed += q[found[-1]]
    return found


def _greedy(field: Field, quick: bool) -> Iterator[Race]:
    crowd = len(field.p)
    name = f"greedy selection among {crowd:,}, a step of"
    if not quick:  # exact scores of the few best cost the same where the crowd is small
        yield Race(f"{name} {STEPS}", UNIT, lambda: picks(field.p, field.y), gemv(crowd),
                   Bar(2.5, at_most=True), ours_parts=STEPS)  # fmt: skip
    few = field.some(FEW, FEW_ROWS)

    def same(ours: Floats, brute: list[int]) -> bool:
        every_step = picks(few.p, few.y).tolist() == _brute_force(few, STEPS)
        return every_step and ours[:STEPS_BY_PEER].tolist() == brute

    yield Race(
        f"{name} {SOME_STEPS}, against brute force",
        f"every mix scored by NumPy, timed on {STEPS_BY_PEER} steps",
        lambda: picks(field.p, field.y, SOME_STEPS),
        lambda: _brute_force(field, STEPS_BY_PEER),
        Bar(10),
        ours_parts=SOME_STEPS,
        peer_parts=STEPS_BY_PEER,
        agree=same,
    )


def _leave_one_out(field: Field, quick: bool) -> Iterator[Race]:
    crowd = len(field.p)
    weights = np.random.default_rng(7).dirichlet(np.ones(crowd))
    name = f"leave-one-out of all {crowd:,} of a pool"
    if not quick:  # a matrix of 200 rows stays in some caches, and the unit with it
        yield Race(name, UNIT, lambda: loo_of_pool(field.p, weights, field.y), gemv(crowd),
                   Bar(6, at_most=True))  # fmt: skip
    whole = weights @ field.p

    def peer() -> list[float]:
        own = sklearn_log_loss(field.y, whole)
        left = ((whole - w * p) / (1 - w) for w, p in zip(weights, field.p[:SCORED_BY_PEER], strict=False))
        return [sklearn_log_loss(field.y, one) - own for one in left]

    yield Race(
        f"{name}, against scikit-learn",
        f"subtract and scikit-learn, timed on {SCORED_BY_PEER}",
        lambda: loo_of_pool(field.p, weights, field.y),
        peer,
        Bar(50),
        peer_parts=SCORED_BY_PEER / crowd,
        agree=lambda a, b: np.allclose(a[:SCORED_BY_PEER], b, rtol=0, atol=1e-12),
    )


def _loss(weights: Floats, q: Floats) -> float:
    return float(-np.mean(np.log(weights @ q)))


def _gap(weights: Floats, q: Floats) -> float:
    return float((q / (weights @ q)).mean(axis=1).max() - 1.0)


def _slsqp(q: Floats) -> Floats:
    count = len(q)
    found: Floats = minimize(
        _loss,
        np.full(count, 1.0 / count),
        args=(q,),
        jac=lambda w, q: -(q @ (1.0 / (w @ q))) / q.shape[1],
        method="SLSQP",
        bounds=[(0.0, 1.0)] * count,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0, "jac": lambda w: np.ones(count)},
        options={"maxiter": 1_000, "ftol": 1e-9},
    ).x
    return found


def _pool(field: Field, quick: bool) -> Iterator[Race]:
    crowd, name = len(field.p), "simplex stacking to a certified gap of 1e-6"

    def certified(found: Weighing, _: object) -> bool:
        return found.certified and _gap(found.weights, field.likelihoods) <= CERTIFIED

    if not quick:  # the voices that are heard cost the same where the crowd is small
        yield Race(f"{name}, {crowd:,}", UNIT, lambda: simplex_weights(field.p, field.y), gemv(crowd),
                   Bar(40, at_most=True), agree=certified)  # fmt: skip
    few = field.some(SOLVED_BY_PEER)
    q = few.likelihoods
    yield Race(
        f"{name}, {SOLVED_BY_PEER}, against SLSQP",
        "SciPy's SLSQP, which takes minutes for 1,000",
        lambda: simplex_weights(few.p, few.y),
        lambda: _slsqp(q),
        Bar(5),
        agree=lambda ours, w: ours.certified and _loss(ours.weights, q) <= _loss(w, q) + CERTIFIED,
    )
