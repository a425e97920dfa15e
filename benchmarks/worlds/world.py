"""What a reference world is, how rows become one, and how it is written to files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

FEATURES = tuple(f"feature{number}" for number in range(1, 22))
SPLITS = ("validation", "test", "live")
DECIMALS = 5


@dataclass(frozen=True)
class Size:
    """Rows in the training file and in each split of the tournament file."""

    training: int
    validation: int
    test: int
    live: int

    @property
    def tournament(self) -> int:
        """Rows of the tournament file, all splits together."""
        return self.validation + self.test + self.live


ORIGINAL = Size(training=96_320, validation=12_000, test=12_000, live=12_072)
SMALL = Size(training=4_000, validation=500, test=500, live=500)


@dataclass(frozen=True)
class World:
    """A round's data before it is played.

    training: t_id, era, target, feature1…feature21, in order of time by era, shuffled within each;
    tournament: t_id, era, data_type, feature1…feature21, shuffled; labels: t_id, target (0 or 1) of the
    tournament's rows, in the tournament's order.
    """

    name: str
    training: pd.DataFrame
    tournament: pd.DataFrame
    labels: pd.DataFrame


def even_sample(groups: NDArray[np.int64], total: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Choose `total` row numbers, from each group in proportion to its size (largest remainder).

    groups: (M,) group number of each row. Returns sorted row numbers, (total,).
    Raises ValueError when there are fewer rows than asked for.
    """
    _, member, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if not total <= len(groups):
        raise ValueError(f"{total} rows asked for, {len(groups)} there are")
    quota = sizes * total // len(groups)
    remainder = sizes * total % len(groups)
    quota[np.argsort(-remainder, kind="stable")[: total - quota.sum()]] += 1
    shuffled = rng.permutation(len(groups))
    by_group = shuffled[np.argsort(member[shuffled], kind="stable")]
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = np.arange(len(groups)) - first
    return np.sort(by_group[place < np.repeat(quota, sizes)])


def opaque_ids(rows: int, rng: np.random.Generator) -> NDArray[np.str_]:
    """Distinct random ids of 16 hexadecimal digits, (rows,): they tell nothing of order or content."""
    numbers: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
    while len(numbers) < rows:
        drawn = rng.integers(0, 2**64, size=rows - len(numbers), dtype=np.uint64)
        numbers = rng.permutation(np.unique(np.concatenate([numbers, drawn])))
    return np.array([f"{number:016x}" for number in numbers.tolist()])


def build(
    name: str,
    features: NDArray[np.float64],
    era: NDArray[np.int64],
    split: NDArray[np.str_],
    target: NDArray[np.int64],
    rng: np.random.Generator,
) -> World:
    """Make a world of rows in any order.

    features: (M, 21) in [0, 1]; era: (M,) numbers from 1 in order of time; split: (M,) "training",
    "validation", "test" or "live"; target: (M,) of 0 and 1. Rows are shuffled before they are sorted by era,
    so that no order of the source (say, by actual departure) is left in a file.
    """
    table = pd.DataFrame(np.round(features, DECIMALS), columns=list(FEATURES))
    table.insert(0, "t_id", opaque_ids(len(table), rng))
    table.insert(1, "era", [f"era{number}" for number in era])
    table.insert(2, "data_type", split)
    table.insert(3, "target", target.astype(np.int8))
    order = rng.permutation(len(table))
    trained = split[order] == "training"
    training = order[trained][np.argsort(era[order][trained], kind="stable")]
    tournament = table.iloc[order[~trained]].reset_index(drop=True)
    return World(
        name,
        training=table.iloc[training].drop(columns="data_type").reset_index(drop=True),
        tournament=tournament.drop(columns="target"),
        labels=tournament[["t_id", "target"]].copy(),
    )


def era_numbers(era: pd.Series) -> NDArray[np.int64]:
    """The numbers in era names, (M,): "era12" is 12."""
    return era.str.slice(3).astype(np.int64).to_numpy()


def write_training(world: World, path: Path) -> None:
    """Write the training file as CSV: t_id, era, target, feature1…feature21."""
    _write(world.training, path)


def write_tournament(world: World, path: Path) -> None:
    """Write the tournament file as CSV: t_id, era, data_type, feature1…feature21, without targets."""
    _write(world.tournament, path)


def write_labels(world: World, path: Path, splits: tuple[str, ...] = SPLITS) -> None:
    """Write the labels of the given splits as CSV: t_id, target."""
    wanted = world.tournament.loc[world.tournament["data_type"].isin(splits), "t_id"]
    _write(world.labels[world.labels["t_id"].isin(wanted)], path)


def _write(table: pd.DataFrame, path: Path) -> None:
    # pyarrow would quote the header's names.
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as sink:
        sink.write(f"{','.join(table.columns)}\n".encode())
        pyarrow.csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), sink, options)
