"""An era's level: how likely all of it is said to be, beside which of its rows are likelier than others.

Rows within an era are many, levels are one an era: weights and slopes are learnt from rows, and a level that
lies farther out than any that resolved eras have shown is held back.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tournaments.numerics.checks import Floats

REACH = 2.0
"""Standard deviations from their mean up to which levels count as seen."""
ENOUGH = 5
"""From so many eras a spread of levels can be told."""

Range = tuple[float, float]
"""The lowest and the highest level, in logits, that a blend may give an era."""


def means(x: npt.ArrayLike, starts: npt.ArrayLike) -> Floats:
    """The mean of x (…, M) in each era: (…, E), starts (E+1,).

    >>> means(np.array([1.0, 3.0, 5.0]), np.array([0, 2, 3])).tolist()
    [2.0, 5.0]
    """
    rows, bounds = np.asarray(x, dtype=np.float64), np.asarray(starts)
    found: Floats = np.add.reduceat(rows, bounds[:-1], axis=-1) / np.diff(bounds)
    return found


def spreads(z: npt.ArrayLike, starts: npt.ArrayLike) -> Floats:
    """The sd (P,) of logits z (P, M) about the means of their eras, ddof 0: how bold a voice is within them.

    >>> spreads(np.array([[1.0, 3.0, 8.0, 8.0]]), np.array([0, 2, 4])).round(6).tolist()
    [0.707107]
    """
    rows = np.asarray(z, dtype=np.float64)
    across = means(rows, starts) ** 2 @ (np.diff(starts) / rows.shape[1])
    found: Floats = np.sqrt(np.maximum(np.einsum("pm,pm->p", rows, rows) / rows.shape[1] - across, 0.0))
    return found


def of_crowd(z: npt.ArrayLike, starts: npt.ArrayLike) -> Floats:
    """What level the median voice gives each era: (E,), of logits z (P, M).

    >>> of_crowd(np.array([[1.0, 3.0], [0.0, 0.0], [9.0, 9.0]]), np.array([0, 2])).tolist()
    [2.0]
    """
    found: Floats = np.median(means(z, starts), axis=0)
    return found


def seen(levels: npt.ArrayLike) -> Range | None:
    """The range of levels (E,) that resolved eras have shown: their mean and two sd (ddof 1) to each side.

    None below five eras.

    >>> seen(np.array([-1.0, -0.5, 0.0, 0.5, 1.0]))  # sd 0.790569
    (-1.5811388300841898, 1.5811388300841898)
    """
    found = np.asarray(levels, dtype=np.float64)
    if found.size < ENOUGH:
        return None
    middle, reach = float(np.mean(found)), REACH * float(np.std(found, ddof=1))
    return middle - reach, middle + reach


def spread(levels: Floats, starts: npt.ArrayLike) -> Floats:
    """Levels (E,) of eras as one of each of their rows: (M,)."""
    return np.repeat(levels, np.diff(np.asarray(starts)))


def held(x: npt.ArrayLike, starts: npt.ArrayLike, limits: Range | None) -> Floats:
    """Logits x (M,) with each era moved as a whole, so that its mean is inside the limits.

    >>> held(np.array([0.0, 1.0, 4.0, 6.0]), np.array([0, 2, 4]), (-1.0, 2.0)).tolist()
    [0.0, 1.0, 1.0, 3.0]
    """
    said = np.asarray(x, dtype=np.float64)
    if limits is None:
        return said
    own = means(said, starts)
    return said + spread(np.clip(own, *limits) - own, starts)
