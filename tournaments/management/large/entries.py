"""Who sent what in a round: uploads, submissions, selections, and the work that scored them."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Q

from tournaments.management.large.ground import LEFT, WEEK, Ground
from tournaments.management.large.people import People
from tournaments.models import Forecaster, Participant, Round, Selection, Submission, Upload, Work
from tournaments.numerics.blending.registry import NAMES
from tournaments.services.work import Part

State = Round.State
Kind = Work.Kind
AGAIN = 0.08
"""The share of files that replace an earlier one."""
KNOWN_MISSES = 7
"""The known player misses every seventh round."""


@dataclass(frozen=True)
class Entries:
    """A round's submissions in commit order, and which of them are selected."""

    submissions: list[Submission]
    owners: np.ndarray
    """Each one's participant, by its number."""
    selected: list[int]


@dataclass(frozen=True)
class _Sent:
    """One file: whose, and which forecaster's."""

    owner: int
    participant: Participant
    forecaster: Forecaster


def enter(ground: Ground, people: People, round_: Round) -> Entries:
    """Write a round's uploads, submissions and selections."""
    sent = _draw(ground, people, round_)
    times = _times(ground, round_, len(sent))
    sha256, size = ground.upload
    uploads = Upload.objects.bulk_create(
        Upload(round=round_, participant=one.participant, uploaded_by=people.user, sha256=sha256, size=size,
               filename="predictions.csv", received_at=at)
        for one, at in zip(sent, times, strict=True)
    )  # fmt: skip
    words = ground.random.choice(["clear", "clear", "clear", "near", "too_near"], len(sent)).tolist()
    submissions = Submission.objects.bulk_create(
        Submission(round=round_, participant=one.participant, forecaster=one.forecaster, upload=upload,
                   column="probability", position=i + 1, state=Submission.State.SCORED, precedence=i + 1,
                   nearness=words[i])
        for i, (one, upload) in enumerate(zip(sent, uploads, strict=True))
    )  # fmt: skip
    latest = {one.forecaster.pk: i for i, one in enumerate(sent)}
    entries = Entries(submissions, np.array([one.owner for one in sent]), sorted(latest.values()))
    _select(people, round_, entries)
    Round.objects.filter(pk=round_.pk).update(next_position=len(sent) + 1)
    return entries


def _draw(ground: Ground, people: People, round_: Round) -> list[_Sent]:
    """Choose who takes part: the known player nearly always, the others by how active they are."""
    wanted = ground.size.per_round - 1
    plays = round_.number % KNOWN_MISSES != 0 or ground.size.rounds < KNOWN_MISSES
    others = np.arange(1, len(people.players))
    p = people.activity[1:] / people.activity[1:].sum()
    order = ground.random.choice(others, min(len(others), wanted), replace=False, p=p)
    sent: list[_Sent] = []
    for i in [*([0] if plays else []), *order.tolist()]:
        own = [_Sent(i, people.players[i], one) for one in people.forecasters[i]]
        if i and ground.random.random() < AGAIN:
            own.append(own[0])
        sent += own
    benchmark = _Sent(len(people.players), people.benchmark, people.forecasters[-1][0])
    chosen = [*sent[:wanted], benchmark]
    return [chosen[i] for i in ground.random.permutation(len(chosen))]


def _times(ground: Ground, round_: Round, count: int) -> list[datetime]:
    """Return when the files came: more of them towards the deadline, none in the future."""
    span = WEEK - LEFT if round_.number == ground.size.rounds else WEEK
    shares = np.sort(ground.random.power(2.0, count))
    return [round_.opens_at + span * float(share) * 0.999 for share in shares]


def _select(people: People, round_: Round, entries: Entries) -> None:
    closed = round_.number != people.players[0].tournament.rounds.count()
    paid: set[int] = set()
    rows = []
    chosen = [entries.submissions[i] for i in entries.selected]
    for one in sorted(chosen, key=lambda submission: submission.forecaster_id):
        first = one.participant_id not in paid
        paid.add(one.participant_id)
        rows.append(Selection(round=round_, forecaster=one.forecaster, submission=one,
                              paid_place=closed and first))  # fmt: skip
    Selection.objects.bulk_create(rows)


def work_done(round_: Round, entries: Entries, state: str) -> None:
    """Write the work that led a round to its state, all of it done."""
    chosen = [entries.submissions[i] for i in entries.selected]
    pieces: list[Part] = [(Kind.SCORE_VALIDATION, one, "") for one in entries.submissions]
    if state != State.OPEN:
        pieces += [(Kind.SCORE_TEST, one, "") for one in chosen]
        pieces += [(Kind.BLEND, None, name) for name in NAMES]
        pieces += [(Kind.ORIGINALITY, None, ""), (Kind.META_MODEL, None, "")]
    if state in Round.RESOLVED_STATES:
        pieces += [(Kind.SCORE_LIVE, one, "") for one in chosen]
        pieces += [(Kind.CONCLUDE, None, ""), (Kind.STANDINGS, None, "")]
    at = round_.closes_at
    Work.objects.bulk_create(
        Work(kind=kind, round=round_, submission=one, part=part, state=Work.State.DONE, due_at=at,
             attempts=1, started_at=at, finished_at=at)
        for kind, one, part in pieces
    )  # fmt: skip
    ended = Q(kind=Kind.ANNOUNCE) if state == State.OPEN else Q()
    Work.objects.filter(ended, round=round_, state=Work.State.DUE).update(
        state=Work.State.DONE, due_at=at, attempts=1, started_at=at, finished_at=at
    )
