"""Who stands where on a split, kept with the scores of a resolved round: pages read it, none computes it.

From the resolution on nothing changes any more that a rank depends on: exclusions, labels and void rows
are refused then. Before it boards rank by a query (`reading/ranking.py`), which says the same.
"""

from collections import Counter

import numpy as np

from tournaments.models import Participant, Round, Score
from tournaments.numerics.bootstrap import tie_groups
from tournaments.services import scoring

KEPT = ("tie_group", "rank", "tied_with")


def placed(round_: Round, split: str) -> list[Score]:
    """Return the scores of those selected and not excluded, best first, each placed."""
    scores = list(
        Score.objects.filter(round=round_, split=split, submission__selection__isnull=False)
        .exclude(submission__participant__exclusions__round=round_)
        .select_related("submission__participant")
        .order_by("units", "submission__position")
    )
    return place(round_, scores)


def place(round_: Round, scores: list[Score]) -> list[Score]:
    """Set tie groups, ranks and ties of scores that come best first, equals in commit order; returns them.

    Benchmarks are in tie groups without a rank. Below two eras nobody is tied.
    """
    for one, group in zip(scores, _groups(round_, scores), strict=True):
        one.tie_group = group
    players = [one for one in scores if _is_player(one)]
    sizes = Counter(one.tie_group for one in players)
    first: dict[int, int] = {}
    for at, one in enumerate(players, 1):
        one.rank = first.setdefault(one.units, at)
    for one in scores:
        # Others among the ranked: a player does not count itself, a benchmark is none of them.
        one.tied_with = None if one.tie_group is None else sizes[one.tie_group] - _is_player(one)
    return scores


def _is_player(score: Score) -> bool:
    return score.submission is not None and score.submission.participant.kind == Participant.Kind.PLAYER


def _groups(round_: Round, scores: list[Score]) -> list[int | None]:
    """Return the tie group of each, from 1; none below two eras."""
    if not scores or len(scores[0].era_rows) < 2:
        return [None] * len(scores)
    draws = scoring.draws_of(round_, len(scores[0].era_rows))
    losses = np.array([score.era_losses for score in scores])
    groups = tie_groups(losses, np.array(scores[0].era_rows), draws, np.arange(len(scores)))
    return [int(group) for group in groups]


def keep(scores: list[Score]) -> int:
    """Write what `placed` found in the caller's transaction; returns how many are ranked."""
    Score.objects.bulk_update(scores, KEPT, batch_size=500)
    return sum(1 for score in scores if score.rank is not None)
