"""Scores: log loss whole and per era, CORR and MMC (rows 3, 4, 7 and 8)."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import log_loss as sklearn_log_loss

from benchmarks.race import Bar, Race
from benchmarks.races.sizes import CROWD, ERAS, ROWS, UNIT, gemv, starts
from tournaments.numerics.contribution import era_gaussians, mmc_eras
from tournaments.numerics.corr import corr_table, keep_ranks
from tournaments.numerics.losses import batch_losses, era_log_loss, log_loss

Vector = NDArray[np.float64]
LIVE_ROWS = 5_000
SCORED_BY_PEER = 20


def races(quick: bool) -> Iterator[Race]:
    """Yield the races of the scores."""
    rng = np.random.default_rng(2016)
    yield _one(rng)
    yield from _many(rng, CROWD // 5 if quick else CROWD)
    yield from _against_numerai(rng, CROWD // 10 if quick else CROWD)


def _one(rng: np.random.Generator) -> Race:
    p, y = rng.uniform(0.3, 0.7, ROWS), rng.integers(0, 2, ROWS)
    bounds = starts()
    table = pd.DataFrame({"p": p, "y": y, "era": np.repeat(np.arange(ERAS), np.diff(bounds))})

    def peer() -> tuple[float, list[float]]:
        by_era = [sklearn_log_loss(era["y"], era["p"], labels=[0, 1]) for _, era in table.groupby("era")]
        return sklearn_log_loss(y, p), by_era

    return Race(
        "log loss, whole and per era, of one",
        "scikit-learn and groupby",
        lambda: (log_loss(p, y), era_log_loss(p, y, bounds)),
        peer,
        Bar(400),
        agree=lambda a, b: abs(a[0] - b[0]) < 1e-12 and np.allclose(a[1], b[1], rtol=0, atol=1e-12),
    )


def _many(rng: np.random.Generator, crowd: int) -> Iterator[Race]:
    p = rng.normal(0.5, 0.05, (crowd, ROWS)).clip(0, 1)
    ones, bounds = rng.integers(0, 2, ROWS) == 1, starts()
    name = f"log loss, whole and per era, of {crowd:,}"
    yield Race(name, UNIT, lambda: batch_losses(p, ones, bounds), gemv(crowd), Bar(8, at_most=True))
    clipped = p[:SCORED_BY_PEER].clip(1e-6, 1 - 1e-6)

    def peer() -> list[float]:
        return [sklearn_log_loss(ones, one) for one in clipped]

    def whole(losses: Vector) -> Vector:
        return losses @ np.diff(bounds) / ROWS

    yield Race(
        f"{name}, against scikit-learn",
        f"scikit-learn, whole only, timed on {SCORED_BY_PEER}",
        lambda: batch_losses(p, ones, bounds),
        peer,
        Bar(150),
        peer_parts=SCORED_BY_PEER / crowd,
        agree=lambda a, b: np.allclose(whole(a)[:SCORED_BY_PEER], b, rtol=0, atol=1e-12),
    )


def _against_numerai(rng: np.random.Generator, crowd: int) -> Iterator[Race]:
    from numerai_tools.scoring import correlation_contribution, numerai_corr

    p = rng.uniform(0.3, 0.7, (crowd, LIVE_ROWS))
    y = rng.integers(0, 2, LIVE_ROWS)
    bounds = np.array([0, LIVE_ROWS])
    ids = [f"n{number}" for number in range(LIVE_ROWS)]
    frame = pd.DataFrame(p.T, index=ids)
    target = pd.Series(y.astype(float), index=ids, name="target")
    meta = pd.Series(p[: crowd // 2].mean(axis=0), index=ids, name="meta")
    kept, size = keep_ranks(p, bounds), f"{crowd:,} × {LIVE_ROWS:,} rows"

    def same(a: Vector, b: pd.Series) -> bool:
        return np.allclose(a[:, 0], b.to_numpy(), rtol=0, atol=1e-9)

    def corr() -> object:
        return numerai_corr(frame, target)

    yield Race(f"CORR of {size}", "numerai-tools", lambda: corr_table(keep_ranks(p, bounds), y), corr,
               Bar(15), agree=same)  # fmt: skip
    yield Race(f"CORR of {size}, ranks kept", "numerai-tools", lambda: corr_table(kept, y), corr,
               Bar(500), agree=same)  # fmt: skip
    own = era_gaussians(meta.to_numpy()[None, :], bounds)[0]
    ranks = era_gaussians(p, bounds)

    def mmc() -> object:
        return correlation_contribution(frame, meta, target)

    yield Race(f"MMC of {size}", "numerai-tools", lambda: mmc_eras(era_gaussians(p, bounds), own, y, bounds),
               mmc, Bar(6), agree=same)  # fmt: skip
    yield Race(f"MMC of {size}, ranks kept", "numerai-tools", lambda: mmc_eras(ranks, own, y, bounds), mmc,
               Bar(250), agree=same)  # fmt: skip
