"""`make test-real DATA=FOLDER`: a round on real flights, and one on Numerai's 499 labelled rows of 2017.

Prints NOT RUN for what is absent; exits 0 only if everything that was played held.
"""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from benchmarks.crowd.entrants import SEATS, Entrant, crowd
from benchmarks.worlds.real import FLIGHTS, NUMERAI, numerai_sample, real_flights
from benchmarks.worlds.world import FEATURES, World
from demo import report, whole
from demo.progress import console, step
from demo.stage import Contest

REAL_FLIGHTS = Contest("flights-2013", "Flights of 2013", "Will this flight arrive late for its day?")
# Plain models on these features are near-copies of each other, which the gate at 0.95 would take amiss.
REAL_NUMERAI = Contest(
    "numerai-2017",
    "Numerai 2017",
    "Numerai's own files of 2017",
    "numerai2017",
    ("id_column=t_id", "originality_gate=0.99"),
)
SUBSETS = 6
"""Participants of the Numerai round: logistic regressions on every sixth feature, and one real submission."""


def main() -> int:
    """Play what is there; returns 0 when all of it held."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
    home, base = Path(os.environ["VAR_DIR"]), os.environ["BASE_URL"]
    broken: list[str] = []
    for name, play in ((FLIGHTS, _flights), (NUMERAI, _numerai)):
        if not (folder / name).is_dir() or len(sys.argv) < 2:
            console.print(f"NOT RUN: a round on {name}: its folder is not in DATA={folder}")
            continue
        console.print(f"A round on {name}")
        broken += play(folder, home, base)
    for sentence in broken:
        console.print(f"did not hold: {sentence}")
    return 1 if broken else 0


def _flights(folder: Path, home: Path, base: str) -> list[str]:
    world = real_flights(folder)
    with step("Thirty people fit their models", len(SEATS)) as under_way:
        entrants = crowd(world, on_done=under_way.advance)
    result = whole.play(REAL_FLIGHTS, world, entrants, home, base)
    report.show(result)
    return [check["sentence"] for check in result["checks"] if not check["holds"]]


def _numerai(folder: Path, home: Path, base: str) -> list[str]:
    world, void, submitted = numerai_sample(folder)
    result = whole.play(REAL_NUMERAI, world, _plain_crowd(world, submitted), home, base, void)
    report.show(result)
    rows = {row["rows"] for row in result["leaderboard"] if row["kind"] == "player"}
    broken = [check["sentence"] for check in result["checks"] if not check["holds"]]
    return broken + (
        [] if rows == {len(world.labels)} else [f"all are scored on the labelled rows, not {rows}"]
    )


def _plain_crowd(world: World, submitted: pd.Series) -> list[Entrant]:
    """Logistic regressions on disjoint features, and the real submission."""
    entrants = []
    for number in range(SUBSETS):
        features = list(FEATURES[number::SUBSETS])
        model = LogisticRegression(C=0.1).fit(world.training[features], world.training["target"])
        p = model.predict_proba(world.tournament[features])[:, 1]
        entrants.append(Entrant(f"Features {number + 1}", "logistic regression", {"main": p}, {}))
    real = submitted.loc[world.tournament["t_id"]].to_numpy(dtype=np.float64)
    return [*entrants, Entrant("Of the time", "a real submission of 2017", {"main": real}, {})]


if __name__ == "__main__":
    sys.exit(main())
