"""An operator's file as a table: read as text, its columns named, every fault found with its line."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tournaments.services.datasets.reading import Table
from tournaments.store.formats import Fault
from tournaments.store.formats.faults import SHOWN, place, times
from tournaments.store.rows import MAX_TEXT, SPLITS

TARGET, SPLIT_COLUMNS = "target", ("data_type", "split")
# What people call these columns; small letters, the best guess first.
ID_NAMES = ("id", "t_id", "row_id", "rowid", "uid", "uuid", "key", "identifier")
ERA_NAMES = ("era", "period", "date", "day", "week", "month")
SPLIT_NAMES = (*SPLIT_COLUMNS, "set", "partition")
TARGET_NAMES = (TARGET, "label", "y", "outcome", "class", "response")
BLANKS = ("", "nan", "na", "n/a", "null", "none")
LABELS = {"0": 0, "0.0": 0, "false": 0, "1": 1, "1.0": 1, "true": 1}
UNKNOWN = -1
UNUSABLE = r"^\s|\s$|[\x00-\x1f\x7f]"


@dataclass(frozen=True)
class Columns:
    """Which column is what; "" where the table has none. All others are features."""

    id: str
    era: str = ""
    split: str = ""
    target: str = ""

    def features(self, names: Iterable[str]) -> list[str]:
        """Return the columns that participants predict from."""
        return [name for name in names if name not in (self.id, self.era, self.split, self.target)]


def strict(names: Sequence[str], id_column: str) -> Columns:
    """Name the columns by the names that the documentation gives them, and no others."""
    split = next((name for name in SPLIT_COLUMNS if name in names), "")
    era, target = (name if name in names else "" for name in ("era", TARGET))
    return Columns(id_column, era, split, target)


def recognise(names: Sequence[str], id_column: str = "id") -> Columns:
    """Guess which column is what from their names; `id` is "" where it cannot be told.

    >>> recognise(["Flight_ID", "Date", "wind", "Label"])
    Columns(id='Flight_ID', era='Date', split='', target='Label')
    """
    taken: list[str] = []
    for known in ((id_column, *ID_NAMES), ERA_NAMES, SPLIT_NAMES, TARGET_NAMES):
        taken.append(_named(names, known, taken))
    return Columns(taken[0] or _ends_in_id(names, taken), *taken[1:])


def _named(names: Sequence[str], known: Sequence[str], taken: Sequence[str]) -> str:
    small = {name.lower(): name for name in reversed(names) if name not in taken}
    return next((small[one.lower()] for one in known if one.lower() in small), "")


def _ends_in_id(names: Sequence[str], taken: Sequence[str]) -> str:
    return next((n for n in names if re.search(r"(_|\b)id$", n.lower()) and n not in taken), "")


def labels_of(values: "pd.Series[Any]") -> np.ndarray:
    """Return labels as int8: 0, 1, -1 where blank, and -2 for what is none."""
    small = values.str.strip().str.lower()
    found = small.map({**LABELS, **dict.fromkeys(BLANKS, UNKNOWN)})
    return found.fillna(-2).to_numpy(dtype=np.int8)


def faults_of(table: Table, columns: Columns) -> list[Fault]:
    """Return every kind of fault that keeps a table from becoming a round, with the first places of each."""
    missing = [name for name in vars(columns).values() if name and name not in table.frame.columns]
    if missing or not columns.id:
        return [_no_column(table, missing)]
    if not len(table.frame):
        return [Fault("no_rows", "There is no row below the header. A round needs at least one.")]
    ids = table.texts(columns.id)
    whole = bool(pd.api.types.is_float_dtype(table.frame[columns.id].dtype))
    found = [_decimals(columns.id)] if whole else []
    found += [*_unusable(table, ids, "id", ids), *_duplicates(table, ids)]
    if columns.era:
        found += _unusable(table, table.texts(columns.era), "era", ids)
    if columns.split:
        kinds = table.texts(columns.split)
        found += _strange(table, kinds, ~kinds.isin(SPLITS), ids, ("bad_split", "split", ", ".join(SPLITS)))
    if columns.target:
        values = table.texts(columns.target)
        odd = pd.Series(labels_of(values) == -2, index=values.index)
        found += _strange(table, values, odd, ids, ("not_a_label", "label", "0 or 1, or blank where unknown"))
    return found


def _no_column(table: Table, missing: list[str]) -> Fault:
    names = ", ".join(list(table.frame.columns)[:8]) or "none"
    what = f"There is no column {missing[0]}." if missing else "It cannot be told which column holds the ids."
    return Fault("bad_header", f"{what} The columns are: {names}.", 1, [place(1)])


def _decimals(column: str) -> Fault:
    return Fault("bad_id", f"The ids in {column} are decimal numbers. Store them as text or whole numbers.")


def _places(table: Table, at: np.ndarray, ids: "pd.Series[Any]", values: "pd.Series[Any]") -> list[Any]:
    return [place(int(i) + table.first, str(ids.iloc[i]), str(values.iloc[i])) for i in at[:SHOWN]]


def _in_all(at: np.ndarray) -> str:
    return f" ({times(len(at), 'row')} in all)" if len(at) > 1 else ""


def _unusable(table: Table, values: "pd.Series[Any]", what: str, ids: "pd.Series[Any]") -> list[Fault]:
    long = values.str.encode("utf-8").str.len() > MAX_TEXT
    at = np.flatnonzero((values == "") | long | values.str.contains(UNUSABLE, regex=True))
    if not len(at):
        return []
    value = str(values.iloc[at[0]])
    shown = f"the {what} {value!r:.60}" if value else f"no {what}"
    message = (
        f"{table.unit} {int(at[0]) + table.first:,}: {shown}{_in_all(at)}. "
        f"It needs 1 to {MAX_TEXT} bytes without space at either end. "
        "Fill it in, or remove the row."
    )
    return [Fault(f"bad_{what}", message, len(at), _places(table, at, ids, values))]


def _duplicates(table: Table, ids: "pd.Series[Any]") -> list[Fault]:
    at = np.flatnonzero(ids.duplicated() & (ids != ""))
    if not len(at):
        return []
    value = ids.iloc[at[0]]
    before = int(np.flatnonzero(ids == value)[0]) + table.first
    message = (
        f"{table.unit} {int(at[0]) + table.first:,}: the id “{value:.60}” is already in "
        f"{table.unit.lower()} {before:,}{_in_all(at)}. Every id must occur once: "
        "remove the copies, or make the ids different."
    )
    return [Fault("duplicate_id", message, len(at), _places(table, at, ids, ids))]


def _strange(
    table: Table,
    values: "pd.Series[Any]",
    mask: "pd.Series[bool]",
    ids: "pd.Series[Any]",
    words: tuple[str, str, str],
) -> list[Fault]:
    at = np.flatnonzero(mask)
    if not len(at):
        return []
    code, what, allowed = words
    message = (
        f"{table.unit} {int(at[0]) + table.first:,}: “{values.iloc[at[0]]!s:.60}” is no {what} "
        f"{_in_all(at)}. Write {allowed}."
    )
    return [Fault(code, message, len(at), _places(table, at, ids, values))]
