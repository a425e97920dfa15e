"""Who is heard where nothing weighs the voices: not who contradicts the crowd, and copies as one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tournaments.numerics.blending.weighing import Evidence, equal_weights
from tournaments.numerics.checks import Bools, Floats

AGAINST = 0.05
"""Whose ranks correlate with the sum of the others' below minus this contradicts the crowd."""
_SURELY = 4.0  # standard errors: on few rows the correlation of an honest stranger is not quite zero
_PROVEN = 2.0  # standard errors by which labels must speak for who contradicts
_PASSES = 20
_ALIKE = 1e-9  # of sums and of ranks, which are of order one


def heard(g: npt.ArrayLike, stays: Bools | None = None) -> Floats:
    """Weights (P,) that sum to one: zero for who contradicts the crowd, and one share for all copies of one.

    g (P, K) standardised ranks. No label is needed: someone whose correlation with the sum of the others is
    below -0.05 (below four standard errors, on few rows) is left out, the worst first, until nobody is; then
    who agrees with those that are left is let in again. Who `stays` (P,) is heard whatever the crowd thinks:
    for them labels speak (`proven`). Voices whose ranks are the same share one weight.

    >>> heard(np.array([[1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]]).repeat(400, axis=1)).tolist()
    [0.5, 0.5, 0.0]
    """
    ranks = np.asarray(g, dtype=np.float64)
    if len(ranks) < 3:
        return equal_weights(len(ranks))
    allowed = -max(AGAINST, _SURELY / np.sqrt(ranks.shape[1]))
    norms = np.einsum("pm,pm->p", ranks, ranks)
    sure = np.zeros(len(ranks), dtype=np.bool_) if stays is None else stays
    inside = np.ones(len(ranks), dtype=np.bool_)
    for _ in range(_PASSES):
        rho = np.where(sure, 1.0, _with_others(ranks, norms, inside))
        worst = float(rho[inside].min())
        if worst >= allowed or inside.sum() < 3:
            break
        # Half as bad as the worst is enough: the next pass sees the rest without these.
        inside &= rho > min(allowed, 0.5 * worst)
    inside |= rho >= allowed
    return _shared(ranks, inside)


def proven(evidence: Evidence) -> Bools:
    """For whom (P,) labels speak: by two standard errors on the rows for which they were there."""
    there = np.repeat(evidence.there, np.diff(evidence.starts), axis=1)
    signs = np.where(evidence.y, 1.0, -1.0)
    told = np.einsum("pm,m,pm->p", evidence.voices.g, signs, there)
    found: Bools = told > _PROVEN * np.sqrt(there.sum(axis=1))
    return found


def _with_others(g: Floats, norms: Floats, inside: Bools) -> Floats:
    """The correlation (P,) of each voice with the sum of the others inside; one where there is none."""
    total = np.einsum("p,pm->m", inside.astype(np.float64), g)
    across = np.einsum("pm,m->p", g, total)
    rest = float(total @ total) - inside * (2.0 * across - norms)
    size = np.sqrt(norms * np.maximum(rest, 0.0))
    return np.divide(across - inside * norms, size, out=np.ones_like(size), where=size > _ALIKE)


def _shared(g: Floats, inside: Bools) -> Floats:
    """Weights (P,) of those inside, one for all whose ranks are the same."""
    probe = np.einsum("pm,m->p", g, np.linspace(1.0, 2.0, g.shape[1])) / g.shape[1]
    weights = inside.astype(np.float64)
    for j in np.flatnonzero(inside):
        near = np.flatnonzero(inside & (np.abs(probe - probe[j]) <= _ALIKE))
        if near.size > 1:
            same = [i for i in near if np.abs(g[i] - g[j]).max() <= _ALIKE]
            weights[j] = 1.0 / len(same)
    return weights / weights.sum()
