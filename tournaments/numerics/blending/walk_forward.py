"""What a blend would have said at the time: each era from labels that were known before it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tournaments.numerics.blending.registry import Blended, blend
from tournaments.numerics.blending.voices import Voices
from tournaments.numerics.blending.weighing import Evidence, Facts
from tournaments.numerics.checks import Floats
from tournaments.numerics.errors import NumericsError

BEFORE = "rank"
"""What speaks while a blend has too few eras to be fitted on."""


@dataclass(frozen=True)
class Fold:
    """Eras [first, last) that one fit was used for, the `fitted` eras that it had, and what was made."""

    first: int
    last: int
    fitted: int
    blended: Blended


@dataclass(frozen=True)
class Walk:
    """p (H,) of the evidence's rows, each said before its label was known, and the folds that said it."""

    p: Floats
    folds: list[Fold]


def folds_of(eras: int, first: int, folds: int) -> list[tuple[int, int]]:
    """Cut eras first … E-1 into at most `folds` runs of nearly equal length, after one of all before.

    >>> folds_of(10, first=4, folds=3)
    [(0, 4), (4, 6), (6, 8), (8, 10)]
    """
    ends = np.unique(np.linspace(min(first, eras), eras, min(folds, max(eras - first, 0)) + 1).astype(int))
    runs = [(int(a), int(b)) for a, b in pairwise(ends)]
    return ([(0, int(ends[0]))] if ends[0] > 0 else []) + runs


def walk(
    name: str,
    evidence: Evidence,
    facts: Facts,
    *,
    since: int = 0,
    folds: int = 8,
    caps: Floats | None = None,
    floor: float = 0.0,
) -> Walk:
    """Say each era of the evidence from those before it, leaving out `facts.embargo` in between.

    Eras before `since` are fitted on and not said again; their p is 0.5. The rest is cut into `folds` runs;
    each run is blended from weights that are fitted on the eras that ended `embargo` eras before it begins.
    A blend that has too few of them is stood in for by `rank`, which needs none.
    Raises NumericsError as `registry.blend`, but for `too_few_eras`.
    """
    p = np.full(evidence.rows, 0.5)
    made = []
    for first, last in folds_of(evidence.eras - since, 1, folds):
        begin, end = since + first, since + last
        fitted = max(0, begin - facts.embargo)
        past = evidence.before(fitted) if fitted else None
        rows = slice(int(evidence.starts[begin]), int(evidence.starts[end]))
        found = _said(name, evidence.voices.rows(rows), facts, past, caps, floor)
        p[rows] = found.p
        made.append(Fold(begin, end, fitted, found))
    return Walk(p, made)


def _said(
    name: str, voices: Voices, facts: Facts, past: Evidence | None, caps: Floats | None, floor: float
) -> Blended:
    try:
        return blend(name, voices, facts, past, caps, floor)
    except NumericsError as error:
        if error.code != "too_few_eras":
            raise
        return blend(BEFORE, voices, facts, past, caps, floor)
