"""What the public doors of the formulas check, once; behind them all is bare arithmetic.

Every comparison is written so that NaN fails it. Single precision is refused: at p = 1 - 1e-6 it costs
0.013 nats on that row, and it moves correlations by 1e-7 (FORMULAS section 11).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tournaments.numerics.errors import NumericsError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.uint32]
Singles = npt.NDArray[np.float32]
_SHORT = 1_000  # values: shorter rows are not worth a loop of their own


def real_array(name: str, values: npt.ArrayLike, ndim: int) -> Floats:
    """A finite, non-empty float64 array of `ndim` dimensions.

    Raises NumericsError: `single_precision`, `bad_shape`, `empty`, `not_finite`.
    """
    array = converted(name, values, ndim)
    if array.size and not np.isfinite(span(array)).all():
        place = [int(i) for i in np.argwhere(~np.isfinite(array))[0]]
        raise NumericsError("not_finite", "Every value must be a finite number.", name=name, at=place)
    return array


def converted(name: str, values: npt.ArrayLike, ndim: int) -> Floats:
    """As `real_array`, but for whether the values are finite: for whoever sees that on its own way."""
    array = np.asarray(values)
    if array.dtype in (np.float16, np.float32):
        raise NumericsError("single_precision", "This formula needs float64 values.", name=name)
    array = np.ascontiguousarray(array, dtype=np.float64)
    if array.ndim != ndim:
        raise NumericsError("bad_shape", f"Expected {ndim} dimensions, got {array.ndim}.", name=name)
    if array.shape[-1] == 0:
        raise NumericsError("empty", "There are no rows.", name=name)
    return array


def span(array: Floats) -> tuple[float, float]:
    """The least and the largest value, NaN if there is one, in one pass: a row is still in the cache for the
    second.
    """
    rows = array if array.ndim > 1 and array.shape[-1] > _SHORT else array.reshape(1, -1)
    ends = np.array([(row.min(), row.max()) for row in rows])
    return float(ends[:, 0].min()), float(ends[:, 1].max())


def probabilities(p: npt.ArrayLike, ndim: int = 1) -> Floats:
    """Values in [0, 1] as float64. Raises NumericsError `not_a_probability`, or as `real_array` does."""
    return _probabilities(p, ndim)[0]


def clipped(p: npt.ArrayLike, ndim: int, eps: float) -> Floats:
    """Values in [0, 1] moved into [eps, 1 - eps]: the array itself where none has to move.

    Raises NumericsError: as `probabilities`, and `bad_epsilon`.
    """
    bound = epsilon(eps)
    array, low, high = _probabilities(p, ndim)
    return array if bound <= low and high <= 1.0 - bound else np.clip(array, bound, 1.0 - bound)


def _probabilities(p: npt.ArrayLike, ndim: int) -> tuple[Floats, float, float]:
    array = converted("p", p, ndim)
    low, high = span(array) if array.size else (0.0, 1.0)
    if not (low >= 0.0 and high <= 1.0):
        real_array("p", array, ndim)
        place = [int(i) for i in np.argwhere(~((array >= 0.0) & (array <= 1.0)))[0]]
        raise NumericsError("not_a_probability", "Every probability must lie in [0, 1].", at=place)
    return array, low, high


def labels(y: npt.ArrayLike, rows: int) -> Bools:
    """True where the label is 1. Raises NumericsError: `bad_shape`, `not_a_label` (anything but 0 and 1)."""
    array = np.asarray(y)
    if array.shape != (rows,):
        raise NumericsError("bad_shape", f"Expected {rows} labels, got shape {array.shape}.", name="y")
    ones = np.asarray(array == 1, dtype=np.bool_)
    known = ones | (array == 0)
    if not known.all():
        raise NumericsError("not_a_label", "Every label must be 0 or 1.", row=int(np.argmin(known)))
    return ones


def boundaries(starts: npt.ArrayLike, rows: int) -> Ints:
    """Boundaries of contiguous groups that cover `rows`: 0 = s0 < s1 < ... < sE = rows.

    Raises NumericsError `bad_starts`: an empty group has no score, so it must not be among the boundaries.
    """
    array = np.asarray(starts)
    if array.ndim != 1 or array.size < 2 or array.dtype.kind not in "iu":
        raise NumericsError("bad_starts", "Boundaries are a vector of at least two integers.")
    array = array.astype(np.int64, copy=False)
    if array[0] != 0 or array[-1] != rows:
        raise NumericsError("bad_starts", f"Boundaries must run from 0 to {rows}.")
    if not (np.diff(array) > 0).all():
        raise NumericsError("bad_starts", "Boundaries must increase: a group has at least one row.")
    return array


def counts(name: str, values: npt.ArrayLike, shape: tuple[int, ...], least: int) -> Ints:
    """Integers of at least `least` in the given shape (-1 stands for any length).

    Raises NumericsError: `bad_shape`, `bad_count`.
    """
    array = np.asarray(values)
    fits = array.ndim == len(shape) and all(
        want in (-1, have) for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits:
        raise NumericsError("bad_shape", f"Expected shape {shape}, got {array.shape}.", name=name)
    if array.size == 0:
        raise NumericsError("empty", "There is nothing to count.", name=name)
    if array.dtype.kind not in "iu" or not array.min() >= least:
        raise NumericsError("bad_count", f"Expected integers of at least {least}.", name=name)
    return array.astype(np.int64, copy=False)


def epsilon(eps: float) -> float:
    """A clip bound in [1e-9, 0.5), else NumericsError `bad_epsilon`.

    A product of 32 likelihoods, of which one logarithm is taken, must not fall below what float64 holds.
    """
    if not 1e-9 <= eps < 0.5:
        raise NumericsError("bad_epsilon", "The clip bound must lie in [1e-9, 0.5).", eps=eps)
    return eps
