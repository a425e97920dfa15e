"""An open round blended as it stands, after one more file has come: what the server does for its operators.

The row-files are those of the server, with a slot a submission; the database, which is asked ten questions
whatever the size of the crowd, is left out.
"""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.special import expit

from benchmarks.race import Bar, Race
from benchmarks.races.sizes import CROWD, ROWS, UNIT, gemv, starts

BAR = 100


def races(folder: Path, quick: bool) -> Iterator[Race]:
    """Yield a race for a blend of ranks and one for a blend of logits."""
    import django

    django.setup()  # the services know rows, although none is read here
    crowd = CROWD // 5 if quick else CROWD
    stage = _Stage(folder, crowd)
    for mixes in ("ranks", "logits"):
        yield Race(
            f"live re-blend of {crowd:,} {mixes} after one more file",
            UNIT,
            partial(stage.blended, mixes),
            gemv(crowd),
            Bar(BAR, at_most=True),
        )


class _Stage:
    """A round's row-files of logits and ranks, filled; its submissions as the re-blend needs them."""

    def __init__(self, folder: Path, crowd: int) -> None:
        from benchmarks.many import SPLIT_STARTS, forecaster  # which takes its sizes from this folder
        from tournaments.models import Rules
        from tournaments.services.frames import Frame
        from tournaments.services.matrices import Cache

        class Kept(Cache):
            def _path(self, kind: str) -> str:
                return str(folder / f"preview.{kind}")

        eras = starts()
        parts = tuple(eras[(eras >= a) & (eras <= b)] - a for a, b in pairwise(SPLIT_STARTS))
        names = ("validation", "test", "live")
        frame = Frame(np.ones(ROWS, dtype=bool), names, np.asarray(SPLIT_STARTS), parts, 0)
        stand_in: Any = SimpleNamespace(pk=1, read_rules=Rules)
        self.cache = Kept(stand_in, frame)
        self.chosen: Any = [SimpleNamespace(position=at, participant_id=at) for at in range(crowd)]
        self.newcomer = forecaster(crowd)
        there = set(self.cache.ranks.slots())
        for at in (one for one in range(crowd) if one not in there):
            self._append(at, forecaster(at))

    def _append(self, slot: int, p: np.ndarray) -> None:
        from tournaments.numerics.blending.voices import logits

        self.cache.logits.append(slot, logits(p))
        self.cache.ranks.append(slot, self.cache.frame.ranks(p))

    def blended(self, mixes: str) -> np.ndarray:
        """The last one's file comes anew, and everyone is blended."""
        from tournaments.services import preview

        self._append(self.chosen[-1].position, self.newcomer)
        owners = [one.participant_id for one in self.chosen]
        scene = preview.Scene(self.cache.round, self.cache, self.chosen, owners)
        learnt = preview.Learnt(variance=0.01, eras=20, levels=(-1.0, 1.0))
        x = preview.of_ranks(scene, learnt) if mixes == "ranks" else preview.of_logits(scene, learnt, mixes)
        return np.asarray(expit(x[2]))
