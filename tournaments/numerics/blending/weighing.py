"""What a blend is given beside the voices, and what it answers: who weighs how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks
from tournaments.numerics.blending.levels import Range
from tournaments.numerics.blending.voices import Voices
from tournaments.numerics.checks import Bools, Floats, Ints
from tournaments.numerics.errors import NumericsError


@dataclass(frozen=True)
class Facts:
    """What is known about P participants beside what they say.

    stakes (P,) whole units, or None where nobody stakes; embargo: eras that are left out between those that
    are fitted on and those that are judged, at least as many as pass before an era's labels are known; seed:
    the round's, for whatever is drawn.
    """

    stakes: Ints | None = None
    embargo: int = 1
    seed: int = 0


@dataclass(frozen=True)
class Evidence:
    """Rows that may be fitted on, in order of time: H rows of E eras.

    voices (P, H) of the participants of the round that is blended, labels y (H,), starts (E+1,) the eras,
    there (P, E) who predicted which era; the voice of one who was not there is the mean of those who were
    (`evidence_of` puts it so). Each era's labels are known `Facts.embargo` eras later.
    """

    voices: Voices
    y: Bools
    starts: Ints
    there: Bools

    @property
    def eras(self) -> int:
        """E."""
        return self.starts.size - 1

    @property
    def rows(self) -> int:
        """H."""
        return int(self.y.size)

    def before(self, era: int) -> Evidence:
        """The evidence of the first `era` eras."""
        end = int(self.starts[era])
        return Evidence(
            self.voices.rows(slice(0, end)), self.y[:end], self.starts[: era + 1], self.there[:, :era]
        )

    @property
    def attended(self) -> Bools:
        """Who (P,) was there in any era."""
        found: Bools = np.asarray(self.there.any(axis=1))
        return found

    def people(self, place: Bools) -> Evidence:
        """The evidence of some participants."""
        return Evidence(self.voices.people(place), self.y, self.starts, self.there[place])


@dataclass(frozen=True)
class Weighing:
    """How much each of P participants weighs: weights (P,) that sum to one, and the slope of their mean.

    gap: the certified distance in nats from the best that these labels allow, of blends that solve a convex
    problem; certified: whether it is small enough; settings: what was chosen on the way, by name; levels: the
    range inside which each era's mean logit is held (`blending.levels`), None where it is not.
    """

    weights: Floats
    slope: float = 1.0
    gap: float | None = None
    certified: bool = True
    settings: dict[str, float] = field(default_factory=dict)
    levels: Range | None = None


def equal_weights(participants: int) -> Floats:
    """The weight of each of P participants who weigh the same: (P,), summing to one.

    Raises NumericsError `empty` without participants.

    >>> equal_weights(4).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if not participants >= 1:
        raise NumericsError("empty", "A blend needs at least one participant.")
    return np.full(participants, 1.0 / participants)


def evidence_of(voices: Voices, y: npt.ArrayLike, starts: npt.ArrayLike, there: npt.ArrayLike) -> Evidence:
    """Evidence of voices (P, H) whose rows without a prediction are filled; they hold anything there.

    Whoever was not there in an era is given the mean of those who were, so that any weighing of all is one of
    those who spoke. y (H,), starts (E+1,), there (P, E) with somebody in every era.
    Raises NumericsError: `bad_shape`, `not_finite`, `not_a_label`, `bad_starts`, `empty`.

    >>> voices = Voices(np.array([[1.0], [9.0]]), np.array([[1.0], [9.0]]))
    >>> evidence_of(voices, [1], [0, 1], [[True], [False]]).voices.z.tolist()
    [[1.0], [1.0]]
    """
    attended = np.asarray(there, dtype=np.bool_)
    z, g = checks.real_array("z", voices.z, 2).copy(), checks.real_array("g", voices.g, 2).copy()
    ones, bounds = checks.labels(y, z.shape[1]), checks.boundaries(starts, z.shape[1])
    if attended.shape != (z.shape[0], bounds.size - 1) or g.shape != z.shape:
        raise NumericsError("bad_shape", "Every participant was there in an era, or was not.", name="there")
    if not attended.any(axis=0).all():
        raise NumericsError("empty", "Nobody was there in one of the eras.", name="there")
    for era, (first, last) in enumerate(pairwise(bounds.tolist())):
        present = attended[:, era]
        if not present.all():
            for rows in (z, g):
                rows[~present, first:last] = rows[present, first:last].mean(axis=0)
    return Evidence(Voices(z, g, bounds), ones, bounds, attended)
