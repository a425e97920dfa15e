"""Files as they come: parsed, checked and brought into the order of the round (rows 1 and 2)."""

import io
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from benchmarks.race import Bar, Race
from benchmarks.races.sizes import ERAS, ROWS
from benchmarks.worlds.world import opaque_ids
from tournaments.store.formats import parse
from tournaments.store.rows import RowIndex


def races(quick: bool) -> Iterator[Race]:
    """Yield the races of the parser."""
    rng = np.random.default_rng(2017)
    yield _parsing(rng, ROWS, 2)
    yield _against_numerai(rng)
    if not quick:
        yield _parsing(rng, 1_000_000, 3)


def _round(rng: np.random.Generator, rows: int) -> tuple[RowIndex, list[str]]:
    ids = opaque_ids(rows, rng).tolist()
    eras = [f"era{number}" for number in np.sort(rng.integers(1, ERAS + 1, rows))]
    return RowIndex.build(ids, eras, ["live"] * rows), ids


def _file(ids: list[str], rng: np.random.Generator) -> bytes:
    order = rng.permutation(len(ids))
    values = rng.normal(0.5, 0.02, len(ids)).clip(0.01, 0.99)
    lines = [f"{ids[at]},{value:.6f}" for at, value in zip(order, values, strict=True)]
    return ("id,probability\n" + "\n".join(lines) + "\n").encode()


def _parsing(rng: np.random.Generator, rows: int, factor: float) -> Race:
    index, ids = _round(rng, rows)
    content = _file(ids, rng)
    return Race(
        f"parse, validate and align {rows:,} shuffled rows",
        "bare pyarrow.csv",
        lambda: parse(io.BytesIO(content), "p.csv", index),
        lambda: pa.csv.read_csv(io.BytesIO(content)),
        Bar(factor, at_most=True),
    )


def _against_numerai(rng: np.random.Generator) -> Race:
    from numerai_tools.submissions import validate_submission_numerai

    index, ids = _round(rng, ROWS)
    content = _file(ids, rng).replace(b"probability", b"prediction")
    universe = pd.Series(ids)

    def peer() -> object:
        return validate_submission_numerai(universe, pd.read_csv(io.BytesIO(content), dtype={"id": str}))

    return Race(
        f"the same, {ROWS:,} rows",
        "numerai-tools read and validate",
        lambda: parse(io.BytesIO(content), "p.csv", index),
        peer,
        Bar(60),
    )
