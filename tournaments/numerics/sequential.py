"""SRC and PCS: what is left of a signal once those before it are taken out (FORMULAS section 4).

Everything here is done on `moments.Moments`: residuals are linear in the vectors, so that products of pairs
and with the labels of each era are enough, and an order costs P^3 / 6 steps instead of P^2 M. Loops are
einsum's own, without BLAS: other thread counts give the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tournaments.numerics.checks import Bools, Floats, Ints
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.moments import Moments

KAPPA = 1.0
TAU = 0.4
FOLLOWS_ALL = 0.2
ORDERS = 100
NOTHING = 1e-9  # a residual share below this is a copy, and pays nothing
_FLAT = 1e-9  # era means that differ by less, relatively, have no deviation to divide by


@dataclass(frozen=True, eq=False)
class Sequential:
    """What a walk down one order found of P participants, in the rows of the moments: `contribution` c (P,)
    in nats a row, `share` o (P,) the residual share, `t` (P,) the t-statistic, 0 where it is undefined.
    """

    contribution: Floats
    share: Floats
    t: Floats


def src(found: Moments, order: npt.ArrayLike) -> Sequential:
    """Sequential residual contributions (P,) when participants come in `order` (P,), row numbers.

    Each g_i is regressed on those before; o is its residual share [RSS/(M - k)] / [TSS/(M - 1)], at most 1,
    k the number of directions before it, and 1 where there are none. t is the mean over eras of the era
    means of residual s, divided by their sd (ddof 1) / sqrt(E); c = o max(0, t - 1)^2 / 2M. o below 1e-9 pays
    nothing, and so do eras that are all alike, where t has no denominator. Source: FORMULAS section 4.
    Raises NumericsError: `too_few_eras` below two, `bad_order`.

    >>> copies = Moments(np.ones((2, 2)), np.array([[0.03, 0.05, 0.04]] * 2), 3000)
    >>> src(copies, [1, 0]).contribution.round(6).tolist()
    [0.0, 0.005857]
    """
    return _walk(found, _order(found, order))


def must_follow(found: Moments) -> Bools:
    """Which participants must come after which: (P, P), True where row i must follow the earlier column j.

    The moments' rows are in commit order, the earliest first. i follows j when the correlation of their
    residuals on all commits before i except j exceeds 0.4 in absolute value. i follows all before it when o <
    0.2 given all of them, and is then not among what later residuals are taken on: a copy would hide its
    original from them. Source: FORMULAS section 4, docs/decisions/0009.
    Raises NumericsError: `too_few_eras`.

    >>> moments = Moments(np.array([[1.0, 0.6], [0.6, 1.0]]), np.zeros((2, 2)), 1000)
    >>> must_follow(moments).tolist()
    [[False, False], [True, False]]
    """
    own = _walk(found, np.arange(found.gram.shape[0])).share
    follows = np.zeros(found.gram.shape, dtype=np.bool_)
    base = _Base(found.gram)
    for i, share in enumerate(own):
        if share < FOLLOWS_ALL:
            follows[i, :i] = True
        else:
            follows[i, :i] = np.abs(base.partial_correlations(i)) > TAU
            base.add(i)
    return follows


class _Base:
    """Participants on whom residuals are taken: none is nearly a mix of the others, so inverses are tame."""

    def __init__(self, gram: Floats) -> None:
        self.gram = gram
        self.left = gram.copy()  # what remains of products once the base is taken out; rows to come
        self.variance = gram.diagonal().copy()
        self.inverse = np.zeros_like(gram)  # of the base's Gram matrix, in the order of `members`
        self.members: list[int] = []

    def slopes(self, i: int) -> tuple[Floats, Floats]:
        """The regression (n,) of i on the n members, and the inverse (n, n) that gave it."""
        size = len(self.members)
        within = self.inverse[:size, :size]
        return np.einsum("jk,k->j", within, self.gram[self.members, i]), within

    def partial_correlations(self, i: int) -> Floats:
        """Correlations (i,) of i's residual with that of each earlier j, on all of the base except j."""
        found = np.zeros(i)
        # Those outside of the base: what is left of both. Copies have nothing left, and no correlation.
        some = self.variance[:i] > NOTHING
        found[some] = self.left[i, :i][some] / np.sqrt(self.variance[i] * self.variance[:i][some])
        if self.members:
            slopes, within = self.slopes(i)
            # Residuals on all but j, from the regression on all: slope / sqrt(slope^2 + var_i / var_j).
            found[self.members] = slopes / np.sqrt(slopes * slopes + self.variance[i] * within.diagonal())
        return found

    def add(self, i: int) -> None:
        """Take i into the base."""
        size, own, rest = len(self.members), self.left[i].copy(), self.variance[i]
        slopes, within = self.slopes(i)
        within += slopes[:, None] * (slopes / rest)
        self.inverse[size, :size] = self.inverse[:size, size] = -slopes / rest
        self.inverse[size, size] = 1.0 / rest
        self.left[i + 1 :] -= self.left[i + 1 :, i, None] * (own / rest)
        self.variance -= own * own / rest
        self.members.append(i)


def random_orders(follows: npt.ArrayLike, seed: int, orders: int = ORDERS) -> Ints:
    """Random orders (K, P) that respect `must_follow` (P, P): repeatedly one of those available, uniformly.

    Available is whoever must follow nobody that is still to come. From PCG64(seed), the round's.
    Raises NumericsError: `bad_seed`, `bad_count`, `bad_order` when the demands form a circle.

    >>> random_orders([[False, False], [True, False]], seed=1, orders=2).tolist()
    [[0, 1], [0, 1]]
    """
    after = np.asarray(follows, dtype=np.bool_)
    if not seed >= 0:
        raise NumericsError("bad_seed", "A seed is a non-negative integer.", seed=seed)
    if not orders >= 1:
        raise NumericsError("bad_count", "There must be at least one order.")
    generator = np.random.Generator(np.random.PCG64(seed))
    return np.stack([_random_order(after, generator) for _ in range(orders)])


def _random_order(after: Bools, generator: np.random.Generator) -> Ints:
    waiting = after.sum(axis=1)
    order = np.empty(waiting.size, dtype=np.int64)
    for place in range(waiting.size):
        available = np.flatnonzero(waiting == 0)
        if available.size == 0:
            raise NumericsError("bad_order", "Nobody is available: the demands form a circle.")
        chosen = available[generator.integers(available.size)]
        order[place] = chosen
        waiting -= after[:, chosen]
        waiting[chosen] = -1
    return order


def pcs(found: Moments, orders: npt.ArrayLike) -> Floats:
    """Mean of `src` over orders (K, P): (P,) in nats a row (FORMULAS section 4).

    Raises NumericsError: as `src`.

    >>> copies = Moments(np.ones((2, 2)), np.array([[0.03, 0.05, 0.04]] * 2), 3000)
    >>> pcs(copies, random_orders(must_follow(copies), seed=1)).round(6).tolist()
    [0.005857, 0.0]
    """
    drawn = np.asarray(orders)
    distinct, times = np.unique(drawn, axis=0, return_counts=True)
    total = np.zeros(found.gram.shape[0])
    for order, count in zip(distinct, times, strict=True):
        total += count * src(found, order).contribution
    return total / drawn.shape[0]


def _order(found: Moments, order: npt.ArrayLike) -> Ints:
    ranking = np.asarray(order)
    if not np.array_equal(np.sort(ranking), np.arange(found.gram.shape[0])):
        raise NumericsError("bad_order", "The order must name every participant once.")
    return ranking


def _walk(found: Moments, order: Ints) -> Sequential:
    size, eras = found.eras.shape
    if eras < 2:
        raise NumericsError("too_few_eras", "A t-statistic needs at least two eras.", eras=eras)
    # Gram matrix above, era moments below: one factor takes those before out of both.
    table = np.vstack([found.gram[np.ix_(order, order)], found.eras[order].T])
    factor = np.zeros_like(table)
    means, rest = np.zeros((size, eras)), np.zeros(size)
    freedom = np.empty(size)
    directions = 0
    for k in range(size):
        column = table[k:, k] - np.einsum("rj,j->r", factor[k:, :k], factor[k, :k])
        rest[k], means[k], freedom[k] = column[0], column[size - k :], found.rows - max(1, directions)
        if rest[k] >= NOTHING and freedom[k] > 0:
            factor[k:, k] = column / np.sqrt(rest[k])
            directions += 1
    back = np.empty(size, dtype=np.int64)
    back[order] = np.arange(size)
    share, t = _shares(rest, freedom, table.diagonal()[:size], found.rows), _t(means)
    paid = np.where(share >= NOTHING, share * np.maximum(0.0, t - KAPPA) ** 2 / (2.0 * found.rows), 0.0)
    return Sequential(paid[back], share[back], t[back])


def _shares(rest: Floats, freedom: Floats, whole: Floats, rows: int) -> Floats:
    defined = (rest >= NOTHING) & (freedom > 0) & (whole > 0.0)
    ratio = np.divide(rest, whole, out=np.zeros_like(rest), where=defined)
    adjusted = np.divide(ratio * (rows - 1), freedom, out=np.zeros_like(rest), where=defined)
    return np.minimum(1.0, adjusted)


def _t(means: Floats) -> Floats:
    middle, deviation = np.mean(means, axis=1), np.std(means, axis=1, ddof=1)
    defined = deviation > _FLAT * np.abs(middle)
    error = deviation / np.sqrt(means.shape[1])
    return np.divide(middle, error, out=np.zeros_like(middle), where=defined)
