"""Submissions and labels meet: one submission's metrics on one split (FORMULAS section 2)."""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from django.db import transaction

from tournaments.models import MetaModel, Round, Score, Submission, Work
from tournaments.models.score import SKILL
from tournaments.numerics.bootstrap import era_draws
from tournaments.numerics.calibration import Calibration, calibrate, spread
from tournaments.numerics.losses import SplitScore, score_split
from tournaments.numerics.payouts.wager import Wager
from tournaments.numerics.payouts.wager_score import wager_units
from tournaments.numerics.skill import Skill, score_skill
from tournaments.services import files, labels, nearness, work
from tournaments.services.labels import Known
from tournaments.services.telling import notices

SPLIT_OF = {
    Work.Kind.SCORE_VALIDATION: "validation",
    Work.Kind.SCORE_TEST: "test",
    Work.Kind.SCORE_LIVE: "live",
}


@dataclass(frozen=True)
class Measured:
    """What was measured of one vector of predictions on one split."""

    known: Known
    score: SplitScore
    skill: Skill
    calibration: Calibration
    histogram: np.ndarray
    wager_units: int


@lru_cache(maxsize=8)
def draws(seed: int, eras: int) -> np.ndarray:
    """Return the bootstrap draws of a seed over this many eras, read-only and cached."""
    drawn = era_draws(seed, eras)
    drawn.setflags(write=False)
    return drawn


def draws_of(round_: Round, eras: int) -> np.ndarray:
    """Return the round's bootstrap draws over this many eras: the same for all, so differences are paired."""
    return draws(round_.seed, eras)


def measure(round_: Round, split: str, vector: np.ndarray) -> Measured | None:
    """Score predictions of the whole round, float64 (M,), on one split; None when no row can be scored."""
    known = labels.read(round_, split)
    if known is None:
        return None
    p = vector[files.place_of(files.rows_of(round_), split)][known.keep]
    eps = round_.read_rules().epsilon
    scene = (p, known.y, known.starts, draws_of(round_, known.eras))
    return Measured(
        known,
        score_split(*scene, eps=eps),
        score_skill(*scene, eps=eps),
        calibrate(p, known.y, eps=eps),
        spread(p),
        wager_units(p, known.y, Wager()),
    )


Near = dict[int, tuple[int, str]]
"""Precedence and word of submissions, by key."""


def together(pieces: list[Work]) -> work.Verb:
    """Compare several newcomers of a round with the others in one pass; returns the verb for each."""
    submissions = Submission.objects.filter(pk__in=[one.submission_id for one in pieces])
    near = nearness.of_newcomers(list(submissions.select_related("round__tournament", "upload")))
    return partial(score, near=near)


def score(piece: Work, near: Near | None = None) -> None:
    """Score a submission on the split that the piece of work names, and write it in one transaction."""
    assert piece.submission_id is not None, "A score is of a submission."
    submission = Submission.objects.select_related("round__tournament", "upload").get(pk=piece.submission_id)
    split = SPLIT_OF[Work.Kind(piece.kind)]
    measured = measure(submission.round, split, files.vector_of(submission))
    if split == "validation":
        near = near or nearness.of_newcomers([submission])
    with transaction.atomic():
        keep(submission.round, split, measured, submission=submission)
        if near is not None:
            submission.state = Submission.State.SCORED
            submission.precedence, submission.nearness = near[submission.pk]
            submission.save(update_fields=["state", "precedence", "nearness"])
            notices.scored(submission)
        work.finish(piece)


def keep(
    round_: Round,
    split: str,
    measured: Measured | None,
    *,
    submission: Submission | None = None,
    meta_model: MetaModel | None = None,
) -> None:
    """Replace the score of a submission or meta-model on a split, in the caller's transaction."""
    whose: dict[str, Any] = {"submission": submission, "meta_model": meta_model}
    if measured is None:
        Score.objects.filter(round=round_, split=split, **whose).delete()
        return
    Score.objects.update_or_create(round=round_, split=split, **whose, defaults=values_of(measured))


def values_of(measured: Measured) -> dict[str, Any]:
    """Return a score's fields; its rank and ties are not known yet."""
    known, result = measured.known, measured.score
    return {
        "labels": known.labels,
        "rows": known.rows,
        "log_loss": result.log_loss,
        "units": result.units,
        "wager_units": measured.wager_units,
        "gain": result.gain,
        "gain_low": result.gain_low,
        "gain_high": result.gain_high,
        "consistency": result.consistency,
        "era_mean": result.era_mean,
        "era_sd": result.era_sd,
        "era_worst": result.era_worst,
        "era_losses": result.era_losses.tolist(),
        "era_rows": result.era_rows.tolist(),
        **skill_of(measured.skill),
        **shape_of(measured),
        "undefined": result.undefined | measured.skill.undefined,
        "tie_group": None,
        "rank": None,
        "tied_with": None,
    }


def skill_of(found: Skill) -> dict[str, Any]:
    """Return Brier, AUC, CORR and what is made of it, whole and per era, as a score keeps them."""
    return {name: getattr(found, name) for name in (*SKILL, "era_brier", "era_auc", "era_corr")}


def shape_of(measured: Measured) -> dict[str, Any]:
    """Return how probabilities agree with outcomes and how they spread, as a score keeps it."""
    return {"calibration": _calibration(measured.calibration), "histogram": measured.histogram.tolist()}


def _calibration(found: Calibration) -> dict[str, Any]:
    columns = {
        "mean_p": found.mean_p,
        "rate": found.rate,
        "rate_low": found.rate_low,
        "rate_high": found.rate_high,
        "rows": found.rows,
    }
    bins = zip(*(column.tolist() for column in columns.values()), strict=True)
    return {
        "bins": [dict(zip(columns, one, strict=True)) for one in bins],
        "slope": found.slope,
        "intercept": found.intercept,
        "undefined": found.undefined,
    }
