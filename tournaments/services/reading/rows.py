"""The rows of a board as plain data: of those entries and blends that are shown, and of no others."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F

from tournaments.models import Originality, Round, Rules, Score, Selection
from tournaments.services.reading.feedback import likeness_json, score_json, told
from tournaments.services.reading.ranking import BLEND, ENTRY, Key, Ranking, computed_ranks, is_kept
from tournaments.services.settlement import why_not

Row = dict[str, Any]
UNSHOWN = ("calibration", "histogram", "era_rows", "era_brier", "era_auc", "era_corr")
"""What a score has that no board shows."""
EARLY = (Round.State.DRAFT, Round.State.OPEN)


class _Entry(NamedTuple):
    """A selection with what a row says of whose it is; the fields' order is that of `COLUMNS`."""

    pk: int
    submission: int
    paid_place: bool
    participant: int
    kind: str
    alias: str
    forecaster: str
    position: int
    received_at: datetime
    out: bool


COLUMNS = (
    "pk",
    "submission",
    "paid_place",
    "submission__participant",
    "submission__participant__kind",
    "submission__participant__alias",
    "forecaster__name",
    "submission__position",
    "submission__upload__received_at",
    "out",
)


def of_keys(ranking: Ranking, split: str, keys: list[Key]) -> list[Row]:
    """Return the rows of these keys, in their order. `split` is the board's, also where nothing is told."""
    found: dict[Key, Row] = _entries(ranking, split, [key.pk for key in keys if key.what == ENTRY])
    found |= _blends([key.pk for key in keys if key.what == BLEND])
    return [found[key] for key in keys]


def _entries(ranking: Ranking, split: str, pks: list[int]) -> dict[Key, Row]:
    if not pks:
        return {}
    selections = Selection.objects.filter(pk__in=pks).annotate(out=ranking.out()).values_list(*COLUMNS)
    entries = [_Entry(*row) for row in selections]
    told_of, rules = _Told.of(ranking, [one.submission for one in entries]), ranking.round.read_rules()
    return {Key(ENTRY, one.pk): _row(ranking, rules, told_of, split, one) for one in entries}


class _Told(NamedTuple):
    """What else is known of the entries shown, by submission."""

    scores: dict[int, Score]
    ranks: dict[int, int]
    originalities: dict[int, Originality]
    nearest: dict[int, str | None]

    @classmethod
    def of(cls, ranking: Ranking, submissions: list[int]) -> "_Told":
        """Ask for the scores, ranks and originality of these entries."""
        found = Score.objects.filter(submission__in=submissions, split=ranking.split).defer(*UNSHOWN)
        scores = {score.submission_id: score for score in found if score.submission_id}
        measured: dict[int, Originality] = {}
        nearest: dict[int, str | None] = {}
        if ranking.round.state not in EARLY:
            alike = Originality.objects.filter(submission__in=submissions)
            for one in alike.annotate(alias=F("nearest__participant__alias")):
                measured[one.submission_id], nearest[one.submission_id] = one, one.alias
        return cls(scores, _ranks(ranking, scores), measured, nearest)


def _ranks(ranking: Ranking, scores: dict[int, Score]) -> dict[int, int]:
    if not (ranking.public and ranking.split):
        return {}
    if is_kept(ranking.round, ranking.split):
        return {pk: score.rank for pk, score in scores.items() if score.rank is not None}
    return computed_ranks(ranking.round, ranking.split, list(scores))


def _row(ranking: Ranking, rules: Rules, told_of: _Told, split: str, entry: _Entry) -> Row:
    own = ranking.mine is not None and entry.participant == ranking.mine.pk
    public, score = ranking.public, told_of.scores.get(entry.submission)
    originality = told_of.originalities.get(entry.submission) if public or own else None
    nearest = told_of.nearest.get(entry.submission)
    row: Row = {
        "kind": entry.kind,
        "alias": entry.alias,
        "forecaster": entry.forecaster,
        "own": own,
        "submission": entry.submission if own else None,
        "position": entry.position,
        "received_at": entry.received_at,
        "paid_place": entry.paid_place,
        "rank": None,
        "split": split,
        "excluded": entry.out,
        **(likeness_json(originality, nearest) if public or own else {}),
    }
    if public:
        rank = told_of.ranks.get(entry.submission)
        row |= {**score_json(score), "rank": rank, "tied_with": score.tied_with if score else None}
    elif own:
        row |= told(ranking.round, ranking.mine, score)
    if ranking.split == rules.paid_split:
        row["gate"] = why_not(rules, score, originality if public else None)
    return row


def _blends(pks: list[int]) -> dict[Key, Row]:
    if not pks:
        return {}
    scores = Score.objects.filter(pk__in=pks).select_related("meta_model").defer(*UNSHOWN)
    return {
        Key(BLEND, score.pk): {
            "kind": "meta_model" if score.meta_model and score.meta_model.headline else "blend",
            "alias": score.meta_model.blend if score.meta_model else "",
            "rank": None,
            **score_json(score),
        }
        for score in scores
    }
