"""What a blend is made of, so that anybody with the uploads can make it again: one JSON object.

It says nothing of the moment at which it is asked for: the same blend has the same manifest.
"""

from typing import Any

from django.db.models import Count

from tournaments.models import Evidence, MetaModel, MetaModelWeight, Round, Score, Submission
from tournaments.numerics.blending import registry
from tournaments.services.blending import ABSTAIN

VERSION = 1
LIVE, TEST = "live", "test"


def of_model(model: MetaModel) -> dict[str, Any]:
    """Return a blend's manifest: how it was made, from which labels, and the receipt of every input."""
    round_ = model.round
    method = registry.METHODS[model.blend]
    return {
        "manifest": VERSION,
        "what": _what(model),
        "tournament": round_.tournament.slug,
        "round": round_.number,
        "blend": model.blend,
        "meta_model": model.headline,
        "mixes": method.mixes,
        "slope": model.slope,
        "gap": model.gap,
        "certified": model.certified,
        "settings": model.settings,
        "seed": str(round_.seed),
        "rules_sha256": round_.rules_sha256,
        "vector": {"sha256": model.sha256, "rows": round_.row_count, "rows_sha256": round_.rows_sha256},
        "void": {"rows": round_.void_rows.count(), "probability": ABSTAIN},
        "fitted": {"rows": model.fitted_rows, "eras": model.fitted_eras},
        "evidence": _evidence(model) if method.fits and model.fitted_rows else [],
        "inputs": _inputs(model),
    }


def _what(model: MetaModel) -> str:
    named = "The meta-model" if model.headline else "A blend that is not the meta-model"
    said = f"{named} of {model.round.tournament.name}, round {model.round.number}. Void rows have {ABSTAIN}."
    if model.fitted_rows and registry.METHODS[model.blend].fits and _fits_on_test(model.round):
        said += (
            " Test rows have what the blend would have said of them at the time, from labels known before; "
            "all others what the weights below say."
        )
    return said


def _fits_on_test(round_: Round) -> bool:
    return TEST in round_.split_rows and round_.read_rules().fits_on_test


def _evidence(model: MetaModel) -> list[dict[str, Any]]:
    """Return which labels it was fitted on: those of earlier rounds, then those of the own test rows."""
    round_ = model.round
    before = Evidence.objects.filter(round=round_).select_related("source", "labels")
    found = [
        _labels(one.source.number, LIVE, one.labels.version, one.labels.sha256)
        for one in before.order_by("source__closed_at", "source")
    ]
    own = Score.objects.filter(meta_model=model, split=TEST).select_related("labels").first()
    if own and _fits_on_test(round_):
        found.append(_labels(round_.number, TEST, own.labels.version, own.labels.sha256))
    return found


def _labels(number: int, split: str, version: int, sha256: str) -> dict[str, Any]:
    return {"round": number, "split": split, "labels_version": version, "labels_sha256": sha256}


def _inputs(model: MetaModel) -> list[dict[str, Any]]:
    """Return the receipt of each file that was blended, in the order in which they were accepted."""
    kept = MetaModelWeight.objects.filter(meta_model=model)
    weights = dict(kept.values_list("participant", "weight"))
    chosen = Submission.objects.filter(round=model.round_id, selection__isnull=False, participant__in=weights)
    merged = dict(chosen.order_by().values_list("participant").annotate(files=Count("pk")))
    related = chosen.select_related("participant", "forecaster", "upload").order_by("position")
    return [
        {
            "participant": one.participant.alias,
            "forecaster": one.forecaster.name,
            "position": one.position,
            "sha256": one.upload.sha256,
            "size": one.upload.size,
            "column": one.column,
            "accepted_at": one.upload.received_at.isoformat(),
            "weight": weights[one.participant_id],
            "merged_from": merged[one.participant_id],
        }
        for one in related
    ]
