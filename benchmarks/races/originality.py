"""A newcomer against all: the nearest by rank correlation, and the smallest KS distance (rows 5 and 6)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp, pearsonr

from benchmarks.race import Bar, Race
from benchmarks.races.sizes import CROWD, ROWS, UNIT, gemv, starts
from tournaments.numerics.checks import Counts, Floats, Singles
from tournaments.numerics.distributions import cumulative_counts, smallest_distance
from tournaments.numerics.likeness import screen, ticks
from tournaments.numerics.originality import nearest
from tournaments.numerics.ranks import gaussian_ranks

BATCH = 16
PAIRED_BY_PEER = 20
ALL = np.array([0, ROWS])


@dataclass(frozen=True)
class Field:
    """A crowd as the server keeps it, and newcomers to it."""

    p: Floats
    g: Floats
    kept: Singles
    counts: Counts
    newcomers: Floats

    @classmethod
    def of(cls, rng: np.random.Generator, crowd: int) -> "Field":
        """Make a crowd of honest, somewhat alike forecasters of different scales."""
        factors = rng.normal(size=(6, ROWS))

        def one() -> NDArray[np.float64]:
            z = rng.normal(size=6) @ factors + 2 * rng.normal(size=ROWS)
            return 1 / (1 + np.exp(-0.03 * np.exp(0.3 * rng.normal()) * z + 0.01 * rng.normal()))

        p = np.array([one() for _ in range(crowd)])
        g = np.array([gaussian_ranks(values, starts()) for values in p])
        kept = np.array([ticks(ranks, ALL) for ranks in g])
        counts = np.array([cumulative_counts(values) for values in p])
        return cls(p, g, kept, counts, np.array([one() for _ in range(BATCH)]))

    def alone(self, newcomer: int = 0) -> tuple[float, float]:
        """All that is done for a newcomer, from its file's values on: made ready, then compared."""
        return self.compared([Ready.of(self.newcomers[newcomer])])[0]

    def compared(self, newcomers: list["Ready"]) -> list[tuple[float, float]]:
        """Newcomers against all, in one pass: the nearest, and the smallest distance."""
        screened = screen(self.kept, np.array([one.ticks for one in newcomers]), ALL)
        everyone = np.arange(len(self.p))
        return [
            (
                nearest(one.g, self.g, screened[:, at], ALL)[0] / 1e9,
                smallest_distance(one.ordered, one.counts, self.p, self.counts, everyone)[0],
            )
            for at, one in enumerate(newcomers)
        ]


@dataclass(frozen=True)
class Ready:
    """What is made of a newcomer's file once, whoever it is compared with."""

    g: Floats
    ticks: Singles
    ordered: Floats
    counts: Counts

    @classmethod
    def of(cls, p: Floats) -> "Ready":
        """Rank, round to ticks, sort and count."""
        g = gaussian_ranks(p, starts())
        return cls(g, ticks(g, ALL), np.sort(p), cumulative_counts(p))


def races(quick: bool) -> Iterator[Race]:
    """Yield the races of originality."""
    crowd = CROWD // 5 if quick else CROWD
    field = Field.of(np.random.default_rng(2018), crowd)
    name = f"originality of a newcomer against {crowd:,}, from its file's values on"
    if not quick:  # what a newcomer costs alone is not less where the crowd is small
        yield Race(name, UNIT, field.alone, gemv(crowd), Bar(4, at_most=True))
    own = gaussian_ranks(field.newcomers[0], starts())

    def peer() -> list[tuple[float, float]]:
        pairs = zip(field.g[:PAIRED_BY_PEER], field.p[:PAIRED_BY_PEER], strict=True)
        return [
            (float(pearsonr(own, g)[0]), float(ks_2samp(field.newcomers[0], p, method="asymp").statistic))
            for g, p in pairs
        ]

    some = slice(PAIRED_BY_PEER)
    few = Field(field.p[some], field.g[some], field.kept[some], field.counts[some], field.newcomers)

    def same(_: object, pairs: list[tuple[float, float]]) -> bool:
        rho, ks = few.alone()
        return (
            abs(max(abs(one) for one, _ in pairs) - rho) < 1e-9 and abs(min(d for _, d in pairs) - ks) < 1e-12
        )

    yield Race(
        f"{name}, against scipy",
        f"scipy's pearsonr and ks_2samp pair by pair, timed on {PAIRED_BY_PEER}",
        field.alone,
        peer,
        Bar(200),
        peer_parts=PAIRED_BY_PEER / crowd,
        agree=same,
    )
    if not quick:
        yield _batch(field)


def _batch(field: Field) -> Race:
    ready = [Ready.of(p) for p in field.newcomers]
    return Race(
        f"a batch of {BATCH} newcomers against {len(field.p):,}, each, once they are ranked",
        "one newcomer alone",
        lambda: field.compared(ready),
        lambda: field.compared(ready[:1]),
        Bar(0.4, at_most=True),
        ours_parts=BATCH,
    )
