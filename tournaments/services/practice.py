"""What a participant may be told of a practice score while the round is open, as its rules say.

Source: FORMULAS section 7. Pages, the API and notices all tell through here.
"""

import math
from typing import Any

from tournaments.models import Participant, Round, Score
from tournaments.models.score import SKILL
from tournaments.numerics.units import LN2

HIDDEN = {"log_loss": None, "gain": None}


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
        **skill_json(score),
        "eras": len(score.era_losses),
        "rows": score.rows,
        "undefined": score.undefined,
    }


def skill_json(score: Score) -> dict[str, Any]:
    """Return a score's figures beside the log loss, with the ends of their intervals."""
    return {name: getattr(score, name) for name in SKILL}


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
