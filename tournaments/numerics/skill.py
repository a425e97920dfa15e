"""What else says how good probabilities are: Brier, AUC and CORR, per split and per era (FORMULAS 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tournaments.numerics import auc, bootstrap, checks
from tournaments.numerics.checks import Floats
from tournaments.numerics.corr import FIGURES, corr_scores
from tournaments.numerics.losses import EPSILON, clip


@dataclass(frozen=True, eq=False)
class Skill:
    """Brier, AUC, CORR and what is made of CORR, of one submission on one split (FORMULAS section 2).

    `era_brier`, `era_auc` and `era_corr` have one entry an era. What is undefined is None, and `undefined`
    maps its name to the reason; that of an `era_` list holds for its entries that are None.
    """

    brier: float
    brier_low: float | None
    brier_high: float | None
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    corr: float | None
    corr_low: float | None
    corr_high: float | None
    sharpe: float | None
    sharpe_low: float | None
    sharpe_high: float | None
    drawdown: float | None
    era_brier: list[float]
    era_auc: list[float | None]
    era_corr: list[float | None]
    undefined: dict[str, str]


def brier(p: npt.ArrayLike, y: npt.ArrayLike, eps: float = EPSILON) -> float:
    """Mean of (p - y)^2 of clipped p (M,) and labels y (M,); 0 is perfect, a coin has 0.25.

    Source: FORMULAS section 2. Equals scikit-learn's `brier_score_loss` on the clipped values to 1e-12.
    Raises NumericsError: as `losses.log_loss`.

    >>> round(brier([0.8, 0.6], [1, 0]), 9)
    0.2
    """
    clipped = clip(p, eps)
    return float(np.mean(_squares(clipped, checks.labels(y, clipped.size))))


def score_skill(
    p: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike, draws: npt.ArrayLike, eps: float = EPSILON
) -> Skill:
    """All of a submission's skill on one split (FORMULAS section 2).

    p (M,), y (M,), starts (E+1,), draws (D, E) from `bootstrap.era_draws`, those of the log loss. Brier reads
    clipped values; AUC and CORR read order alone, as the file has it.
    Reasons: `one_class`, `constant`, `too_few_eras`, `no_spread`.
    Raises NumericsError: as `losses.score_split`.

    >>> draws = bootstrap.era_draws(seed=7, eras=2, draws=100)
    >>> found = score_skill([0.8, 0.6, 0.5, 0.5], [1, 0, 1, 0], [0, 2, 4], draws)
    >>> round(found.brier, 9), found.auc, found.era_auc, found.era_corr
    (0.225, 0.625, [1.0, 0.5], [1.0, None])
    >>> found.undefined["sharpe"], found.undefined["era_corr"]
    ('too_few_eras', 'constant')
    """
    clipped = clip(p, eps)
    bounds = checks.boundaries(starts, clipped.size)
    squares = _squares(clipped, checks.labels(y, clipped.size))
    era_brier = np.add.reduceat(squares, bounds[:-1]) / np.diff(bounds)
    undefined: dict[str, str] = {}
    low = high = None
    if era_brier.size >= 2:
        low, high = bootstrap.mean_interval(era_brier, np.diff(bounds), draws)
    else:
        undefined |= dict.fromkeys(("brier_low", "brier_high"), "too_few_eras")
    order, found = _auc(p, y, starts, draws), corr_scores(p, y, starts, draws)
    return Skill(
        brier=float(np.mean(squares)),
        brier_low=low,
        brier_high=high,
        **order.figures,
        **{name: getattr(found, name) for name in FIGURES},
        era_brier=era_brier.tolist(),
        era_auc=order.eras,
        era_corr=found.eras,
        undefined=undefined | order.undefined | found.undefined,
    )


@dataclass(frozen=True)
class _Order:
    figures: dict[str, float | None]
    eras: list[float | None]
    undefined: dict[str, str]


def _auc(p: npt.ArrayLike, y: npt.ArrayLike, starts: npt.ArrayLike, draws: npt.ArrayLike) -> _Order:
    """AUC whole, by era and its interval, with the reasons of what is None."""
    table = auc.pair_table(p, y, starts)
    whole, eras = auc.whole_auc(*table), auc.era_auc(*table)
    undefined = {"era_auc": "one_class"} if None in eras else {}
    ends = None
    if whole is None:
        undefined |= dict.fromkeys(("auc", "auc_low", "auc_high"), "one_class")
    elif len(eras) < 2:
        undefined |= dict.fromkeys(("auc_low", "auc_high"), "too_few_eras")
    else:
        ends = auc.auc_interval(*table, draws)
        undefined |= {} if ends else dict.fromkeys(("auc_low", "auc_high"), "one_class")
    low, high = ends or (None, None)
    return _Order({"auc": whole, "auc_low": low, "auc_high": high}, eras, undefined)


def _squares(clipped: Floats, ones: npt.NDArray[np.bool_]) -> Floats:
    off: Floats = clipped - ones
    return off * off
