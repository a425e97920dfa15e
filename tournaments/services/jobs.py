"""Which verb does which kind of work. The tasks and the tests run them through here."""

from tournaments.models import Work
from tournaments.services import blending, headline, originality, resolution, rounds, scoring, standings, work
from tournaments.services.telling import announcing

VERBS: dict[str, work.Verb] = {
    Work.Kind.SCORE_VALIDATION.value: scoring.score,
    Work.Kind.SCORE_TEST.value: scoring.score,
    Work.Kind.SCORE_LIVE.value: scoring.score,
    Work.Kind.CLOSE.value: rounds.close,
    Work.Kind.ORIGINALITY.value: originality.measure,
    Work.Kind.BLEND.value: blending.blend,
    Work.Kind.META_MODEL.value: headline.join,
    Work.Kind.CONCLUDE.value: resolution.conclude,
    Work.Kind.STANDINGS.value: standings.refresh,
    Work.Kind.ANNOUNCE.value: announcing.announce,
    Work.Kind.REMIND.value: announcing.remind,
}

TOGETHER: dict[str, work.Together] = {
    Work.Kind.SCORE_VALIDATION.value: (16, scoring.together),
    # Few enough that the blends of a round are still made side by side.
    Work.Kind.BLEND.value: (3, blending.together),
}


def run(pk: int) -> bool:
    """Do one piece of work if it is due and free; returns whether this call completed it."""
    return work.perform(pk, VERBS, TOGETHER)
