"""`make bench`: the races, as a table and as `var/bench.json`. BENCH=quick takes smaller crowds and a minute.

`var/bench.run.json` beside it says on which machine, when, and whether all were raced.
Every bar is a ratio within one run, for absolute times drift on shared machines. Returns 1 when one does not
hold. How the crowd does against its members is a command of its own: `python -m benchmarks.crowd_edge`.
"""

import json
import os
import sys
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import machine
from benchmarks.race import Outcome, run
from benchmarks.races import races

OUTPUT, RUN = Path("var/bench.json"), Path("var/bench.run.json")


def main() -> int:
    """Race, print, write; returns 1 when a bar does not hold. WORDs keep the races that have one of them."""
    console = Console(highlight=False)
    quick = os.environ.get("BENCH") == "quick"
    outcomes: dict[str, Outcome] = {}
    with closing(races(quick)) as all_races:  # its servers end here, whatever happens
        for race in all_races:
            if sys.argv[1:] and not any(word in race.name for word in sys.argv[1:]):
                continue
            outcomes[race.name] = run(race)
            console.print(f"  {race.name}: {outcomes[race.name].ratio:,.1f}× {race.peer}")
    console.print(_table(outcomes))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps({name: one.as_dict() for name, one in outcomes.items()}, indent=1) + "\n")
    about = {"quick": quick, "words": sys.argv[1:], **machine.describe()}
    RUN.write_text(json.dumps(about, indent=1) + "\n")
    return 0 if all(one.holds for one in outcomes.values()) else 1


def _table(outcomes: dict[str, Outcome]) -> Table:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    for name in ("work", "peer", "bar", "holds"):
        table.add_column(name)
    for name in ("ours, ms", "peer, ms", "times as fast"):
        table.add_column(name, justify="right")
    for name, one in outcomes.items():
        figures = (f"{one.ours_ms:,.2f}", f"{one.peer_ms:,.2f}", f"{one.ratio:,.2f}")
        table.add_row(name, one.peer, one.bar, "yes" if one.holds else "no", *figures)
    return table


if __name__ == "__main__":
    sys.exit(main())
