"""One submission looked at closely: who did worse, how each era went, and what the crowd made of it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from tournaments.models import Round, Score, Submission
from tournaments.services.frames import SPLITS
from tournaments.services.reading import eras, feedback
from tournaments.services.reading.eras import EraFigures
from tournaments.services.reading.ranking import ranked_scores

EARLY = (Round.State.DRAFT, Round.State.OPEN)


@dataclass(frozen=True)
class Closeup:
    """A submission on one split.

    `figures` are as `feedback.scores_of` tells them, with `better_than`: the share of the other ranked
    submissions on this split that are worse, None before the close and where there is no other. `eras`
    has each era's figures, and is empty where no more than the figures may be told.
    """

    split: str
    figures: dict[str, Any]
    eras: list[EraFigures]


def of_submission(submission: Submission, whole: bool) -> list[Closeup]:
    """Return a submission on each split that may be told to its owner now; `whole` for those who oversee."""
    told = feedback.scores_of(submission, whole)
    kept = {score.split: score for score in submission.scores.all()}
    closed = submission.round.state not in EARLY
    return [
        Closeup(
            split,
            {
                **told[split],
                "better_than": _better_than(kept[split]) if closed and split in kept else None,
            },
            eras.of_score(kept[split]) if "calibration" in told[split] else [],
        )
        for split in SPLITS
        if split in told
    ]


def _better_than(score: Score) -> float | None:
    others = ranked_scores(score.round, score.split).exclude(submission=score.submission_id)
    found = others.order_by().aggregate(all=Count("pk"), worse=Count("pk", filter=Q(units__gt=score.units)))
    return found["worse"] / found["all"] if found["all"] else None
