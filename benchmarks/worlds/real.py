"""Real data from a folder beside the project: the flights of 2013 ready-made, and Numerai's files of 2017."""

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.worlds.world import FEATURES, World

FLIGHTS = "flights-2013"
NUMERAI = "numerai-2017-sample"


def real_flights(folder: Path) -> World:
    """The round in `folder/flights-2013`: training, tournament and labels as Parquet files."""
    source = folder / FLIGHTS
    tables = [pd.read_parquet(source / f"{name}.parquet") for name in ("training", "tournament", "labels")]
    training, tournament, labels = (table.rename(columns={"id": "t_id"}) for table in tables)
    labels = labels.set_index("t_id").loc[tournament["t_id"]].reset_index()
    return World(
        "flights-2013",
        training[["t_id", "era", "target", *FEATURES]],
        tournament[["t_id", "era", "data_type", *FEATURES]],
        labels,
    )


def numerai_sample(folder: Path) -> tuple[World, tuple[str, ...], pd.Series]:
    """Numerai's tournament file of 2017, of which one era is labelled: the round is judged on that era.

    Returns the world, the ids of the 1,000 rows whose labels were never published (to be voided), and a
    real submission of that time as probabilities by id. The labelled rows, practice rows in the file, are
    the live rows here; the others are test rows.
    """
    source = folder / NUMERAI
    training, tournament, submitted = (
        pd.read_csv(source / f"sample_{name}.csv.bz2", dtype={"id": str}).rename(columns={"id": "t_id"})
        for name in ("training", "tournament", "result")
    )
    known = tournament["target"].notna()
    tournament["data_type"] = np.where(known, "live", "test")
    world = World(
        "numerai-2017",
        training[["t_id", "era", "target", *FEATURES]],
        tournament[["t_id", "era", "data_type", *FEATURES]],
        tournament.loc[known, ["t_id", "target"]].astype({"target": int}),
    )
    return world, tuple(tournament.loc[~known, "t_id"]), submitted.set_index("t_id")["probability"]
