"""What a meta-model is worth on the rows that it is judged by, and how that goes with the size of its crowd
(FORMULAS section 8). The curve is kept when a round is resolved; all else is computed when it is asked for.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tournaments.models import MetaModel, Round
from tournaments.numerics import crowd_size, kelly
from tournaments.numerics.kelly import Growth
from tournaments.numerics.worth import Worth, worth
from tournaments.services import blending, contributing, files, labels, scoring
from tournaments.services.contributing import Made
from tournaments.services.crowd import Crowd, crowd_of
from tournaments.services.frames import Frame, frame_of

LIVE, TEST = "live", "test"
COSTS = 25
"""Costs at which growth is drawn."""
EDGES = 0.8
"""They go up to where so many rows are not worth a bet any more."""
DIGITS = 12
"""A curve is kept to so many decimals."""


@dataclass(frozen=True)
class Measured:
    """What a meta-model is worth at a cost and a Kelly fraction, and its growth by the cost."""

    split: str
    worth: Worth
    costs: list[float]
    whole: list[Growth]
    part: list[Growth]

    @property
    def half_cost(self) -> float | None:
        """Return the cost at which half of the whole growth is left; None where it never falls so far."""
        return kelly.half_cost(self.costs, [one.row for one in self.whole])


def judged_split(round_: Round) -> str | None:
    """Return the split that a round's meta-model is judged on: live, else test; None where it has neither."""
    return next((split for split in (LIVE, TEST) if split in round_.split_rows), None)


def fitted_on(round_: Round, split: str) -> bool:
    """Say whether the final weights of blends may rest on the labels of this split."""
    return split == TEST and round_.read_rules().fits_on_test


def measure(model: MetaModel, cost: float, fraction: float) -> Measured | None:
    """Measure what a stored blend is worth; None where no row that it is judged on has a label.

    Raises NumericsError `bad_cost`, `bad_fraction`, and BlobError where the stored vector is gone or altered.
    """
    round_ = model.round
    split = judged_split(round_)
    known = labels.read(round_, split) if split else None
    if split is None or known is None:
        return None
    p = blending.vector_of(model)[files.place_of(files.rows_of(round_), split)][known.keep]
    eps = round_.read_rules().epsilon
    scene = (p, known.y, known.starts, scoring.draws_of(round_, known.eras))
    costs = _costs(p, cost)
    return Measured(
        split,
        worth(*scene, cost, fraction, eps),
        costs,
        kelly.by_cost(*scene, costs, 1.0, eps),
        kelly.by_cost(*scene, costs, fraction, eps),
    )


def _costs(p: np.ndarray, cost: float) -> list[float]:
    """Return rising costs from 0 on, past the one that was asked for, to where hardly a bet is left."""
    top = max(float(np.quantile(np.abs(2.0 * p - 1.0), EDGES)), 1.5 * cost)
    return np.linspace(0.0, min(top, 0.99), COSTS).tolist() if top > 0.0 else [0.0]


def curve_of(round_: Round, frame: Frame, crowd: Crowd, made: Made) -> list[dict[str, Any]]:
    """Return the gain of a meta-model by the number of its participants, on the rows that it is judged by.

    Empty where no such row has a label, and where its weights may rest on these very labels.
    """
    split = judged_split(round_)
    known = labels.read(round_, split) if split else None
    if split is None or known is None or fitted_on(round_, split):
        return []
    mixture = contributing.mixture_of(round_, split, frame, crowd, made, known)
    return [_rounded(asdict(one)) for one in crowd_size.curve(mixture, known.y, known.starts, round_.seed)]


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in row.items()}


def curve_now(headline: MetaModel | None, crowd: Crowd | None = None) -> list[dict[str, Any]]:
    """Return the curve of a round's stored meta-model; `crowd` is the round's, where it is known already."""
    if headline is None:
        return []
    frame = frame_of(headline.round)
    crowd = crowd or crowd_of(headline.round, frame)
    if crowd is None:
        return []
    made = contributing.made_of(headline, crowd, blending.vector_of(headline))
    return curve_of(headline.round, frame, crowd, made)


def keep_curve(headline: MetaModel | None, curve: list[dict[str, Any]]) -> None:
    """Write the curve to the round's meta-model, in the caller's transaction; no other blend has one."""
    if headline is not None:
        MetaModel.objects.filter(round=headline.round_id).exclude(pk=headline.pk).update(curve=[])
        MetaModel.objects.filter(pk=headline.pk).update(curve=curve)
