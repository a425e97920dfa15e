"""What the check finds of features: constants, gaps, words, and those that give the target away."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tournaments.services.datasets import measures
from tournaments.services.datasets.findings import GOOD, NOTICE, WARNING, Finding, finding
from tournaments.services.datasets.reading import Table
from tournaments.services.datasets.tables import BLANKS
from tournaments.store.formats.faults import times

GIVES_AWAY = 0.98
MOST_NAMED = 5
MOST_ROWS = 50_000
"""More rows than these tell no more about a feature that gives the target away."""


def named(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are.

    >>> named(["a", "b"]), named(list("abcdefg"))
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def check(table: Table, names: Sequence[str], y: np.ndarray, stay: np.ndarray) -> Iterable[Finding]:
    """Check the features of the rows that stay; against the target on all labelled rows of the file."""
    if not names:
        yield finding(
            "no_features",
            NOTICE,
            "There are no features.",
            "Participants see ids only. That is fine where they know the rows from elsewhere.",
        )
        return
    columns = {name: _values(table, name) for name in names}
    words = [name for name, (_, numeric, _) in columns.items() if not numeric]
    constant = [name for name, (values, _, _) in columns.items() if values[stay].nunique(dropna=False) == 1]
    gaps = {name: int(blank[stay].sum()) for name, (_, _, blank) in columns.items() if blank[stay].any()}
    text = f"{times(len(names), 'feature')}, {len(names) - len(words):,} of them numbers."
    yield finding("features", GOOD, text, features=len(names), words=len(words))
    yield from _giving_away(_telling(columns, constant, y))
    yield from _poor(constant, gaps, int(stay.sum()))


def _giving_away(telling: list[tuple[str, float]]) -> Iterable[Finding]:
    if telling:
        shown = ", ".join(f"{name} ({figure:.3f})" for name, figure in telling[:MOST_NAMED])
        yield finding(
            "gives_target_away",
            WARNING,
            f"{times(len(telling), 'feature')} tell the target alone: {shown}.",
            "At 1 it is the target itself. Was it known before the outcome? If not, leave it out.",
            features=len(telling),
            highest=telling[0][1],
        )


def _poor(constant: list[str], gaps: dict[str, int], rows: int) -> Iterable[Finding]:
    if constant:
        yield finding(
            "constant",
            NOTICE,
            f"{named(constant)} {'has' if len(constant) == 1 else 'have'} one value in every row.",
            "That helps nobody. Leave it out, if it is not meant.",
            features=len(constant),
        )
    if gaps:
        worst = max(gaps, key=lambda name: gaps[name])
        yield finding(
            "missing_values",
            NOTICE,
            f"{times(len(gaps), 'feature')} have gaps, most in {worst}: {gaps[worst]:,} of {rows:,} rows.",
            "Participants have to fill them in. Say how, or leave these features out.",
            features=len(gaps),
            most=gaps[worst],
        )


Values = tuple["pd.Series[Any]", bool, "pd.Series[bool]"]


def _values(table: Table, name: str) -> Values:
    """Return a feature, whether it is numeric, and where it is blank."""
    column = table.frame[name]
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column, True, column.isna()
    text = table.texts(name)
    blank = text.str.strip().str.lower().isin(BLANKS)
    numbers = pd.to_numeric(text.where(~blank), errors="coerce")
    numeric = bool((numbers.notna() | blank).all()) and not bool(blank.all())
    return (numbers if numeric else text), numeric, blank


def _telling(columns: dict[str, Values], skip: Sequence[str], y: np.ndarray) -> list[tuple[str, float]]:
    """Return the features that give the target away, the most telling first."""
    at = np.flatnonzero(y >= 0)
    at = at[:: max(1, -(-len(at) // MOST_ROWS))]
    known = y[at].astype(np.int64)
    if len(at) < 4 or known.min() == known.max():
        return []
    found = []
    for name, (values, numeric, _) in columns.items():
        if name not in skip:
            figure = _figure(values.iloc[at], numeric, known)
            if figure >= GIVES_AWAY:
                found.append((name, figure))
    return sorted(found, key=lambda one: -one[1])


def _figure(values: "pd.Series[Any]", numeric: bool, y: np.ndarray) -> float:
    if numeric:
        return measures.separation(values.to_numpy(dtype=np.float64, na_value=np.nan), y)
    return measures.telling(pd.factorize(values.astype(str))[0], y)
