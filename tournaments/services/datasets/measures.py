"""Figures of the check: whether an order or a feature tells the target. Arrays in, numbers out."""

import re
from collections.abc import Sequence

import numpy as np

from tournaments.numerics.ranks import doubled_ranks

NUMBERED = re.compile(r"(\D*)(\d{1,18})(\D*)")


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return Spearman's correlation of two vectors (n,); 0 where one is constant or there are fewer than 3.

    >>> round(rank_correlation(np.array([1, 2, 3, 4]), np.array([1, 3, 2, 4])), 6)
    0.8
    """
    if len(a) < 3:
        return 0.0
    x, y = _ranks(a), _ranks(b)
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / scale if scale > 0 else 0.0


def noticeable(rho: float, rows: int, floor: float) -> bool:
    """Say whether a correlation is above a floor and four standard errors of no correlation.

    >>> noticeable(0.3, 101, 0.05), noticeable(0.5, 101, 0.05), noticeable(0.04, 1_000_000, 0.05)
    (False, True, False)
    """
    return bool(abs(rho) > max(floor, 4 / np.sqrt(max(rows - 1, 1))))


def order_of(ids: Sequence[str]) -> tuple[np.ndarray, bool]:
    """Return the rank of each id in the order of ids, and whether they are numbered: r1, r2 … r10.

    >>> order_of(["r10", "r9", "r11"])[0].tolist(), order_of(["b", "a"])
    ([2.0, 1.0, 3.0], (array([2., 1.]), False))
    """
    parts = [NUMBERED.fullmatch(name) for name in ids]
    found = [part.groups() for part in parts if part]
    if len(found) == len(parts) and len({(head, tail) for head, _, tail in found}) == 1:
        return _ranks(np.array([int(digits) for _, digits, _ in found])), True
    return _ranks(np.unique(np.array(ids, dtype=object), return_inverse=True)[1]), False


def separation(x: np.ndarray, y: np.ndarray) -> float:
    """Return |2·AUC − 1| of a feature for the target, from 0 (nothing) to 1 (all); blank rows count 0.

    >>> separation(np.array([1, 2, 3, 4.0]), np.array([0, 0, 1, 1]))
    1.0
    >>> separation(np.array([1, 2, 3, np.nan]), np.array([0, 1, 0, 1]))
    0.0
    """
    there = ~np.isnan(x)
    x, y = x[there], y[there]
    ones = int(y.sum())
    zeros = len(y) - ones
    if not ones or not zeros:
        return 0.0
    auc = (_ranks(x)[y == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros)
    return float(abs(2 * auc - 1) * there.mean())


def telling(codes: np.ndarray, y: np.ndarray) -> float:
    """Return how much of the target categories tell, from 0 (no more than the commoner class) to 1 (all).

    Categories that occur once say nothing and count as wrong. codes: int (n,).

    >>> y = np.array([0, 0, 1, 1])
    >>> telling(np.array([0, 0, 1, 1]), y), telling(np.array([0, 1, 2, 3]), y)
    (1.0, 0.0)
    """
    counts = np.bincount(codes)
    ones = np.bincount(codes, weights=y)
    several = counts > 1
    right = float(np.maximum(ones, counts - ones)[several].sum()) / len(y)
    base = max(float(y.mean()), 1 - float(y.mean()))
    return max(0.0, (right - base) / (1 - base)) if base < 1 else 0.0


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return the average ranks, from 1, of a vector (n,) that is not empty."""
    return doubled_ranks(values, np.array([0, len(values)])) / 2
