"""The sizes of the original game, and its unit of work."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

ROWS, ERAS = 36_072, 120
CROWD = 1_000
UNIT = "GEMV, one pass of the matrix"
"""`P @ x` with P float32 (1,000 × 36,072): what reading every prediction once costs."""


def starts(rows: int = ROWS, eras: int = ERAS) -> NDArray[np.int64]:
    """Boundaries (E+1,) of eras of about the same size."""
    return np.linspace(0, rows, eras + 1).astype(np.int64)


def gemv(crowd: int = CROWD) -> Callable[[], object]:
    """The unit, of a crowd of this size."""
    rng = np.random.default_rng(0)
    matrix = rng.random((crowd, ROWS), dtype=np.float32)
    vector = rng.random(ROWS, dtype=np.float32)
    return lambda: matrix @ vector
