"""Labels are here: score the live rows, judge the blends, mark the ties, and the round is resolved."""

import numpy as np
from django.db import transaction

from tournaments.models import MetaModel, Round, Score, Work
from tournaments.numerics.bootstrap import tie_groups
from tournaments.services import audit, blending, labels, phases, rounds, scoring, work
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
        if round_.state in (Round.State.RESOLVED, Round.State.SETTLED) or _running(round_):
            return round_
        rounds.need_state(round_, Round.State.CLOSED)
        if round_.blended_at is None or work.unfinished(round_, kind=Work.Kind.BLEND):
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
    """Score the meta-models on the live rows, mark ties on every split, and flip the round to resolved."""
    round_ = Round.objects.select_related("tournament").get(pk=piece.round_id)
    models = list(MetaModel.objects.filter(round=round_))
    measured = [scoring.measure(round_, "live", blending.vector_of(one)) for one in models]
    ties = {split: ties_of(round_, split) for split in ("test", "live")}
    with transaction.atomic():
        round_ = rounds.lock(round_)
        rounds.need_state(round_, Round.State.CLOSED)
        for model, result in zip(models, measured, strict=True):
            scoring.keep(round_, "live", result, meta_model=model)
        for groups in ties.values():
            keep_ties(groups)
        round_.state, round_.resolved_at = Round.State.RESOLVED, db_now()
        round_.save(update_fields=["state", "resolved_at"])
        audit.announce(round_, "resolved", f"Round {round_.number} is resolved.")
        notices.to_all(round_)
        phases.season(round_)
        work.finish(piece)


def ties_of(round_: Round, split: str) -> dict[int, int]:
    """Return score id → tie group, from 1, of the selected submissions on a split; empty below two eras."""
    scores = list(
        Score.objects.filter(round=round_, split=split, submission__selection__isnull=False)
        .exclude(submission__participant__exclusions__round=round_)
        .order_by("units", "submission__position")
    )
    if not scores or len(scores[0].era_rows) < 2:
        return {}
    draws = scoring.draws_of(round_, len(scores[0].era_rows))
    losses = np.array([score.era_losses for score in scores])
    groups = tie_groups(losses, np.array(scores[0].era_rows), draws, np.arange(len(scores)))
    return {score.pk: int(group) for score, group in zip(scores, groups, strict=True)}


def keep_ties(groups: dict[int, int]) -> None:
    """Write tie groups in the caller's transaction."""
    Score.objects.bulk_update(
        [Score(pk=pk, tie_group=group) for pk, group in groups.items()], ["tie_group"], batch_size=500
    )
