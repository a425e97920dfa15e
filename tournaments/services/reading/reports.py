"""Boards to read: who stands where in a round, and the crowd against its members.

Before the close nothing is told that was computed from others' files (DESIGN, Always true 10): a board
then lists who has submitted, and scores only of the reader's own.
"""

from collections import Counter
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import Rank

from tournaments.models import Exclusion, MetaModel, Participant, Round, Score, Selection
from tournaments.services.access import Actor, reader_in
from tournaments.services.reading.feedback import originality_json, score_json, splits_of, told
from tournaments.services.settlement import why_not

State = Round.State


@dataclass(frozen=True)
class Board:
    """A leaderboard: rows of dicts in order, those not ranked last, and what may be told at this moment."""

    split: str
    public: bool
    """Whether others' scores are shown: from the close on, or to those who oversee the tournament."""
    rows: list[dict[str, Any]]


def leaderboard(actor: Actor, round_: Round, split: str = "") -> Board:
    """Return the board of a round on a split (default: the most telling one that may be shown)."""
    shown = splits_of(round_)
    split = split if split in shown else (shown[-1] if shown else "validation")
    public = round_.state not in (State.DRAFT, State.OPEN) or actor.oversees(round_.tournament)
    mine = reader_in(actor, round_.tournament)
    rows = [_row(selection, mine, public, split) for selection in _entries(round_)]
    # Of a cancelled round no split is shown, though scores are there.
    told_of = split if split in shown else ""
    _join_scores(round_, told_of, rows, public, mine)
    return Board(split, public, _ordered(rows) + (_crowd_rows(round_, told_of) if public else []))


def _entries(round_: Round) -> QuerySet[Selection]:
    return (
        Selection.objects.filter(round=round_)
        .select_related(
            "submission__upload",
            "submission__participant",
            "submission__originality__nearest__participant",
            "forecaster",
            "round",
        )
        .order_by("submission__position")
    )


def _row(selection: Selection, mine: Participant | None, public: bool, split: str) -> dict[str, Any]:
    submission = selection.submission
    participant = submission.participant
    own = mine is not None and participant.pk == mine.pk
    return {
        "kind": participant.kind,
        "alias": participant.alias,
        "forecaster": selection.forecaster.name,
        "own": own,
        "submission": submission.pk if own else None,
        "position": submission.position,
        "received_at": submission.upload.received_at,
        "paid_place": selection.paid_place,
        "rank": None,
        "split": split,
        "_pk": submission.pk,
        "_participant": participant.pk,
        **(originality_json(submission) if public or own else {}),
    }


def ranked_scores(round_: Round, split: str) -> QuerySet[Any]:
    """Return the selected players' scores on a split with `rank`, the least loss first; equals share a rank.

    Excluded participants and benchmarks are not ranked, and neither is what has no score.
    """
    return (
        Score.objects.filter(round=round_, split=split, submission__selection__isnull=False)
        .filter(submission__participant__kind=Participant.Kind.PLAYER)
        .exclude(submission__participant__in=Exclusion.objects.filter(round=round_).values("participant"))
        .annotate(rank=Window(Rank(), order_by=F("units").asc()))
    )


def _join_scores(
    round_: Round, split: str, rows: list[dict[str, Any]], public: bool, mine: Participant | None
) -> None:
    ranks = {score.submission_id: score.rank for score in ranked_scores(round_, split)}
    scores = {
        score.submission_id: score
        for score in Score.objects.filter(Q(submission__in=[row["_pk"] for row in rows]), split=split)
    }
    tied = Counter(s.tie_group for pk, s in scores.items() if s.tie_group and pk in ranks)
    rules = round_.read_rules()
    originalities = {o.submission_id: o for o in round_.originalities.all()} if public else {}
    excluded = set(round_.exclusions.values_list("participant_id", flat=True))
    for row in rows:
        score = scores.get(row["_pk"])
        row["excluded"] = row["_participant"] in excluded
        if public:
            row.update(score_json(score), rank=ranks.get(row["_pk"]))
            row["tied_with"] = tied[score.tie_group] - 1 if score and score.tie_group else None
        elif row["own"]:
            row.update(told(round_, mine, score))
        if split == rules.paid_split:
            row["gate"] = why_not(rules, score, originalities.get(row["_pk"]))


def _ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows.sort(key=lambda row: (row["rank"] is None, row["rank"] or 0, row["position"]))
    for row in rows:
        del row["_pk"], row["_participant"]
    return rows


def _crowd_rows(round_: Round, split: str) -> list[dict[str, Any]]:
    scores = Score.objects.filter(meta_model__round=round_, split=split).select_related("meta_model")
    return [
        {
            "kind": "meta_model" if score.meta_model and score.meta_model.headline else "blend",
            "alias": score.meta_model.blend if score.meta_model else "",
            "rank": None,
            **score_json(score),
        }
        for score in scores.order_by("units")
    ]


def crowd(round_: Round, split: str) -> dict[str, Any]:
    """Return the meta-model against its members: best single, mean and median forecaster, as log losses.

    The mean forecaster is the mean of the losses of the ranked, the median their median.
    """
    ranked = sorted(score.log_loss for score in ranked_scores(round_, split))
    blends = {
        score.meta_model.blend: score.log_loss
        for score in Score.objects.filter(meta_model__round=round_, split=split).select_related("meta_model")
        if score.meta_model
    }
    headline = MetaModel.objects.filter(round=round_, headline=True).first()
    return {
        "split": split,
        "forecasters": len(ranked),
        "meta_model": blends.get(headline.blend) if headline else None,
        "blend": headline.blend if headline else None,
        "blends": blends,
        "best": ranked[0] if ranked else None,
        "mean": fmean(ranked) if ranked else None,
        "median": median(ranked) if ranked else None,
    }
