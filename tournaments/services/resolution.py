"""Labels are here: score the live rows, judge the blends, keep ranks and ties, and the round is resolved."""

from django.db import transaction

from tournaments.models import MetaModel, Round, Work
from tournaments.services import (
    audit,
    blending,
    contributing,
    labels,
    phases,
    ranks,
    rounds,
    scoring,
    work,
    worth,
)
from tournaments.services import headline as headlines
from tournaments.services.access import Actor, need_operator
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict
from tournaments.services.telling import notices


def resolve(actor: Actor, round_: Round) -> Round:
    """Start the resolution of a closed, blended round whose live rows are all labelled or void.

    Asking again while it runs or after it is done changes nothing. Raises Conflict `wrong_state`,
    `not_blended`, `labels_missing`.
    """
    by = need_operator(actor, round_.tournament)
    with transaction.atomic():
        round_ = rounds.lock(round_)
        if round_.state in Round.RESOLVED_STATES or _running(round_):
            return round_
        rounds.need_state(round_, Round.State.CLOSED)
        if round_.blended_at is None or work.unfinished(round_, kind=Work.Kind.META_MODEL):
            raise Conflict(
                "not_blended", f"Round {round_.number} is still being scored and blended. Wait for it."
            )
        left = labels.missing(round_, "live")
        if left:
            raise Conflict(
                "labels_missing",
                f"{left:,} live rows have no label. Upload their labels or void them.",
                rows=left,
            )
        phases.resolution(round_)
        audit.record(by, "resolution_started", round_)
    return round_


def _running(round_: Round) -> bool:
    return work.unfinished(round_, kind=Work.Kind.CONCLUDE) > 0


def conclude(piece: Work) -> None:
    """Score the meta-models on the live rows, keep ranks and ties, and flip the round to resolved."""
    round_ = Round.objects.select_related("tournament").get(pk=piece.round_id)
    models = list(MetaModel.objects.filter(round=round_))
    measured = [scoring.measure(round_, "live", blending.vector_of(one)) for one in models]
    placed = {split: ranks.placed(round_, split) for split in ("test", "live")}
    headline = next((one for one in models if one.headline), None)
    added = headlines.added_live(round_, headline) if headline else None
    curve = worth.curve_now(headline, added[0] if added else None)
    with transaction.atomic():
        round_ = rounds.lock(round_)
        rounds.need_state(round_, Round.State.CLOSED)
        for model, result in zip(models, measured, strict=True):
            scoring.keep(round_, "live", result, meta_model=model)
        headlines.keep_leads(round_, "live", headline)
        if headline and added:
            contributing.keep(headline, *added)
        worth.keep_curve(headline, curve)
        round_.ranked = {split: ranks.keep(scores) for split, scores in placed.items()}
        round_.state, round_.resolved_at = Round.State.RESOLVED, db_now()
        round_.save(update_fields=["ranked", "state", "resolved_at"])
        audit.announce(round_, "resolved", f"Round {round_.number} is resolved.")
        notices.to_all(round_)
        phases.season(round_)
        work.finish(piece)
