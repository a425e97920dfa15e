"""`make performance`: writes docs/performance.md from what `bench`, `growth` and `throughput` measured.

It refuses what is not the whole: a quick run, chosen races, a row without a race.
"""

import json
import statistics
import sys
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.races.sizes import ROWS as SIZE

BENCH, RUN, GROWTH = Path("var/bench.json"), Path("var/bench.run.json"), Path("var/growth.json")
THROUGHPUT = Path("var/throughput.json")
PAGE = Path("docs/performance.md")
LARGE = (10_000, 1_000_000)
Json = dict[str, Any]


class Row(NamedTuple):
    """A row of the table of bars: how the names of its races begin, and what they time."""

    number: int | str
    begins: tuple[str, ...]
    timed: str


ROWS = (
    Row(1, ("parse, validate and align 36,072", "the same, 36,072"), "from bytes in memory to the vector in "
        "the round's order with every check; the rows of the round are indexed before, as on the server"),
    Row(2, ("parse, validate and align 1,000,000",), "the same"),
    Row(3, ("log loss, whole and per era, of one",), "the losses from float64 probabilities; no interval"),
    Row(4, ("log loss, whole and per era, of 1,000",), "the losses, from probabilities that are in memory; "
        "scikit-learn scores some of them, whole only"),
    Row(5, ("originality of a newcomer",), "ranks, ticks and counts of the newcomer, its nearest by rank "
        "correlation in float64 and the smallest exact KS distance; what is kept of the others is in memory. "
        "scipy has its ranks ready"),
    Row(6, ("a batch of",), "the comparisons, the newcomers' ranks being there on both sides"),
    Row(7, ("CORR",), "from predictions to correlations; `ranks kept`: from the ranks that an upload leaves"),
    Row(8, ("MMC",), "the same, with the meta-model's ranks ready on our side"),
    Row(9, ("greedy selection",), "the whole selection without bags, from probabilities in memory, by step; "
        "the same picks as brute force, which scores every mix at every step and is timed on some"),
    Row(10, ("leave-one-out",), "from probabilities that are in memory and nobody has checked; every weight "
        "is above zero, or there would be less to do"),
    Row(11, ("simplex stacking",), "from probabilities in memory to weights and their certificate, all in "
        "float64; SLSQP at a size where it ends"),
    Row("live", ("live re-blend",), "a newcomer's file in, the meta-model of an open round out: ranks, or "
        "logits for the blends that read those, of the others in their row-files; voices and levels anew"),
    Row(12, ("append", "one era"), "append: one submission written and committed, or written to a file; "
        "nothing is synced on either side. Era: its numbers of all, the pages of the files being in memory, "
        "and ours checked before; the first time takes 3 to 5 ms"),
    Row(13, ("HTTP",), "one file after another on a connection that stays open, until the answer is here; "
        "the workers that score are not running. The peer knows the key, hashes the body and keeps it on the "
        "disk; thrown away instead of kept it would take three quarters of that, and a bare WSGI application "
        "that only reads a body about 2 ms"),
)  # fmt: skip
MEASURES = {
    "alone": ("a newcomer alone, s", "NK: all ticks from the row-file, whose sums were checked before, the "
              "products, the nearest in float64 and the smallest KS distance"),
    "batched": ("in a batch of 16, each, s", "NK: the comparisons as for one, the ticks read once for all"),
    "losses": ("log losses of all, s", "NK: whole and per era, blocks of 256 in memory"),
    "append": ("append, ms", "K: ticks of one into the row-file, ranks being there"),
    "close": ("originality at the close, s", "N²K: every pair, ranks and values made again when asked for; "
              "the residuals, which take N³ and 16 N² bytes a split where it has 10 N rows, are not in it"),
}  # fmt: skip


class NotWhole(Exception):
    """The figures are not those of a whole run."""


def main() -> int:
    """Write the page; returns 1 with a sentence when the figures are not whole."""
    try:
        page = page_of(*(json.loads(path.read_text()) for path in (BENCH, RUN, GROWTH, THROUGHPUT)))
    except (NotWhole, FileNotFoundError) as reason:
        sys.stderr.write(f"{reason} Run `make bench`, `make growth` and `make throughput` first.\n")
        return 1
    PAGE.write_text(page)
    return 0


def page_of(bench: Json, run: Json, growth: Json, throughput: Json) -> str:
    """Return the page. Raises NotWhole for a quick run, chosen races, and rows without a race."""
    if run["quick"] or run["words"]:
        raise NotWhole("var/bench.json is of a quick run or of some races only.")
    parts = [
        "# Performance",
        "Written by `make performance` from what `make bench`, `make growth` and `make throughput` measured; "
        "not by hand.",
        f"Bars: {_machine(run)}",
        "## Bars",
        "Every bar is a ratio within one run, both sides in turn, medians. GEMV is the time to read 1,000 "
        f"submissions of {SIZE:,} rows once: `P @ x` in float32.",
        _bars(bench),
        "## What is timed",
        "\n".join(f"* Row {row.number}: {row.timed}." for row in ROWS),
        "## Growth",
        f"Measured: {_machine(growth['machine'])}",
        _growth(growth["seconds"]),
        "## Memory",
        "Peaks of processes of their own, with the pages of the row-file that they map.",
        _memory(growth["memory"]),
        "## Workers",
        f"Measured: {_machine(throughput['machine'])}",
        _workers(throughput),
    ]
    return "\n\n".join(parts) + "\n"


def _machine(found: Json) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    machine = f"{found['cpu']}, {found['cores']} cores, {found['ram_gb']:g} GB of memory"
    return f"{found['date']}, {machine}; {versions}."


def _bars(bench: Json) -> str:
    lines = []
    for row in ROWS:
        names = [name for name in bench if name.startswith(row.begins)]
        if not names:
            raise NotWhole(f"Row {row.number} has no race.")
        lines += [_bar(row.number, name, bench[name]) for name in names]
    if unknown := [name for name in bench if not any(name.startswith(row.begins) for row in ROWS)]:
        raise NotWhole(f"No row has the race {unknown[0]!r}.")
    heads = ("row", "work", "peer", "ours, ms", "peer, ms", "times as fast", "bar", "holds")
    return _table(heads, lines, right=(3, 4, 5))


def _bar(number: int | str, name: str, one: Json) -> tuple[str, ...]:
    figures = (f"{one['ours_ms']:,.2f}", f"{one['peer_ms']:,.2f}", f"{one['ratio']:,.2f}")
    return (str(number), name, one["peer"], *figures, one["bar"], "yes" if one["holds"] else "**no**")


def _growth(seconds: Json) -> str:
    sizes = sorted(seconds, key=int)
    lines = [(f"{int(size):,} × {SIZE:,}", *_cells(seconds[size])) for size in sizes]
    size, rows = LARGE
    lines.append((f"{size:,} × {rows:,}, extrapolated", *_cells(extrapolated(seconds))))
    heads = ("submissions × rows", *(head for head, _ in MEASURES.values()))
    table = _table(heads, lines, right=tuple(range(1, len(heads))))
    told = "\n".join(
        f"* {head.rpartition(',')[0].capitalize()} grows as {why}." for head, why in MEASURES.values()
    )
    return (
        f"{table}\n\nN submissions, K rows; what is extrapolated is so from the largest measured:\n\n{told}"
    )


def extrapolated(seconds: Json) -> Json:
    """Return the seconds at 10,000 × 1,000,000, each measure from the largest crowd that has it."""
    found = {}
    for name, (_head, why) in MEASURES.items():
        from_size = max((int(size) for size in seconds if name in seconds[size]), default=0)
        if from_size:
            power = {"K": 0, "NK": 1, "N²K": 2}[why.partition(":")[0]]
            factor = (LARGE[0] / from_size) ** power * LARGE[1] / SIZE
            found[name] = seconds[str(from_size)][name] * factor
    return found


def _cells(found: Json) -> list[str]:
    scaled = {**found, **({"append": 1e3 * found["append"]} if "append" in found else {})}
    return [f"{scaled[name]:,.4g}" if name in scaled else "not measured" for name in MEASURES]


def _memory(memory: Json) -> str:
    lines = [
        (name, f"{one['mb']:,.0f}", f"{one['bar_mb']:,.0f}", "yes" if one["holds"] else "**no**")
        for name, one in memory.items()
    ]
    return _table(("work", "MB", "at most", "holds"), lines, right=(1, 2))


def _workers(found: Json) -> str:
    lines = [
        (count, f"{statistics.median(times):,.2f}", f"{found['per_second'][count]:,.1f}")
        for count, times in found["seconds"].items()
    ]
    table = _table(("workers", "from close to meta-model, s", "submissions a second"), lines, right=(0, 1, 2))
    return (
        f"One round of {found['submissions']:,} submissions of {found['rows']:,} rows, all that follows its "
        f"close: test scores, originality, every blend, the meta-model. Workers of one process each; medians."
        f"\n\n{table}\n\nTwo do {found['ratio']:g} times as much as one."
    )


def _table(heads: tuple[str, ...], lines: list[Any], right: tuple[int, ...]) -> str:
    rule = ["---:" if at in right else "---" for at in range(len(heads))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, rule, *lines))


if __name__ == "__main__":
    sys.exit(main())
