"""The meta-model to read: its weights and scores, for all from the close on."""

from typing import Any

from tournaments.models import MetaModel, Round
from tournaments.services.errors import Conflict, Unknown
from tournaments.services.reading import reports
from tournaments.services.reading.feedback import score_json, splits_of

State = Round.State


def of_round(round_: Round) -> dict[str, Any]:
    """Return every blend of a round with its weights and scores, the meta-model first, those that could not
    be made with the reason, and the crowd.

    Raises Conflict `not_closed`, `not_blended`.
    """
    need_blended(round_)
    shown = splits_of(round_)
    models = MetaModel.objects.filter(round=round_).order_by("-headline", "blend")
    related = models.prefetch_related("weights__participant", "scores")
    return {
        "blends": [_row(one, shown) for one in related],
        "missing": round_.missing_blends,
        "crowd": reports.crowd(round_, shown[-1]) if shown else None,
    }


def need_blended(round_: Round) -> None:
    """Refuse with `not_closed` or `not_blended` until a round's blends are made."""
    if round_.state in (State.DRAFT, State.OPEN):
        raise Conflict(
            "not_closed", f"Round {round_.number} is {round_.state}; it is blended when it closes."
        )
    if round_.blended_at is None:
        raise Conflict(
            "not_blended", f"Round {round_.number} is still being scored and blended. Wait for it."
        )


def find_blend(round_: Round, blend: str = "") -> MetaModel:
    """Return a round's meta-model, or another of its blends by name. Raises Unknown `unknown_blend`."""
    chosen = {"blend": blend} if blend else {"headline": True}
    model = MetaModel.objects.filter(round=round_, **chosen).select_related("round__tournament").first()
    if model is None:
        raise Unknown("unknown_blend", f"Round {round_.number} has no blend {blend or 'that speaks for it'}.")
    return model


def _row(model: MetaModel, shown: list[str]) -> dict[str, Any]:
    weights = sorted(model.weights.all(), key=lambda one: (-one.weight, one.participant.alias))
    return {
        "blend": model.blend,
        "headline": model.headline,
        "slope": model.slope,
        "fitted_rows": model.fitted_rows,
        "fitted_eras": model.fitted_eras,
        "gap": model.gap,
        "certified": model.certified,
        "settings": model.settings,
        "leads": {split: lead for split, lead in model.leads.items() if split in shown},
        "participants": model.forecasters,
        "sha256": model.sha256,
        "weights": [{"alias": one.participant.alias, "weight": one.weight} for one in weights],
        "scores": {one.split: score_json(one) for one in model.scores.all() if one.split in shown},
    }
