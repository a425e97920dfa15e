"""What may be told of a score, and when: before the close validation only, as the round's rules say.

Source: FORMULAS section 7.
"""

from typing import Any

from tournaments.models import Originality, Round, Score, Submission
from tournaments.services.originality import MIXED_BELOW
from tournaments.services.practice import skill_json, told

State = Round.State
SPLITS_SHOWN = {
    State.DRAFT: ("validation",),
    State.OPEN: ("validation",),
    State.CLOSED: ("validation", "test"),
    State.RESOLVED: ("validation", "test", "live"),
    State.SETTLED: ("validation", "test", "live"),
    State.CANCELLED: (),
}


def splits_of(round_: Round) -> list[str]:
    """Return the splits that the round has and that may be shown in its state, the most telling last."""
    return [split for split in SPLITS_SHOWN[State(round_.state)] if split in round_.split_rows]


def score_json(score: Score | None) -> dict[str, Any]:
    """Return a score as every face shows it; without one, nulls and the reason."""
    if score is None:
        return {"log_loss": None, "gain": None, "undefined": {"log_loss": "not_scored"}}
    return {
        "log_loss": score.log_loss,
        "units": score.units,
        "gain": score.gain,
        "gain_low": score.gain_low,
        "gain_high": score.gain_high,
        "consistency": score.consistency,
        "era_mean": score.era_mean,
        "era_sd": score.era_sd,
        "era_worst": score.era_worst,
        **skill_json(score),
        "eras": len(score.era_losses),
        "rows": score.rows,
        "tie_group": score.tie_group,
        "undefined": score.undefined,
    }


def shape_json(score: Score | None) -> dict[str, Any]:
    """Return how a score's probabilities agree with the outcomes and how they spread: too much for boards."""
    if score is None:
        return {}
    return {"calibration": score.calibration or None, "histogram": score.histogram}


def scores_of(submission: Submission, whole: bool) -> dict[str, dict[str, Any]]:
    """Return a submission's scores per split, as its owner may see them now; `whole` for those who oversee.

    Test rows are told from the close on, live rows from the resolution on.
    """
    round_ = submission.round
    found = {score.split: score for score in submission.scores.all()}
    if whole:
        return {split: {**score_json(score), **shape_json(score)} for split, score in found.items()}
    open_ = round_.state in (State.DRAFT, State.OPEN)
    return {split: _told(round_, submission, found.get(split), open_) for split in splits_of(round_)}


def _told(round_: Round, submission: Submission, score: Score | None, open_: bool) -> dict[str, Any]:
    if not open_:
        return {**score_json(score), **shape_json(score)}
    shape = shape_json(score) if round_.read_rules().feedback == "exact" else {}
    return {**told(round_, submission.participant, score), **shape}


def originality_json(submission: Submission) -> dict[str, Any]:
    """Return what was measured of a submission's originality at the close; of no other than its owner's
    and overseers' business before.
    """
    found = getattr(submission, "originality", None)
    nearest = found.nearest.participant.alias if found and found.nearest else None
    return likeness_json(found, nearest)


def likeness_json(found: Originality | None, nearest: str | None) -> dict[str, Any]:
    """Return the same of what was measured, and the alias of whose file is nearest."""
    if found is None:
        return {"originality": None}
    return {
        "originality": found.originality,
        "max_abs_rho": found.max_abs_rho,
        "nearest": nearest,
        "nearest_rho": found.nearest_rho,
        "crowding": found.crowding,
        "ks": found.ks,
        "residual": found.residual,
        "concordance": found.concordance,
        "meta_rho": found.meta_rho,
        "precedence": found.precedence,
        "original": found.passes or bool(found.override_reason),
        "override_reason": found.override_reason,
        "mixed": found.residual is not None and found.residual < MIXED_BELOW,
        "undefined_originality": found.undefined,
    }
