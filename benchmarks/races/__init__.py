"""What is raced: one file a room of the project. Sizes are those of the original game."""

from collections.abc import Generator
from pathlib import Path

from benchmarks.race import Race
from benchmarks.races import blends, http, intake, originality, preview, scores, store

FOLDER = Path("var/bench")


def races(quick: bool) -> Generator[Race]:
    """Yield the races, one at a time, so that only one world is in memory."""
    yield from intake.races(quick)
    yield from scores.races(quick)
    yield from originality.races(quick)
    yield from blends.races(quick)
    yield from preview.races(FOLDER / "preview", quick)
    yield from store.races(FOLDER / "store", quick)
    yield from http.races(quick)
