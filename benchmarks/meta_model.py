"""What is each blend worth? All of them walked forward over two reference data sets, and in bad company.

    python -m benchmarks.meta_model

Writes the figures to var/meta_model.json and the page to docs/meta-model.md. The thirty models of the flights
are fitted once and kept in var/meta-model. Takes a quarter of an hour; --quick takes some minutes and writes
no page.
"""

import argparse
import json
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import machine
from benchmarks.crowd.thirty import kept_panel
from benchmarks.judging import REFERENCES, Draws, Judged, draws_of, in_blocks, interval, judge
from benchmarks.meta_model_page import page_of
from benchmarks.worlds import flights
from benchmarks.worlds.bad_company import KINDS, cost, round_with, said
from benchmarks.worlds.ensembles import ensembles, rare
from benchmarks.worlds.panel import Panel
from tournaments.numerics.blending.registry import ENOUGH_ERAS
from tournaments.numerics.blending.slopes import fit_slope
from tournaments.numerics.blending.weighing import Facts

FIGURES, PAGE, KEPT = Path("var/meta_model.json"), Path("docs/meta-model.md"), Path("var/meta-model")
EMBARGO = 1
WORLDS, COMPANIES = 10, 20
SHORT, LONG = 10, 20  # resolved eras of a young and an old round in bad company
WEEK = 7
Json = dict[str, Any]


def main() -> int:
    """Measure, and write both files."""
    options = _options()
    worlds, companies = (2, 2) if options.quick else (WORLDS, COMPANIES)
    with threadpool_limits(1):
        found = measured(worlds, companies, KEPT)
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(found, indent=2) + "\n")
    if not options.quick:
        PAGE.write_text(page_of(found))
    return 0


def measured(worlds: int, companies: int, kept: Path) -> Json:
    """All figures of the page, in nats."""
    _say("The thirty models of the flights")
    real = kept_panel(flights(0), 0, kept, on_done=_say)
    made = [ensembles(seed).panel for seed in range(worlds)]
    return {
        "machine": machine.describe(),
        "embargo": EMBARGO,
        "since": ENOUGH_ERAS,
        "worlds": worlds,
        "ensembles": compared(made, "Ensembles", ENOUGH_ERAS),
        "flights": compared([real], "Flights", ENOUGH_ERAS),
        "ensembles_young": compared([one.between(0, ENOUGH_ERAS) for one in made], "Ensembles, young", 1),
        "flights_young": compared([real.between(0, ENOUGH_ERAS)], "Flights, young", 1),
        "rare": compared([rare(seed).panel for seed in range(max(2, worlds // 3))], "Rare", ENOUGH_ERAS),
        "slopes": slopes_of(real.between(0, ENOUGH_ERAS)),
        "company": in_company(companies),
        "companies": companies,
    }


def compared(panels: list[Panel], title: str, since: int) -> Json:
    """Gains and differences of blends and references on panels of one kind, with their intervals."""
    judged = []
    for seed, panel in enumerate(panels):
        judged.append(judge(panel, since, Facts(embargo=EMBARGO, seed=seed)))
        _say(f"{title} {seed}")
    rows = np.array([one.rows for one in judged])
    draws = draws_of(*rows.shape)
    names = list(judged[0].sums)
    return {
        "eras": int(rows.shape[1]),
        "rows": int(rows.sum()),
        "best": [one.best for one in judged],
        "gain": {name: interval(-_sums(judged, name) + np.log(2) * rows, rows, draws) for name in names},
        "over": {name: _over(judged, name, REFERENCES, rows, draws) for name in names},
        "default_over": _over(judged, "default", names, rows, draws) if "default" in names else {},
        "default_over_weeks": _over_weeks(judged, names, rows) if len(panels) == 1 else {},
        "wins": {name: int(sum(one.gain("default") > one.gain(name) for one in judged)) for name in names},
        "settings": _settings(judged[-1]),
    }


def _sums(judged: list[Judged], name: str) -> np.ndarray:
    return np.array([one.sums[name] for one in judged])


def _over(judged: list[Judged], name: str, others: Any, rows: np.ndarray, draws: Draws) -> Json:
    """Nats a row by which something beats others, paired era by era."""
    own = _sums(judged, name)
    return {other: interval(_sums(judged, other) - own, rows, draws) for other in others if other != name}


def _over_weeks(judged: list[Judged], names: list[str], rows: np.ndarray) -> Json:
    """The default's differences where whole weeks are drawn: days in a row are not independent."""
    weeks = in_blocks(rows.astype(np.float64), WEEK)
    draws = draws_of(*weeks.shape)
    own = _sums(judged, "default")
    return {
        name: interval(in_blocks(_sums(judged, name) - own, WEEK), weeks, draws)
        for name in names
        if name != "default"
    }


def _settings(one: Judged) -> Json:
    """What the last fit of `stack` settled on: slope, lambda, weights that are not zero."""
    last = one.walks["stack"].folds[-1].blended.weighing
    return {"slope": last.slope, "heard": int((last.weights > 1e-6).sum()), **last.settings}


def slopes_of(panel: Panel) -> dict[str, float]:
    """How far the slopes of single eras are from that of all, and what the best slopes of hindsight gain.

    least, most: slopes of an era's mean rank, in units of that of all; ranks, logits: 1e-4 nats a row over
    the plain mean of logits, from the second era on.
    """
    voices, rows = panel.evidence().voices, slice(int(panel.starts[1]), None)
    g, z, y = voices.g.mean(axis=0), voices.z.mean(axis=0), panel.y
    whole = fit_slope(g[rows], y[rows])
    own = [fit_slope(g[a:b], y[a:b]) / whole for a, b in pairwise(panel.starts)]

    def loss(x: np.ndarray, slope: float) -> float:
        return float(np.logaddexp(0.0, np.where(y, -slope, slope) * x)[rows].mean())

    plain = loss(z, 1.0)
    return {
        "least": min(own),
        "most": max(own),
        "ranks": 1e4 * (plain - loss(g, whole)),
        "logits": 1e4 * (plain - loss(z, fit_slope(z[rows], y[rows]))),
    }


def in_company(seeds: int) -> Json:
    """What each kind of bad files costs the default blend of a young and an old round, and the plain mean."""
    return {
        kind: {
            which: {str(fitted): _costs(kind, fitted, seeds, name) for fitted in (SHORT, LONG)}
            for which, name in (("default", None), ("equal", "equal"))
        }
        for kind in KINDS
    }


def _costs(kind: str, fitted: int, seeds: int, name: str | None) -> tuple[float, float, float]:
    rounds = (round_with(kind, seed, fitted) for seed in range(seeds))
    costs = np.array([[cost(one, said(one, name))] for one in rounds])
    _say(f"{kind}, {fitted} eras")
    return interval(costs, np.ones_like(costs, dtype=np.int64), draws_of(seeds, 1))


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.meta_model", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="few worlds, and no page: to see that it runs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
