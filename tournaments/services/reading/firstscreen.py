"""What a participant's first screen says of a round that is open: the last result, the log, the way in."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from tournaments.models import ApiKey, DatasetFile, Participant, Round, RoundLog
from tournaments.services.access import UPLOAD, Actor
from tournaments.services.reading import histories
from tournaments.services.reading.frontpage import Entry

WHOLE = 3
"""So many open rounds are shown whole; the others in a few words. Each costs a fixed number of queries."""
LOG_LINES = 5


@dataclass(frozen=True)
class Screen:
    """An open round of a participant. `status` is as `status.of_participant` has it."""

    round: Round
    me: Participant
    status: dict[str, Any]
    last: histories.Played | None
    log: list[RoundLog]
    datasets: list[DatasetFile]


def screens(entries: list[Entry]) -> list[Screen]:
    """Return the open rounds of the participants among these entries, those that close first first."""
    found = [
        (round_, entry.participant, status)
        for entry in entries
        if entry.participant is not None
        for status in entry.status
        for round_ in entry.rounds
        if round_.number == status["round"]
    ]
    found.sort(key=lambda one: one[2]["closes_at"])
    return [_screen(*one) for one in found[:WHOLE]]


def _screen(round_: Round, me: Participant, status: dict[str, Any]) -> Screen:
    return Screen(
        round_,
        me,
        status,
        histories.last_before(round_, me),
        list(round_.log.order_by("-pk")[:LOG_LINES]),
        list(round_.datasets.order_by("pk")),
    )


def upload_key(actor: Actor) -> ApiKey | None:
    """Return the actor's newest key that may upload at this moment."""
    if actor.user is None:
        return None
    lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=Now())
    mine = ApiKey.objects.filter(lasting, user=actor.user, revoked_at__isnull=True)
    return mine.filter(scopes__contains=[UPLOAD]).order_by("-pk").first()
