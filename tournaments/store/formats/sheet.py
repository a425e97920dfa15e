"""A table as it was written, for telling what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tournaments.store.formats.faults import Fault, FaultRow, place

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"


@dataclass(frozen=True)
class Sheet:
    """n rows.

    ids: (n,) binary. cells: each value column as it was written. numbers: the same as float64, NaN where that
    is no number. lines: (n,) where each row stands in the file, counted in `unit`s. faults: of other rows.
    """

    ids: pa.Array
    cells: dict[str, pa.Array]
    numbers: dict[str, np.ndarray]
    lines: np.ndarray
    faults: list[Fault] = field(default_factory=list)
    unit: str = "Line"

    def place(self, at: int, column: str | None = None) -> FaultRow:
        """Row `at` as a place of a fault; with its value when a column is named."""
        value = None if column is None else _written(self.cells[column][at].as_py())
        return place(int(self.lines[at]), self.id_text(at), value, column)

    def id_text(self, at: int) -> str:
        """The id of row `at` as text, with a mark where it is not UTF-8."""
        return str(self.ids[at].as_py().decode("utf-8", "replace"))


def numbers_of(texts: pa.Array) -> np.ndarray:
    """Texts as float64, NaN where they are not a decimal number.

    >>> numbers_of(pa.array([" 1e-3", "nan", "0.5", "1,2"])).tolist()
    [0.001, nan, 0.5, nan]
    """
    trimmed = pc.utf8_trim_whitespace(texts)
    numeric = pc.fill_null(pc.match_substring_regex(trimmed, _NUMBER), False)
    numbers = pc.cast(pc.if_else(numeric, trimmed, pa.scalar(None, pa.string())), pa.float64())
    return np.asarray(pc.fill_null(numbers, float("nan")).to_numpy(zero_copy_only=False))


def flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One array instead of chunks."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _written(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)
