"""What participants get of an operator's files: without targets, with the new splits."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tournaments.models import DatasetFile, Rules
from tournaments.services import files
from tournaments.services.datasets.dividing import TRAINING, Division
from tournaments.services.datasets.reading import Table
from tournaments.services.datasets.tables import SPLIT_COLUMNS, TARGET, Columns

CONTENT_TYPES = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".gz": "application/gzip",
    ".zip": "application/zip",
    ".bz2": "application/x-bzip2",
}


@dataclass(frozen=True)
class RoundFiles:
    """What a round is made of, as paths of CSV (also compressed) or Parquet files.

    `tournament` has an id, an era (optional), a split (`data_type` or `split`; without it all rows are
    live) and features; a target column in it is taken off before anyone can download it. `labels` has
    id and target of the rows whose labels are known already; `training` is handed out as it is.
    `columns` names the columns where they are called otherwise; `division` gives splits to labelled rows.
    """

    tournament: Path
    training: Path | None = None
    labels: Path | None = None
    columns: Columns | None = None
    division: Division | None = None


def id_column(columns: Columns, rules: Rules) -> str:
    """Return what the ids are called from now on: as in the file, where the rules allow such a name."""
    return columns.id if re.fullmatch(r"\w{1,64}", columns.id) else rules.id_column


@dataclass(frozen=True)
class Handout:
    """The files that participants get of an operator's table: without targets, with the new splits."""

    table: Table
    columns: Columns
    rules: Rules
    splits: np.ndarray
    y: np.ndarray
    given: RoundFiles

    def stored(self) -> list[DatasetFile]:
        """Store the bytes, and return the rows that name them, not saved yet."""
        name = id_column(self.columns, self.rules)
        public = self._public(name)
        found = []
        if self.given.training is not None:
            found.append(_dataset("training", self.given.training.name, self.given.training.read_bytes()))
        elif (self.splits == TRAINING).any():
            found.append(_dataset("training", "training.csv", self._training(name)))
        found.append(self._tournament(public))
        ids = self.table.texts(self.columns.id)[public.index]
        example = pd.DataFrame({name: ids, "probability": "0.5"})
        found.append(_dataset("example", "example_predictions.csv", example.to_csv(index=False).encode()))
        return found

    def _public(self, name: str) -> pd.DataFrame:
        stay = self.splits != TRAINING
        frame = self.table.frame[stay].drop(columns=[self.columns.target], errors="ignore")
        if self.given.division is not None:
            frame = frame.drop(columns=[self.columns.split], errors="ignore")
            frame[SPLIT_COLUMNS[0]] = self.splits[stay]
        return frame.rename(columns={self.columns.id: name})

    def _training(self, name: str) -> bytes:
        taken = self.splits == TRAINING
        frame = self.table.frame[taken].drop(columns=[self.columns.target], errors="ignore")
        frame = frame.drop(columns=[self.columns.split], errors="ignore")
        frame = frame.rename(columns={self.columns.id: name}).assign(**{TARGET: self.y[taken]})
        return frame.to_csv(index=False).encode()

    def _tournament(self, public: pd.DataFrame) -> DatasetFile:
        path = self.given.tournament
        untouched = self.table.plain and list(public.columns) == list(self.table.frame.columns)
        if untouched and len(public) == len(self.table.frame):
            return _dataset("tournament", path.name, path.read_bytes())
        if path.suffix == ".parquet":
            return _dataset("tournament", path.name, public.to_parquet(index=False))
        name = path.name.split(".")[0] + ".csv"
        return _dataset("tournament", name, public.to_csv(index=False).encode())


def _dataset(kind: str, filename: str, content: bytes) -> DatasetFile:
    return DatasetFile(
        kind=kind,
        filename=filename[-120:],
        content_type=CONTENT_TYPES.get(Path(filename).suffix, "application/octet-stream"),
        sha256=files.keep_bytes(content),
        size=len(content),
    )
