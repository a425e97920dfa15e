"""A round's caches beside its uploads: ticks to screen with, counts that bound KS distances, and what a blend
mixes: logits and Gaussian ranks, to the last bit of float64.

All are row-files with a slot a submission, of the rows that stand; voiding a row begins new ones. Whatever
they lack or hold damaged is made again from the uploads when it is asked for.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.conf import settings

from tournaments.models import Round, Submission
from tournaments.numerics.blending.voices import logits
from tournaments.numerics.distributions import CELLS, cumulative_counts
from tournaments.numerics.likeness import ticks
from tournaments.services import files
from tournaments.services.frames import Frame, frame_of
from tournaments.store.matrix import Matrix, MatrixMiss

Maker = Callable[[Submission], np.ndarray]


@dataclass(frozen=True)
class Cache:
    """The row-files of a round, as its rows stand at a moment."""

    round: Round
    frame: Frame

    @cached_property
    def ticks(self) -> Matrix:
        """`likeness.ticks` of the rows that stand, float32 (K,) a slot."""
        return Matrix(self._path("ticks"), int(self.frame.split_starts[-1]))

    @cached_property
    def counts(self) -> Matrix:
        """`distributions.cumulative_counts` of the same rows, uint32 (2048,) a slot."""
        return Matrix(self._path("counts"), CELLS, "<u4")

    @cached_property
    def logits(self) -> Matrix:
        """Logits of the same rows under the round's clip, float64 (K,) a slot."""
        return Matrix(self._path("logits"), int(self.frame.split_starts[-1]), "<f8")

    @cached_property
    def ranks(self) -> Matrix:
        """Gaussian ranks g of the same rows, float64 (K,) a slot."""
        return Matrix(self._path("ranks"), int(self.frame.split_starts[-1]), "<f8")

    @cached_property
    def _kinds(self) -> dict[str, tuple[Matrix, Maker]]:
        return {
            "ticks": (self.ticks, self._ticks),
            "counts": (self.counts, self._counts),
            "logits": (self.logits, self._logits),
            "ranks": (self.ranks, self._ranks),
        }

    def add(self, submission: Submission) -> None:
        """Write a submission's slots."""
        for matrix, make in self._kinds.values():
            matrix.append(submission.position, make(submission))

    def holds(self, submission: Submission) -> bool:
        """Whether a submission's slots are there, whole."""
        try:
            for matrix, _ in self._kinds.values():
                matrix.read([submission.position])
        except MatrixMiss:
            return False
        return True

    def ticks_of(self, submissions: list[Submission]) -> np.ndarray:
        """Return the ticks (N, K) of submissions."""
        return self._read(self.ticks, submissions, self._ticks)

    def scan(self, submissions: list[Submission], size: int, kind: str = "ticks") -> Iterator[np.ndarray]:
        """Iterate over one kind of row of submissions in blocks (n, K), n ≤ size, as they lie in the file.

        It is checked once in a while, not each time: to screen with. Raises MatrixMiss when it is written to
        with other numbers meanwhile.
        """
        slots = [one.position for one in submissions]
        matrix, make = self._kinds[kind]
        try:
            return matrix.blocks(slots, size)
        except MatrixMiss as miss:
            self._heal(matrix, submissions, make, miss)
            return matrix.blocks(slots, size)

    def counts_of(self, submissions: list[Submission]) -> np.ndarray:
        """Return the counts (N, 2048) of submissions."""
        return self._read(self.counts, submissions, self._counts)

    def logits_of(self, submissions: list[Submission]) -> np.ndarray:
        """Return the logits (N, K) of submissions."""
        return self._read(self.logits, submissions, self._logits)

    def ranks_of(self, submissions: list[Submission]) -> np.ndarray:
        """Return the Gaussian ranks (N, K) of submissions."""
        return self._read(self.ranks, submissions, self._ranks)

    def _path(self, kind: str) -> str:
        return str(settings.MATRIX_DIR / f"round-{self.round.pk}-{self.frame.version}.{kind}")

    def _logits(self, submission: Submission) -> np.ndarray:
        return logits(files.vector_of(submission)[self.frame.keep], self.round.read_rules().epsilon)

    def _ranks(self, submission: Submission) -> np.ndarray:
        return self.frame.ranks(files.vector_of(submission))

    def _ticks(self, submission: Submission) -> np.ndarray:
        return ticks(self._ranks(submission), self.frame.split_starts)

    def _counts(self, submission: Submission) -> np.ndarray:
        return cumulative_counts(files.vector_of(submission)[self.frame.keep])

    def _read(self, matrix: Matrix, submissions: list[Submission], make: Maker) -> np.ndarray:
        slots = [one.position for one in submissions]
        try:
            return matrix.read(slots)
        except MatrixMiss as miss:
            self._heal(matrix, submissions, make, miss)
            return matrix.read(slots)

    @staticmethod
    def _heal(
        matrix: Matrix,
        submissions: list[Submission],
        make: Maker,
        miss: MatrixMiss,
    ) -> None:
        again = set(miss.slots)
        matrix.rebuild((one.position, make(one)) for one in submissions if one.position in again)


def cache_of(round_: Round, frame: Frame) -> Cache:
    """Return a round's caches for the rows that stand."""
    return Cache(round_, frame)


def rebuild(round_: Round, told: Callable[[int, int], None] | None = None, *, anew: bool = False) -> int:
    """Write what a round's caches lack or hold damaged from the stored uploads, or all of it `anew`.

    Returns how many submissions they hold; `told` hears how far it is. It may be stopped and begun again, and
    several may run at once: each takes them in an order of its own and leaves out what is there by then.
    """
    cache = cache_of(round_, frame_of(round_))
    found = list(Submission.objects.filter(round=round_).select_related("round", "upload"))
    for done, one in enumerate(random.sample(found, len(found)), 1):
        if anew or not cache.holds(one):
            cache.add(one)
        if told:
            told(done, len(found))
    return len(found)


def forget_all() -> None:
    """Remove every round's caches of this machine: another database's rounds may bear the same numbers."""
    for path in settings.MATRIX_DIR.glob("round-*"):
        path.unlink(missing_ok=True)
