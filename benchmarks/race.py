"""A race: this project against a peer, in turn within one run, so that a drifting machine favours neither."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

Act = Callable[[], Any]


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
    """One line of the table."""

    name: str
    peer: str
    ours: Act
    theirs: Act
    bar: Bar


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


def run(race: Race, rounds: int = 5) -> Outcome:
    """Run both in turn, once to warm up and `rounds` times to count; medians."""
    ours, theirs = [], []
    for _ in range(rounds + 1):
        ours.append(_milliseconds(race.ours))
        theirs.append(_milliseconds(race.theirs))
    our, their = statistics.median(ours[1:]), statistics.median(theirs[1:])
    return Outcome(our, race.peer, their, their / our, str(race.bar), race.bar.holds(our, their))


def _milliseconds(act: Act) -> float:
    began = time.perf_counter()
    act()
    return 1e3 * (time.perf_counter() - began)
