"""Which queue of the broker tells of which kind of work, so that each can have workers of its own.

Queues only carry "look at row 17": whoever looks finds the truth in the database.
"""

from django.conf import settings

from tournaments.models import Work

NAMES: tuple[str, ...] = settings.QUEUES
CLOCK, SCORING, BLENDING, SETTLEMENT = NAMES
"""`CLOCK` is the default: sweeps, deliveries, and what a deadline makes due."""

_QUEUE_OF = {
    Work.Kind.CLOSE: CLOCK,
    Work.Kind.REMIND: CLOCK,
    Work.Kind.SCORE_VALIDATION: SCORING,
    Work.Kind.SCORE_TEST: SCORING,
    Work.Kind.SCORE_LIVE: SCORING,
    Work.Kind.ORIGINALITY: SCORING,
    Work.Kind.BLEND: BLENDING,
    Work.Kind.META_MODEL: BLENDING,
    Work.Kind.CONCLUDE: SETTLEMENT,
    Work.Kind.STANDINGS: SETTLEMENT,
    Work.Kind.ANNOUNCE: SETTLEMENT,
}


def queue_of(kind: str) -> str:
    """Return the queue that tells of this kind of work.

    >>> queue_of("blend")
    'blending'
    """
    return _QUEUE_OF[Work.Kind(kind)]


def kinds_of(names: set[str]) -> list[str]:
    """Return the kinds of work that these queues tell of.

    >>> kinds_of({"blending"})
    ['blend', 'meta_model']
    """
    return [kind.value for kind, name in _QUEUE_OF.items() if name in names]
