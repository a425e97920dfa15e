"""A score era by era: for its own readers, where the round's feedback tells that much."""

from typing import Any, NamedTuple

import numpy as np

from tournaments.models import Score
from tournaments.services import files, labels


class EraFigures(NamedTuple):
    """One era of a score. AUC and CORR are None where the era has one class, CORR where all of p is alike."""

    era: str
    rows: int
    log_loss: float
    brier: float | None
    auc: float | None
    corr: float | None


def of_score(score: Score) -> list[EraFigures]:
    """Return what a score says of each era, in their order."""
    eras = len(score.era_losses)
    columns = (one or [None] * eras for one in (score.era_brier, score.era_auc, score.era_corr))
    figures = zip(_names(score), score.era_rows, score.era_losses, *columns, strict=True)
    return [EraFigures(*one) for one in figures]


def as_json(score: Score) -> list[dict[str, Any]]:
    """Return the same as plain data."""
    return [one._asdict() for one in of_score(score)]


def _names(score: Score) -> list[str]:
    names = files.rows_of(score.round).era_names(score.split)
    return names if len(names) == len(score.era_losses) else _scored(score, names)


def _scored(score: Score, names: list[str]) -> list[str]:
    """Leave out the eras of which no row was scored; numbers where rows were voided since."""
    known = labels.read(score.round, score.split)
    if known is not None:
        starts = files.rows_of(score.round).starts(score.split)[:-1]
        scored = np.logical_or.reduceat(known.keep, starts).tolist()
        told = [name for name, holds in zip(names, scored, strict=True) if holds]
        if len(told) == len(score.era_losses):
            return told
    return [str(number) for number in range(1, len(score.era_losses) + 1)]
