"""Does the crowd beat its members? Blends of the demo's crowd against the best, mean and median forecaster.

    python -m benchmarks.crowd_edge --world flights --seeds 10

For each seed the world is drawn and the crowd fitted anew, those who copy included. The blends
are fitted on the test split and everything is judged on live rows, as in a round (FORMULAS section 5).
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.crowd.entrants import Entrant, crowd
from benchmarks.crowd.likeness import Layout, layout_of, likeness, ranks
from benchmarks.worlds import ORIGINAL, SMALL, World, flights, market
from tournaments.numerics.blending.registry import blend
from tournaments.numerics.blending.voices import Voices, logits, merge, merge_ranks
from tournaments.numerics.blending.weighing import Facts, evidence_of
from tournaments.numerics.losses import log_loss

WORLDS = {"flights": flights, "market": market}
BLENDS = ("rank", "calibrated")
NEEDED = 0.9  # share of the seeds on which a blend must beat the mean and the median forecaster
GATE = 0.95  # of abs(ρ): no honest file may be taken for a copy of another, on any seed


@dataclass(frozen=True)
class Edge:
    """One seed's figures: log losses on live rows, and how alike the forecasters are."""

    seed: int
    forecasters: int
    rank: float
    calibrated: float
    best: float
    mean: float
    median: float
    better_than_coin: int
    nearest_honest: float
    seconds: float


def main() -> int:
    """Print a table and write the figures as JSON; 0 if the claims of NEEDED and GATE hold."""
    options = _options()
    size = SMALL if options.small else ORIGINAL
    print("seed     rank  calibr.     best     mean   median  <ln 2  max ρ")
    edges = []
    for seed in range(options.first, options.first + options.seeds):
        world = WORLDS[options.world](seed, size)
        started = time.perf_counter()
        entrants = crowd(world, seed)
        edge = edge_of(world, entrants, seed, seconds=time.perf_counter() - started)
        edges.append(edge)
        print(_line(edge), flush=True)
    wins = wins_of(edges)
    for one in BLENDS:
        against = ", ".join(f"{name} on {wins[one][name]}" for name in ("mean", "median", "best"))
        print(f"{one} beats the {against} of {len(edges)} seeds")
    nearest = max(edge.nearest_honest for edge in edges)
    print(f"the nearest two honest files have ρ {nearest:.3f}, the gate is {GATE}")
    often = all(wins[blend][name] >= NEEDED * len(edges) for blend in BLENDS for name in ("mean", "median"))
    holds = often and nearest <= GATE
    write(options.out, options.world, edges, holds)
    return 0 if holds else 1


def edge_of(world: World, entrants: list[Entrant], seed: int, seconds: float) -> Edge:
    """Compare the blends of a world's crowd with its members on the live split."""
    layout = layout_of(world)
    y = world.labels["target"].to_numpy()[layout.order]
    live = slice(int(layout.starts[2]), int(layout.starts[3]))
    files = [p[layout.order] for one in entrants for p in one.forecasters.values()]
    losses = np.array([log_loss(p[live], y[live]) for p in files])
    blended = {name: log_loss(p, y[live]) for name, p in blends_of(entrants, world, layout).items()}
    return Edge(
        seed=seed,
        forecasters=len(files),
        rank=blended["rank"],
        calibrated=blended["calibrated"],
        best=float(losses.min()),
        mean=float(losses.mean()),
        median=float(np.median(losses)),
        better_than_coin=int((losses < np.log(2)).sum()),
        nearest_honest=nearest_honest(entrants, layout),
        seconds=round(seconds, 1),
    )


def blends_of(entrants: list[Entrant], world: World, layout: Layout) -> dict[str, NDArray[np.float64]]:
    """The blends' probabilities of the live rows in the layout's order, fitted on the test rows."""
    files = [p for one in entrants for p in one.forecasters.values()]
    owners = [number for number, one in enumerate(entrants) for _ in one.forecasters]
    y = world.labels["target"].to_numpy()[layout.order]
    test, live = (slice(int(layout.starts[at]), int(layout.starts[at + 1])) for at in (1, 2))
    voices = Voices(
        merge([logits(p[layout.order]) for p in files], owners),
        merge_ranks([ranks(p, layout) for p in files], owners, layout.starts),
    )
    there = np.ones((voices.participants, layout.eras[1].size - 1), dtype=bool)
    evidence = evidence_of(voices.rows(test), y[test], layout.eras[1], there)
    return {name: blend(name, voices.rows(live), Facts(), evidence).p for name in BLENDS}


def nearest_honest(entrants: list[Entrant], layout: Layout) -> float:
    """The largest abs(ρ) on any split between files of two different honest participants."""
    honest = [
        (one.alias, ranks(p, layout)) for one in entrants if one.honest for p in one.forecasters.values()
    ]
    nearest = 0.0
    for alias, g in honest:
        others = np.array([other for name, other in honest if name != alias])
        nearest = max(nearest, float(likeness(g, others, layout).max()))
    return nearest


def wins_of(edges: list[Edge]) -> dict[str, dict[str, int]]:
    """On how many seeds each blend has a lower log loss than the mean, the median and the best forecaster."""
    return {
        blend: {
            name: sum(getattr(edge, blend) < getattr(edge, name) for edge in edges)
            for name in ("mean", "median", "best")
        }
        for blend in BLENDS
    }


def write(path: Path, world: str, edges: list[Edge], holds: bool) -> None:
    """Write one world's figures into the JSON file, beside those of other worlds that it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    report = json.loads(path.read_text()) if path.exists() else {}
    report[world] = {
        "seeds": [asdict(edge) for edge in edges],
        "wins": wins_of(edges),
        "needed": NEEDED,
        "holds": holds,
    }
    path.write_text(json.dumps(report, indent=2) + "\n")


def _line(edge: Edge) -> str:
    losses = (edge.rank, edge.calibrated, edge.best, edge.mean, edge.median)
    better = f"{edge.better_than_coin}/{edge.forecasters}"
    return (
        f"{edge.seed:>4} {' '.join(f'{loss:8.5f}' for loss in losses)} {better:>6} {edge.nearest_honest:6.3f}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crowd_edge", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--world", choices=sorted(WORLDS), default="flights")
    parser.add_argument("--seeds", type=int, default=10, help="how many (default 10)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--small", action="store_true", help="a small world, to see that it runs")
    parser.add_argument("--out", type=Path, default=Path("var/bench/crowd_edge.json"))
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
