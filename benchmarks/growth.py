"""`make growth`: what crowds of growing size cost in time and memory, as a table and as `var/growth.json`.

    python -m benchmarks.growth [SIZE ...]

Every measure runs in a process of its own. Crowds are kept in `var/growth/`, for the next run; the close of
more than 10,000 is not measured, it would take hours. Returns 1 when a bar on memory does not hold.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import machine, many, measures

FOLDER, OUTPUT = Path("var/growth"), Path("var/growth.json")
SIZES = (1_000, 10_000, 30_000)
CLOSED_UP_TO = 10_000
SCORING_MB, CLOSE_MB = 300.0, 2_000.0
MEASURES = {one.__name__: one for one in (measures.newcomers, measures.close, measures.scoring)}


def main(sizes: list[int]) -> int:
    """Measure, print, write; returns 1 when a bar does not hold."""
    console = Console(highlight=False)
    FOLDER.mkdir(parents=True, exist_ok=True)
    measured: dict[str, dict[str, float]] = {}
    memory: dict[str, dict[str, Any]] = {}
    for size in sizes:
        many.fill(FOLDER, size)
        found = _apart("newcomers", size)
        if size <= CLOSED_UP_TO:
            closed = _apart("close", size)
            found["close"] = closed["close"]
            memory[f"originality at the close, {size:,} submissions"] = _bar(
                "peak", closed["peak_mb"], CLOSE_MB
            )
        measured[str(size)] = found
        console.print(f"  {size:,}: {found}")
    scored = _apart("scoring", sizes[0])
    memory[f"scoring a newcomer among {sizes[0]:,}, over an idle worker"] = _bar(
        "added", scored["peak_mb"] - scored["idle_mb"], SCORING_MB
    )
    console.print(memory)
    found_all = {"machine": machine.describe(), "seconds": measured, "memory": memory}
    OUTPUT.write_text(json.dumps(found_all, indent=1) + "\n")
    return 0 if all(one["holds"] for one in memory.values()) else 1


def _bar(what: str, mb: float, most: float) -> dict[str, Any]:
    return {"what": what, "mb": mb, "bar_mb": most, "holds": mb <= most}


def _apart(name: str, size: int) -> dict[str, float]:
    """Run one measure in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.growth", name, str(size)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in MEASURES:
        sys.stdout.write(json.dumps(MEASURES[sys.argv[1]](FOLDER, int(sys.argv[2]))) + "\n")
        sys.exit(0)
    sys.exit(main([int(word) for word in sys.argv[1:]] or list(SIZES)))
