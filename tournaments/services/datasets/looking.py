"""What was found in a file, before anything is made of it: so that its columns can be named calmly."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tournaments.services.datasets import reading, tables
from tournaments.services.datasets.reading import Table
from tournaments.services.datasets.tables import Columns
from tournaments.store.rows import SPLITS

SAMPLE_ROWS, SAMPLE_COLUMNS = 3, 8


@dataclass(frozen=True)
class Look:
    """A tournament file as it was found; `columns` is a guess from names, to be corrected."""

    name: str
    rows: int
    names: list[str]
    columns: Columns
    eras: int
    splits: dict[str, int]
    """Rows of each split, where the file has a column of them that can be used."""
    labelled: int
    sample_names: list[str]
    """What stands above the sample: the columns that were recognised, then the first features."""
    sample: list[list[str]]

    @property
    def features(self) -> int:
        """Return how many columns are left to predict from."""
        return len(self.columns.features(self.names))


def look(path: Path, id_column: str) -> Look:
    """Read a tournament file and say what is in it. Raises TableRefused when it is no table."""
    table = reading.read(path)
    names = [str(name) for name in table.frame.columns]
    columns = tables.recognise(names, id_column)
    splits = _splits(table, columns)
    if not splits and columns.split not in tables.SPLIT_COLUMNS:
        columns = Columns(columns.id, columns.era, "", columns.target)
    known = [name for name in vars(columns).values() if name]
    shown = [*known, *columns.features(names)][:SAMPLE_COLUMNS]
    head = table.frame.iloc[:SAMPLE_ROWS][shown]
    return Look(
        name=table.name,
        rows=len(table.frame),
        names=names,
        columns=columns,
        eras=int(table.texts(columns.era).nunique()) if columns.era else 0,
        splits=splits,
        labelled=_labelled(table, columns),
        sample_names=shown,
        sample=[[str(value) for value in row] for row in head.itertuples(index=False)],
    )


def _splits(table: Table, columns: Columns) -> dict[str, int]:
    if not columns.split:
        return {}
    found = table.texts(columns.split).value_counts()
    usable = set(found.index) <= set(SPLITS)
    return {split: int(found[split]) for split in SPLITS if split in found.index} if usable else {}


def _labelled(table: Table, columns: Columns) -> int:
    if not columns.target:
        return 0
    return int(np.count_nonzero(tables.labels_of(table.texts(columns.target)) >= 0))
