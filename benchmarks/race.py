"""A race: this project against a peer, in turn within one run, so that a drifting machine favours neither."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

Act = Callable[[], Any]
ROUNDS = 5
LONG_MS, FEW = 3_000.0, 3
"""A peer that takes this long is timed a few times only: its medians do not need more."""


@dataclass(frozen=True)
class Bar:
    """What a race must show: `at_least` times as fast as the peer, or `at_most` so many times its time."""

    factor: float
    at_most: bool = False

    def holds(self, ours: float, peer: float) -> bool:
        """Whether the medians clear the bar."""
        return ours <= self.factor * peer if self.at_most else ours * self.factor <= peer

    def __str__(self) -> str:
        return f"≤ {self.factor:g}× its time" if self.at_most else f"≥ {self.factor:g}× as fast"


@dataclass(frozen=True)
class Race:
    """One line of the table.

    `ours_parts` and `peer_parts` say how many pieces of work one call does; times are of one piece. A peer
    that would take a quarter of an hour does a part of the work. `agree` compares what both found.
    """

    name: str
    peer: str
    ours: Act
    theirs: Act
    bar: Bar
    ours_parts: float = 1.0
    peer_parts: float = 1.0
    agree: Callable[[Any, Any], bool] | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a race: medians in ms, and how many times as fast we are."""

    ours_ms: float
    peer: str
    peer_ms: float
    ratio: float
    bar: str
    holds: bool

    def as_dict(self) -> dict[str, Any]:
        """The outcome for `var/bench.json`."""
        return asdict(self)


class Disagreement(Exception):
    """Both sides of a race ran and found different things: no time of it means anything."""


def run(race: Race) -> Outcome:
    """Run both in turn, once to warm up and compare, then to count; medians. Raises Disagreement."""
    _compare(race)
    ours: list[float] = []
    theirs: list[float] = []
    rounds = ROUNDS
    while len(ours) < rounds:
        ours.append(_milliseconds(race.ours) / race.ours_parts)
        theirs.append(_milliseconds(race.theirs) / race.peer_parts)
        if theirs[0] * race.peer_parts > LONG_MS:
            rounds = FEW
    our, their = statistics.median(ours), statistics.median(theirs)
    return Outcome(our, race.peer, their, their / our, str(race.bar), race.bar.holds(our, their))


def _compare(race: Race) -> None:
    found = race.ours(), race.theirs()
    if race.agree is not None and not race.agree(*found):
        raise Disagreement(f"{race.name}: ours and {race.peer} found different results.")


def _milliseconds(act: Act) -> float:
    began = time.perf_counter()
    act()
    return 1e3 * (time.perf_counter() - began)
