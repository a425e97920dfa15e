"""What is raced today: intake, scores, ranks, payouts' neighbours. Sizes are the original game's."""

import io
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray
from scipy.stats import ks_2samp, pearsonr
from sklearn.metrics import log_loss as sklearn_log_loss

from benchmarks.race import Bar, Race
from benchmarks.worlds.world import opaque_ids
from tournaments.numerics.losses import era_log_loss, log_loss
from tournaments.numerics.originality import originality_of
from tournaments.store.formats import parse
from tournaments.store.rows import RowIndex

ROWS, ERAS, OTHERS = 36_072, 120, 100
Vector = NDArray[np.float64]


def races(quick: bool) -> Iterator[Race]:
    """Yield the races, one at a time, so that only one world is in memory."""
    rng = np.random.default_rng(2017)
    yield _parsing(rng, ROWS, 2)
    if not quick:
        yield _parsing(rng, 1_000_000, 3)
    yield _against_numerai(rng)
    yield _losses(rng)
    yield _newcomer(rng)


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
        Bar(12),
    )


def _losses(rng: np.random.Generator) -> Race:
    p, y = rng.uniform(0.3, 0.7, ROWS), rng.integers(0, 2, ROWS)
    starts = np.linspace(0, ROWS, ERAS + 1).astype(np.int64)
    table = pd.DataFrame({"p": p, "y": y, "era": np.repeat(np.arange(ERAS), np.diff(starts))})

    def peer() -> object:
        by_era = [sklearn_log_loss(era["y"], era["p"], labels=[0, 1]) for _, era in table.groupby("era")]
        return sklearn_log_loss(y, p), by_era

    return Race(
        "log loss, whole and per era",
        "scikit-learn and groupby",
        lambda: (log_loss(p, y), era_log_loss(p, y, starts)),
        peer,
        Bar(400),
    )


def _newcomer(rng: np.random.Generator) -> Race:
    crowd = rng.uniform(0.3, 0.7, (OTHERS, ROWS))
    newcomer = rng.uniform(0.3, 0.7, ROWS)
    bounds = np.array([0, ROWS], dtype=np.int64)

    def peer() -> object:
        return [(pearsonr(newcomer, other)[0], ks_2samp(newcomer, other).statistic) for other in crowd]

    return Race(
        f"originality of a newcomer against {OTHERS}, in float64",
        "scipy pearsonr and ks_2samp, pair by pair",
        lambda: originality_of(newcomer, newcomer, crowd, crowd, bounds),
        peer,
        Bar(1),
    )
