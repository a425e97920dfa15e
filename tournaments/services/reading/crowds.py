"""The meta-model to read: its weights and scores for all from the close on, its predictions for operators."""

from collections.abc import Iterator
from typing import Any

from tournaments.models import MetaModel, Round
from tournaments.services import audit, blending, files
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Conflict, Unknown
from tournaments.services.reading import reports
from tournaments.services.reading.feedback import score_json, splits_of

State = Round.State


def of_round(round_: Round) -> dict[str, Any]:
    """Return every blend of a round with its weights and scores, the meta-model first, and the crowd.

    Raises Conflict `not_closed`, `not_blended`.
    """
    _need_blended(round_)
    shown = splits_of(round_)
    models = MetaModel.objects.filter(round=round_).order_by("-headline", "blend")
    related = models.prefetch_related("weights__participant", "scores")
    return {
        "blends": [_row(one, shown) for one in related],
        "crowd": reports.crowd(round_, shown[-1]) if shown else None,
    }


def _need_blended(round_: Round) -> None:
    if round_.state in (State.DRAFT, State.OPEN):
        raise Conflict(
            "not_closed", f"Round {round_.number} is {round_.state}; it is blended when it closes."
        )
    if round_.blended_at is None:
        raise Conflict(
            "not_blended", f"Round {round_.number} is still being scored and blended. Wait for it."
        )


def _row(model: MetaModel, shown: list[str]) -> dict[str, Any]:
    weights = sorted(model.weights.all(), key=lambda one: (-one.weight, one.participant.alias))
    return {
        "blend": model.blend,
        "headline": model.headline,
        "slope": model.slope,
        "fitted_rows": model.fitted_rows,
        "participants": model.forecasters,
        "sha256": model.sha256,
        "weights": [{"alias": one.participant.alias, "weight": one.weight} for one in weights],
        "scores": {one.split: score_json(one) for one in model.scores.all() if one.split in shown},
    }


def predictions(actor: Actor, round_: Round, blend: str = "") -> Iterator[tuple[str, str, str, float]]:
    """Return (id, era, split, probability) of each row, of the meta-model or another blend; operators only.

    The look is logged. A void row has 0.5. Raises Conflict as `of_round`, Unknown `unknown_blend`.
    """
    by = need_operator(actor, round_.tournament)
    _need_blended(round_)
    chosen = {"blend": blend} if blend else {"headline": True}
    model = MetaModel.objects.filter(round=round_, **chosen).select_related("round").first()
    if model is None:
        raise Unknown("unknown_blend", f"Round {round_.number} has no blend {blend}.")
    audit.record(by, "meta_model_downloaded", round_, blend=model.blend)
    rows = files.rows_of(round_)
    p = blending.vector_of(model).tolist()
    return zip(rows.ids.to_pylist(), rows.eras.tolist(), rows.splits.tolist(), p, strict=True)
