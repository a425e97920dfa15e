"""What may be told of a score, and when: before the close validation only, as the round's rules say.

Source: FORMULAS section 7.
"""

import math
from typing import Any

from tournaments.models import Participant, Round, Score, Submission
from tournaments.numerics.losses import LN2
from tournaments.services.originality import MIXED_BELOW

State = Round.State
SPLITS_SHOWN = {
    State.DRAFT: ("validation",),
    State.OPEN: ("validation",),
    State.CLOSED: ("validation", "test"),
    State.RESOLVED: ("validation", "test", "live"),
    State.SETTLED: ("validation", "test", "live"),
    State.CANCELLED: (),
}
HIDDEN = {"log_loss": None, "gain": None}


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
        "eras": len(score.era_losses),
        "rows": score.rows,
        "tie_group": score.tie_group,
        "undefined": score.undefined,
    }


def told(round_: Round, participant: Participant | None, score: Score | None) -> dict[str, Any]:
    """Return what the round's feedback tells a participant of their validation score while it is open."""
    rules = round_.read_rules()
    if score is None:
        return {**HIDDEN, "undefined": {"log_loss": "not_scored"}}
    if rules.feedback == "sealed":
        return {**HIDDEN, "undefined": {"log_loss": "sealed_until_close"}}
    if rules.feedback == "ladder":
        return _ladder(round_, participant, rules.ladder_step or 0.0)
    return {
        "log_loss": score.log_loss,
        "gain": score.gain,
        "gain_low": score.gain_low,
        "gain_high": score.gain_high,
        "consistency": score.consistency,
        "eras": len(score.era_losses),
        "rows": score.rows,
        "undefined": score.undefined,
    }


def _ladder(round_: Round, participant: Participant | None, step: float) -> dict[str, Any]:
    gains = Score.objects.filter(
        round=round_, split="validation", submission__participant=participant
    ).values_list("gain", flat=True)
    steps = max((math.floor(gain / step) for gain in gains), default=0)
    reached = max(0, steps) * step
    return {
        "log_loss": LN2 - reached,
        "gain": reached,
        "undefined": {"interval": "ladder", "consistency": "ladder"},
        "ladder_step": step,
    }


def scores_of(submission: Submission, whole: bool) -> dict[str, dict[str, Any]]:
    """Return a submission's scores per split, as its owner may see them now; `whole` for those who oversee.

    Test rows are told from the close on, live rows from the resolution on.
    """
    round_ = submission.round
    found = {score.split: score for score in submission.scores.all()}
    if whole:
        return {split: score_json(score) for split, score in found.items()}
    open_ = round_.state in (State.DRAFT, State.OPEN)
    return {
        split: told(round_, submission.participant, found.get(split))
        if open_
        else score_json(found.get(split))
        for split in splits_of(round_)
    }


def originality_json(submission: Submission) -> dict[str, Any]:
    """Return what was measured of a submission's originality at the close; of no other than its owner's
    and overseers' business before.
    """
    found = getattr(submission, "originality", None)
    if found is None:
        return {"originality": None}
    return {
        "originality": found.originality,
        "max_abs_rho": found.max_abs_rho,
        "nearest": found.nearest.participant.alias if found.nearest else None,
        "nearest_rho": found.nearest_rho,
        "crowding": found.crowding,
        "ks": found.ks,
        "residual": found.residual,
        "precedence": found.precedence,
        "original": found.passes or bool(found.override_reason),
        "override_reason": found.override_reason,
        "mixed": found.residual is not None and found.residual < MIXED_BELOW,
        "undefined_originality": found.undefined,
    }
