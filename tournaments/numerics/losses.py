"""Log loss, gain and consistency of one submission (FORMULAS sections 1 and 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tournaments.numerics import bootstrap, checks, kernels
from tournaments.numerics.checks import Bools, Floats, Ints
from tournaments.numerics.units import COIN, LN2, UNITS, quantise

EPSILON = 1e-6


@dataclass(frozen=True, eq=False)
class SplitScore:
    """One submission's scores on one split (FORMULAS section 2).

    `units` is the log loss in whole 1e-9, the only form that a rule or a ranking may read. What is
    undefined is None, and `undefined` maps the field's name to the reason.
    """

    log_loss: float
    units: int
    gain: float
    gain_low: float | None
    gain_high: float | None
    consistency: float
    era_losses: Floats
    era_rows: Ints
    era_mean: float
    era_sd: float | None
    era_worst: float
    undefined: dict[str, str]


def clip(p: npt.ArrayLike, eps: float = EPSILON) -> Floats:
    """Probabilities (M,) moved into [eps, 1 - eps], as every score reads them (FORMULAS section 1).

    Raises NumericsError: `not_finite`, `not_a_probability`, `single_precision`, `bad_epsilon`.

    >>> clip([0.0, 0.3, 1.0], eps=0.01).tolist()
    [0.01, 0.3, 0.99]
    """
    bound = checks.epsilon(eps)
    return np.clip(checks.probabilities(p), bound, 1.0 - bound)


def log_loss(p: npt.ArrayLike, y: npt.ArrayLike, eps: float = EPSILON) -> float:
    """L = -mean(y ln p + (1 - y) ln(1 - p)) in nats, of clipped p (M,) and labels y (M,).

    Source: FORMULAS section 2. Equals scikit-learn's `log_loss` on the clipped values to 1e-12.
    Raises NumericsError: as `clip`, and `not_a_label`, `bad_shape`.

    >>> round(log_loss([0.8, 0.6], [1, 0]), 12)
    0.569717141594
    """
    rows = np.shape(p)[-1] if np.ndim(p) else 0
    return float(era_log_loss(p, y, [0, rows], eps)[0])


def era_log_loss(p: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike, eps: float = EPSILON) -> Floats:
    """Log loss within each era: (E,) nats from p (M,), y (M,) and boundaries (E+1,) (FORMULAS section 2).

    Raises NumericsError: as `log_loss`, and `bad_starts`.

    >>> era_log_loss([0.8, 0.6, 0.5], [1, 0, 1], [0, 2, 3]).round(6).tolist()
    [0.569717, 0.693147]
    """
    values, bound = checks.probabilities(p), checks.epsilon(eps)
    bounds = checks.boundaries(starts, values.size)
    return batch_losses(values[None, :], checks.labels(y, values.size), bounds, bound)[0]


def batch_losses(p: Floats, ones: Bools, starts: Ints, eps: float = EPSILON) -> Floats:
    """Log loss within each era of N submissions at once: (N, E) nats from p (N, M), ones (M,), starts (E+1,).

    What a submission gets does not depend, to the last bit, on who else is in the batch. It trusts its
    arguments as `checks.probabilities`, `checks.labels` and `checks.boundaries` leave them: whoever has many
    submissions has checked each when it came.

    >>> ones = np.array([True, False])
    >>> batch_losses(np.array([[0.8, 0.6], [0.5, 0.5]]), ones, np.array([0, 2])).round(6).tolist()
    [[0.569717], [0.693147]]
    """
    return kernels.era_losses(p, np.where(ones, 0.0, 1.0), starts, eps)


def whole_losses(era_losses: Floats, starts: Ints) -> Floats:
    """Log loss (N,) over all rows of N submissions from that of their eras (N, E); starts (E+1,).

    >>> whole_losses(np.array([[0.6, 0.9]]), np.array([0, 2, 3])).round(6).tolist()
    [0.7]
    """
    rows = np.diff(starts)
    # Pair by pair, not by BLAS: other thread counts give the same bits.
    return np.sum(era_losses * rows, axis=1) / rows.sum()


def gain(loss: float) -> float:
    """Gain ln 2 - L in nats: what a Kelly bettor at even odds grows by, per row (FORMULAS section 2).

    >>> gain(LN2)
    0.0
    """
    return LN2 - loss


def consistency(era_losses: npt.ArrayLike) -> float:
    """Share of eras (E,) whose log loss is below ln 2, both in units of 1e-9 (FORMULAS section 2).

    A coin's mean loss may come out one rounding below ln 2; in units it equals it and does not count.
    Raises NumericsError: `not_finite`, `empty`.

    >>> consistency([0.690, 0.694, 0.692, LN2])
    0.5
    """
    losses = checks.real_array("era_losses", era_losses, 1)
    return int(np.count_nonzero(np.rint(losses * UNITS) < COIN)) / losses.size


def score_split(
    p: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike, draws: npt.ArrayLike, eps: float = EPSILON
) -> SplitScore:
    """All of a submission's scores on one split (FORMULAS section 2).

    p (M,), y (M,), starts (E+1,), draws (D, E) from `bootstrap.era_draws`, the same for every submission.
    The standard deviation over eras has ddof 0. With one era, interval and deviation are None with the
    reason.
    Raises NumericsError: as `era_log_loss` and `bootstrap.gain_interval`.

    >>> draws = bootstrap.era_draws(seed=7, eras=2, draws=100)
    >>> score = score_split([0.8, 0.6, 0.5, 0.5], [1, 0, 1, 0], [0, 2, 4], draws)
    >>> score.units, score.consistency, score.undefined
    (631432161, 0.5, {})
    """
    era_losses = era_log_loss(p, y, starts, eps)
    bounds = checks.boundaries(starts, np.size(p))
    era_rows, whole = np.diff(bounds), float(whole_losses(era_losses[None, :], bounds)[0])
    low = high = sd = None
    undefined = dict.fromkeys(("gain_low", "gain_high", "era_sd"), "too_few_eras")
    if era_losses.size >= 2:
        low, high = bootstrap.gain_interval(era_losses, era_rows, draws)
        sd, undefined = float(np.std(era_losses)), {}
    return SplitScore(
        log_loss=whole,
        units=quantise(whole),
        gain=gain(whole),
        gain_low=low,
        gain_high=high,
        consistency=consistency(era_losses),
        era_losses=era_losses,
        era_rows=era_rows,
        era_mean=float(np.mean(era_losses)),
        era_sd=sd,
        era_worst=float(era_losses.max()),
        undefined=undefined,
    )
