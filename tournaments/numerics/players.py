"""Every figure of FORMULAS section 4 for the players of one meta-model on one split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks
from tournaments.numerics.blending.voices import LOGITS, PROBABILITIES
from tournaments.numerics.bootstrap import era_draws
from tournaments.numerics.checks import Floats, Ints
from tournaments.numerics.contribution import cwmm, era_gaussians, mean_intervals, mmc_eras
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.leave_one_out import loo_of_logits, loo_of_pool
from tournaments.numerics.losses import EPSILON
from tournaments.numerics.moments import moments
from tournaments.numerics.ranks import standardise
from tournaments.numerics.sequential import must_follow, pcs, random_orders, src

_DECIMALS = 9


@dataclass(frozen=True)
class Contribution:
    """What one player adds to the meta-model, at 1e-9. What is undefined is None, and `undefined` maps the
    field's name to the reason: `too_few_eras`, `constant`, `alone`, `one_class`.
    """

    loo: float
    mmc: float | None
    mmc_low: float | None
    mmc_high: float | None
    cwmm: float | None
    src: float | None
    pcs: float | None
    era_mmc: list[float]
    undefined: dict[str, str]


@dataclass(frozen=True)
class Mixture:
    """A blend of logits or ranks, sigma(slope sum w v), or of probabilities, sum w v: voices v (P, M) with
    weights w (P,). `mixes` says which (`blending.voices`); `meta` (M,) is what was published of it; `eps` the
    bound to which scores clip.
    """

    voices: Floats
    weights: Floats
    slope: float
    meta: Floats
    mixes: str = LOGITS
    eps: float = EPSILON

    def loo(self, y: npt.ArrayLike) -> Floats:
        """LOO (P,) of every player, in nats a row (`leave_one_out`)."""
        if self.mixes == PROBABILITIES:
            return loo_of_pool(self.voices, self.weights, y, self.eps)
        return loo_of_logits(self.voices, self.weights, self.slope, y, self.eps)


def contributions(
    mixture: Mixture, y: npt.ArrayLike, starts: npt.ArrayLike, precedence: npt.ArrayLike, seed: int
) -> list[Contribution]:
    """What each of P players adds to a blend on one split, in the order of its voices (FORMULAS section 4).

    y (M,) labels, starts (E+1,) eras, precedence (P,) distinct positions of the players, the earliest the
    lowest; SRC is in that order, PCS over random ones of `seed`, from which the intervals' draws come too.
    A voice is ranked anew in each era: for a player with one forecaster that is the forecaster's own g.
    Raises NumericsError: as `loo_of_logits`, and `bad_starts`, `bad_seed`, `bad_order`.
    """
    voices = checks.real_array("voices", mixture.voices, 2)
    bounds = checks.boundaries(starts, voices.shape[1])
    ones = checks.labels(y, voices.shape[1])
    g = era_gaussians(np.vstack([voices, mixture.meta]), bounds)
    loo = mixture.loo(ones)
    era_mmc = mmc_eras(g[:-1], g[-1], ones, bounds)
    intervals = _intervals(era_mmc, seed)
    for row in g:
        row[:] = standardise(row)
    likeness = cwmm(g[:-1], g[-1])
    by_order = in_turn(g[:-1], ones, bounds, precedence, seed)
    reasons = _reasons(g, ones, bounds)
    return [
        _contribution(float(loo[i]), era_mmc[i], *intervals[i], likeness[i], *by_order[i], why)
        for i, why in enumerate(reasons)
    ]


Pair = tuple[float | None, float | None]


def _intervals(era_mmc: Floats, seed: int) -> Sequence[Pair]:
    eras = era_mmc.shape[1]
    if eras < 2:
        return [(None, None)] * era_mmc.shape[0]
    return list(mean_intervals(era_mmc, era_draws(seed, eras)))


def in_turn(
    g: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike, precedence: npt.ArrayLike, seed: int
) -> Sequence[Pair]:
    """SRC in order of precedence and PCS of P players: P pairs, in nats a row; None below two eras.

    g (P, M) with mean square 1, or 0; y (M,) labels, starts (E+1,), precedence (P,) distinct positions.
    Source: FORMULAS section 4.
    Raises NumericsError: as `moments`, and `bad_order`, `bad_count`, `bad_seed`.

    >>> in_turn([[1.0, -1.0, 1.0, -1.0]], [1, 0, 1, 0], [0, 4], [1], seed=1)
    [(None, None)]
    """
    rows = checks.real_array("g", g, 2)
    places = checks.counts("precedence", precedence, (rows.shape[0],), least=0)
    if np.unique(places).size != places.size:
        raise NumericsError("bad_order", "No two players share a place.")
    if checks.boundaries(starts, rows.shape[1]).size < 3:
        return [(None, None)] * rows.shape[0]
    order = np.argsort(places)
    found = moments(rows[order], y, starts)
    first_come = src(found, np.arange(order.size)).contribution
    shuffled = pcs(found, random_orders(must_follow(found), seed))
    back = np.argsort(order)
    return list(zip(first_come[back].tolist(), shuffled[back].tolist(), strict=True))


def _reasons(g: Floats, ones: npt.ArrayLike, bounds: Ints) -> list[dict[str, str]]:
    """Why figures of each player are undefined: field → reason. The last row of g is the meta-model's."""
    one_class = len(set(np.unique(ones).tolist())) < 2
    shared: dict[str, str] = {}
    if bounds.size < 3:
        shared.update(dict.fromkeys(("mmc_low", "mmc_high", "src", "pcs"), "too_few_eras"))
    if one_class:
        shared.update(dict.fromkeys(("mmc", "mmc_low", "mmc_high", "src", "pcs"), "one_class"))
    if g.shape[0] == 2:
        shared.update(dict.fromkeys(("mmc", "mmc_low", "mmc_high", "cwmm"), "alone"))
    flat = dict.fromkeys(("mmc", "mmc_low", "mmc_high", "cwmm"), "constant")
    no_meta = {} if g[-1].any() else {"cwmm": "constant"}
    return [{**shared, **no_meta} if row.any() else {**shared, **flat} for row in g[:-1]]


def _contribution(
    loo: float,
    era_mmc: Floats,
    low: float | None,
    high: float | None,
    likeness: float | None,
    in_turn: float | None,
    shuffled: float | None,
    undefined: dict[str, str],
) -> Contribution:
    values = {
        "mmc": float(np.mean(era_mmc)),
        "mmc_low": low,
        "mmc_high": high,
        "cwmm": likeness,
        "src": in_turn,
        "pcs": shuffled,
    }
    # Adding 0.0 turns -0.0 into 0.0.
    kept = {
        name: None if value is None or name in undefined else round(value, _DECIMALS) + 0.0
        for name, value in values.items()
    }
    eras = [] if "mmc" in undefined else (np.round(era_mmc, _DECIMALS) + 0.0).tolist()
    return Contribution(round(loo, _DECIMALS) + 0.0, **kept, era_mmc=eras, undefined=undefined)
