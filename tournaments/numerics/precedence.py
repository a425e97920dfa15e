"""Whose content came first (FORMULAS section 3).

Positions are the round's commit order: a lower position is earlier.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tournaments.numerics import checks
from tournaments.numerics.checks import Ints
from tournaments.numerics.correlations import constant_splits, correlation_table
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.units import quantise

SAME_IDEA = 0.95


def earliest_position(
    position: int, own: Sequence[tuple[int, Sequence[float]]], threshold: float = SAME_IDEA
) -> int:
    """Position of the participant's earliest upload of the idea that was uploaded at `position`.

    `own` holds (position, rho per split) of the participant's uploads in this round, rho being the
    correlation with the present content. The earliest one whose abs(rho) exceeds the threshold on every
    split, both in units of 1e-9, gives its position; without one the content keeps its own. Later uploads
    change nothing, so nobody is harmed by who comes later. Source: FORMULAS section 3.
    Raises NumericsError: `not_finite`, `empty` for an upload without splits.

    >>> earliest_position(30, [(10, [0.99, 0.20]), (20, [0.97, -0.96]), (30, [1.0, 1.0])])
    20
    """
    limit = quantise(threshold)
    kept = position
    for earlier, rhos in own:
        if len(rhos) == 0:
            raise NumericsError("empty", "An upload has at least one split.", position=earlier)
        if min(quantise(abs(rho)) for rho in rhos) > limit:
            kept = min(kept, earlier)
    return kept


def precedence_positions(g: npt.ArrayLike, positions: npt.ArrayLike, split_starts: npt.ArrayLike) -> Ints:
    """Precedence position (K,) of each of ONE participant's K uploads of a round, in the order given.

    g (K, M) Gaussian ranks of all the participant's uploads, of whichever forecaster; positions (K,)
    distinct; split_starts (S+1,). A split on which two uploads are both constant does not tell them apart
    and counts as agreement; where only one is constant they differ. So a file that leaves the practice
    rows blank keeps its place when it is sent again, and a blank file holds no place for what is filled
    in later. Source: FORMULAS section 3.
    Raises NumericsError: as `split_correlations`, and `bad_count`, `bad_order`.

    >>> a, b = [1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 1.0, 3.0]
    >>> precedence_positions([a, b, a], [5, 8, 9], [0, 4]).tolist()
    [5, 8, 5]
    """
    array = checks.real_array("g", g, 2)
    places = checks.counts("positions", positions, array.shape[:1], least=0)
    if np.unique(places).size != places.size:
        raise NumericsError("bad_order", "No two uploads share a position.")
    table = correlation_table(array, split_starts)
    flat = constant_splits(array, split_starts).T
    table[flat[:, :, None] & flat[:, None, :]] = 1.0
    kept = [
        earliest_position(
            int(place), [(int(other), table[:, index, j].tolist()) for j, other in enumerate(places)]
        )
        for index, place in enumerate(places)
    ]
    return np.array(kept, dtype=np.int64)
