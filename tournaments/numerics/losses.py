"""Log loss, gain and consistency of one submission (FORMULAS sections 1 and 2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tournaments.numerics import bootstrap, checks
from tournaments.numerics.checks import Bools, Floats, Ints
from tournaments.numerics.errors import NumericsError

LN2 = math.log(2.0)
EPSILON = 1e-6
UNITS = 10**9


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
    clipped = clip(p, eps)
    return float(np.mean(_row_losses(clipped, checks.labels(y, clipped.size))))


def era_log_loss(p: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike, eps: float = EPSILON) -> Floats:
    """Log loss within each era: (E,) nats from p (M,), y (M,) and boundaries (E+1,) (FORMULAS section 2).

    Raises NumericsError: as `log_loss`, and `bad_starts`.

    >>> era_log_loss([0.8, 0.6, 0.5], [1, 0, 1], [0, 2, 3]).round(6).tolist()
    [0.569717, 0.693147]
    """
    clipped = clip(p, eps)
    bounds = checks.boundaries(starts, clipped.size)
    return _era_means(_row_losses(clipped, checks.labels(y, clipped.size)), bounds)


def gain(loss: float) -> float:
    """Gain ln 2 - L in nats: what a Kelly bettor at even odds grows by, per row (FORMULAS section 2).

    >>> gain(LN2)
    0.0
    """
    return LN2 - loss


def quantise(x: float) -> int:
    """The number x in whole units of 1e-9, halves to even.

    It is the form in which scores reach rules (FORMULAS section 6).

    Raises NumericsError `not_finite`.

    >>> quantise(0.69213), quantise(LN2)
    (692130000, 693147181)
    """
    if not math.isfinite(x):
        raise NumericsError("not_finite", "Only a finite number has units.", value=x)
    return round(x * UNITS)


def consistency(era_losses: npt.ArrayLike) -> float:
    """Share of eras (E,) whose log loss is below ln 2, both in units of 1e-9 (FORMULAS section 2).

    A coin's mean loss may come out one rounding below ln 2; in units it equals it and does not count.
    Raises NumericsError: `not_finite`, `empty`.

    >>> consistency([0.690, 0.694, 0.692, LN2])
    0.5
    """
    losses = checks.real_array("era_losses", era_losses, 1)
    return int(np.count_nonzero(np.rint(losses * UNITS) < quantise(LN2))) / losses.size


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
    clipped = clip(p, eps)
    bounds = checks.boundaries(starts, clipped.size)
    losses = _row_losses(clipped, checks.labels(y, clipped.size))
    era_losses, era_rows = _era_means(losses, bounds), np.diff(bounds)
    whole = float(np.mean(losses))
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


def _row_losses(clipped: Floats, ones: Bools) -> Floats:
    return -np.log(np.where(ones, clipped, 1.0 - clipped))


def _era_means(losses: Floats, bounds: Ints) -> Floats:
    sums: Floats = np.add.reduceat(losses, bounds[:-1])
    return sums / np.diff(bounds)
