"""Which rows of a round are alike, for the concordance gate: clustered once, when the round opens."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from tournaments.models import Round
from tournaments.services import files
from tournaments.services.datasets import reading, tables
from tournaments.services.errors import Invalid
from tournaments.store import vectors

_KIND = "|i1"


def keep(round_: Round) -> str:
    """Cluster a round's rows by their features, and return the hash of what is kept; "" without the gate.

    Words and gaps are left out: a feature counts where it is a number in every row but the blank ones, which
    take its median. Raises Invalid `no_features`, `one_split`.
    """
    if round_.read_rules().concordance_gate is None:
        return ""
    if len(round_.split_rows) < 2:
        raise Invalid(
            "one_split", "Concordance compares splits, and this round has one. Open it without the gate."
        )
    # Importing scikit-learn takes a second, and only rounds with this gate need it.
    from tournaments.numerics.concordance import cluster_rows

    found = cluster_rows(_features(round_)).astype(np.int8)
    return files.keep_bytes(vectors.encode(found, _KIND))


def read(round_: Round) -> np.ndarray | None:
    """Return the cluster (M,) of each row in canonical order; None where the round has no such gate."""
    if not round_.clusters_sha256:
        return None
    return vectors.decode(files.read_bytes(round_.clusters_sha256), round_.row_count, _KIND)


def _features(round_: Round) -> np.ndarray:
    """Return the numeric features (M, F) of a round's rows in canonical order."""
    dataset = round_.datasets.get(kind="tournament")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, dataset.filename)
        path.write_bytes(files.read_bytes(dataset.sha256))
        table = reading.read(path)
    names = list(table.frame.columns)
    columns = tables.recognise(names, round_.read_rules().id_column)
    numbers = table.frame[columns.features(names)].apply(pd.to_numeric, errors="coerce")
    blank = table.frame[numbers.columns].isin(["", None])
    usable = [
        name for name in numbers if (numbers[name].notna() | blank[name]).all() and not blank[name].all()
    ]
    if not usable:
        raise Invalid("no_features", "Concordance clusters rows by their features, and there are none.")
    whole = numbers[usable].fillna(numbers[usable].median()).to_numpy(dtype=np.float64)
    ids = pa.array([one.encode() for one in table.texts(columns.id)], pa.binary())
    order = np.empty(round_.row_count, dtype=np.int64)
    order[files.rows_of(round_).find(ids)] = np.arange(round_.row_count)
    return whole[order]
