"""The matrix against a file a submission: Parquet, and NumPy's own (row 12 of the performance table).

A slot of the matrix is whole or is known not to be, after a kill or a power cut. NumPy's files have no sum,
so theirs are synced and renamed to be as safe; a bare `np.save`, which promises nothing, takes about as long
as the matrix.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.race import Bar, Race
from tournaments.store.matrix import Matrix

ROWS, ERA, SUBMISSIONS, APPENDS = 36_072, 300, 1_000, 20
APPEND_BAR, NPY_BAR, ERA_BAR = Bar(8), Bar(2), Bar(50)


class Stores:
    """The same submissions three ways, in a folder that is removed at the end."""

    def __init__(self, folder: Path, submissions: int) -> None:
        self.folder, self.submissions = folder, submissions
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.matrix = Matrix(folder / "round.f32", ROWS)
        self.vector = np.random.default_rng(12).random(ROWS, dtype=np.float32)
        for number in range(submissions):
            self.matrix.append(number, self._of(number))
            np.save(folder / f"{number}.npy", self._of(number))
            self.to_parquet(number)
        self._next = itertools.count(submissions)
        self._era = itertools.cycle(range(0, ROWS - ERA, ERA))

    def _of(self, number: int) -> np.ndarray:
        return np.roll(self.vector, number)

    def to_matrix(self, number: int) -> None:
        """Append to the matrix."""
        self.matrix.append(number, self._of(number))

    def to_npy(self, number: int) -> None:
        """Write a file of NumPy's that is whole or not there."""
        path = self.folder / f"{number}.npy"
        with path.with_suffix(".part").open("wb") as file:
            np.save(file, self._of(number))
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, path)

    def to_parquet(self, number: int) -> None:
        """Write a Parquet file."""
        pq.write_table(pa.table({"probability": self._of(number)}), self.folder / f"{number}.parquet")

    def several(self, name: str) -> None:
        """Write a few new submissions one way."""
        for number in itertools.islice(self._next, APPENDS):
            getattr(self, f"to_{name}")(number)

    def era_of_matrix(self) -> np.ndarray:
        """Read an era of all, another one each time."""
        start = next(self._era)
        return self.matrix.read_columns(range(self.submissions), start, start + ERA)

    def era_of_npy(self) -> np.ndarray:
        """The same from NumPy's files, mapped so that only the era is read."""
        start = next(self._era)
        paths = (self.folder / f"{number}.npy" for number in range(self.submissions))
        return np.stack([np.load(path, mmap_mode="r")[start : start + ERA] for path in paths])

    def era_of_parquet(self) -> np.ndarray:
        """The same from Parquet files, which are read whole."""
        start = next(self._era)
        paths = (self.folder / f"{number}.parquet" for number in range(self.submissions))
        columns = (pq.read_table(path).column("probability").slice(start, ERA) for path in paths)
        return np.stack([column.to_numpy() for column in columns])


def races(folder: Path, quick: bool) -> Iterator[Race]:
    """Yield the races of the store, in a folder of their own."""
    submissions = SUBMISSIONS // 5 if quick else SUBMISSIONS
    stores = Stores(folder, submissions)
    for _ in range(ROWS // ERA):  # a process checks each page once and trusts it then
        stores.era_of_matrix()
    for name, peer, bar in (
        ("parquet", "a Parquet file each", APPEND_BAR),
        ("npy", "an npy file each, synced and renamed", NPY_BAR),
    ):
        yield Race(
            f"append a submission, against {name}",
            peer,
            partial(stores.several, "matrix"),
            partial(stores.several, name),
            bar,
            ours_parts=APPENDS,
            peer_parts=APPENDS,
        )
    for peer, theirs in (
        ("a Parquet file each", stores.era_of_parquet),
        ("an npy file each, mapped", stores.era_of_npy),
    ):
        name = peer.split()[1]
        yield Race(f"one era of {submissions:,}, against {name}", peer, stores.era_of_matrix, theirs, ERA_BAR)
    shutil.rmtree(folder)
