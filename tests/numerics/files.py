"""Predictions with labels to test scores with: random, tied, tiny, extreme."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

EPS = 1e-6

EXTREME = st.sampled_from([0.0, 1e-12, 2e-12, 0.5, 0.5 + 1e-12, 1 - 1e-12, 1.0])
TIED = st.integers(0, 5).map(lambda k: k / 5)
ANY = st.floats(0.0, 1.0)
Row = tuple[float, int]


def rows_of(values: st.SearchStrategy[float], least: int = 1) -> st.SearchStrategy[list[Row]]:
    return st.lists(st.tuples(values, st.integers(0, 1)), min_size=least, max_size=60)


FILES = st.one_of(rows_of(ANY), rows_of(TIED), rows_of(EXTREME))
ERAS = st.lists(st.one_of(*(rows_of(values) for values in (ANY, TIED, EXTREME))), min_size=1, max_size=6)
"""Files of one to six eras."""


def columns(file: list[Row]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([p for p, _ in file]), np.array([y for _, y in file])


def eras_of(file: list[list[Row]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """p, y and the boundaries of a file that is given era by era."""
    p, y = columns([row for era in file for row in era])
    return p, y, np.cumsum([0, *(len(era) for era in file)])
