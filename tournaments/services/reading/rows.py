"""The rows of a board as plain data: of those entries and blends that are shown, and of no others."""

from dataclasses import dataclass
from typing import Any

from tournaments.models import Score, Selection
from tournaments.services.reading.feedback import originality_json, score_json, told
from tournaments.services.reading.ranking import BLEND, ENTRY, Key, Ranking, ranks_of, sizes_of_ties
from tournaments.services.settlement import why_not

Row = dict[str, Any]
UNSHOWN = ("calibration", "histogram")
"""What a score has that no board shows."""


def of_keys(ranking: Ranking, split: str, keys: list[Key]) -> list[Row]:
    """Return the rows of these keys, in their order. `split` is the board's, also where nothing is told."""
    found: dict[Key, Row] = _entries(ranking, split, [key.pk for key in keys if key.what == ENTRY])
    found |= _blends([key.pk for key in keys if key.what == BLEND])
    return [found[key] for key in keys]


def _entries(ranking: Ranking, split: str, pks: list[int]) -> dict[Key, Row]:
    if not pks:
        return {}
    selections = (
        Selection.objects.filter(pk__in=pks)
        .annotate(out=ranking.out())
        .select_related(
            "submission__upload",
            "submission__participant",
            "submission__originality__nearest__participant",
            "forecaster",
        )
    )
    told_of = _Told.of(ranking, list(selections))
    return {Key(ENTRY, one.pk): _row(ranking, told_of, split, one, one.out) for one in selections}


@dataclass(frozen=True)
class _Told:
    """What else is known of the entries shown."""

    scores: dict[int, Score]
    ranks: dict[int, int]
    ties: dict[int, int]

    @classmethod
    def of(cls, ranking: Ranking, selections: list[Selection]) -> "_Told":
        """Ask for the scores, ranks and ties of these entries."""
        round_, split = ranking.round, ranking.split
        submissions = [one.submission_id for one in selections]
        scores = {
            score.submission_id: score
            for score in Score.objects.filter(submission__in=submissions, split=split).defer(*UNSHOWN)
            if score.submission_id
        }
        groups = {score.tie_group for score in scores.values() if score.tie_group}
        return cls(
            scores,
            ranks_of(round_, split, submissions) if ranking.public and split else {},
            sizes_of_ties(round_, split, groups) if ranking.public and groups else {},
        )

    def tied_with(self, submission: int) -> int | None:
        """Return how many of the ranked are tied with an entry, itself not counted."""
        score = self.scores.get(submission)
        if score is None or not score.tie_group:
            return None
        return self.ties.get(score.tie_group, 0) - (submission in self.ranks)


def _row(ranking: Ranking, told_of: _Told, split: str, selection: Selection, out: bool) -> Row:
    submission, mine = selection.submission, ranking.mine
    participant, public = submission.participant, ranking.public
    own = mine is not None and participant.pk == mine.pk
    row: Row = {
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
        "excluded": out,
        **(originality_json(submission) if public or own else {}),
    }
    row |= _score(ranking, told_of, own, submission.pk)
    rules = ranking.round.read_rules()
    if ranking.split == rules.paid_split:
        originality = getattr(submission, "originality", None) if public else None
        row["gate"] = why_not(rules, told_of.scores.get(submission.pk), originality)
    return row


def _score(ranking: Ranking, told_of: _Told, own: bool, submission: int) -> Row:
    score = told_of.scores.get(submission)
    if ranking.public:
        rank, tied_with = told_of.ranks.get(submission), told_of.tied_with(submission)
        return {**score_json(score), "rank": rank, "tied_with": tied_with}
    return told(ranking.round, ranking.mine, score) if own else {}


def _blends(pks: list[int]) -> dict[Key, Row]:
    if not pks:
        return {}
    scores = Score.objects.filter(pk__in=pks).select_related("meta_model")
    return {
        Key(BLEND, score.pk): {
            "kind": "meta_model" if score.meta_model and score.meta_model.headline else "blend",
            "alias": score.meta_model.blend if score.meta_model else "",
            "rank": None,
            **score_json(score),
        }
        for score in scores
    }
