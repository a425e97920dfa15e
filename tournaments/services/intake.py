"""How a file comes in: spool, parse, validate, align, store, and one short transaction that accepts it.

    stream ─▶ temporary file ─▶ parse (every fault at once) ─▶ stored bytes ─▶ lock the round: open? in time?
    within quota? ─▶ Upload, Submissions with positions, Selections, due work ─▶ receipt

A file counts by its last byte: the deadline is checked under the lock, after all of it is here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any, cast

from django.db import transaction

from tournaments.models import (
    Forecaster,
    Participant,
    Rejection,
    Round,
    Selection,
    Submission,
    Upload,
    User,
    Work,
)
from tournaments.services import files, idempotency, work
from tournaments.services.access import UPLOAD, Actor, need_participant
from tournaments.services.deadlines import refuse_unless_open
from tournaments.services.errors import FileRefused, Invalid, Refused
from tournaments.services.people import players
from tournaments.services.telling import notices
from tournaments.store.blobs import Received
from tournaments.store.formats import FileRejected, Parsed, parse

Receipts = list[dict[str, Any]]


@dataclass(frozen=True)
class Checked:
    """A file that would be accepted: whose columns, and warnings that use no label."""

    columns: dict[str, str]
    """Column → name of the forecaster it is for."""
    warnings: list[dict[str, str]]


def check(
    actor: Actor, round_: Round, chunks: Iterable[bytes], filename: str, forecaster: str = ""
) -> Checked:
    """Validate a file without submitting it; spends no quota and stores nothing.

    Raises FileRefused with every fault, and whatever `submit` would refuse before parsing.
    """
    participant = need_participant(actor, round_.tournament, UPLOAD)
    refuse_unless_open(round_, participant)
    with files.receive(chunks) as received:
        mine = _forecasters(participant, forecaster)
        parsed = _parse(received.file, filename, round_, mine)
        owners = _owners(parsed, participant, mine, forecaster)
        return Checked({column: one.name for column, one in owners.items()}, files.warnings_of(parsed))


def submit(
    actor: Actor,
    round_: Round,
    chunks: Iterable[bytes],
    filename: str,
    forecaster: str = "",
    key: str = "",
) -> Receipts:
    """Accept a file of predictions; returns a receipt for each forecaster in it.

    `chunks` is the body, `forecaster` whose it is where the file does not say, `key` an
    Idempotency-Key. Raises FileRefused with every fault, Conflict `round_not_open`, `too_late`,
    `over_quota`, Forbidden `excluded`, `not_a_participant`. Refused means that nothing was kept.
    """
    participant = need_participant(actor, round_.tournament, UPLOAD)
    user = cast(User, actor.user)  # need_participant has refused strangers
    with files.receive(chunks) as received:
        print_ = idempotency.fingerprint("submit", round_.pk, forecaster, received.sha256)
        if earlier := idempotency.answered(user, key, print_):
            return cast(Receipts, earlier["receipts"])
        _refuse_early(round_, participant, received.sha256)
        mine = _forecasters(participant, forecaster)
        try:
            parsed = _parse(received.file, filename, round_, mine)
        except FileRefused as refused:
            _keep_rejection(round_, participant, forecaster, filename, refused)
            raise
        owners = _owners(parsed, participant, mine, forecaster)
        received.keep()
        bag = _Bag(user, participant, filename[-200:], received, owners, files.warnings_of(parsed))
        answer = idempotency.once(user, key, print_, lambda: {"receipts": _accept(round_.pk, bag)})
    return cast(Receipts, answer["receipts"])


@dataclass(frozen=True)
class _Bag:
    """A parsed file on its way into the accepting transaction."""

    user: User
    participant: Participant
    filename: str
    received: Received
    owners: dict[str, Forecaster]
    warnings: list[dict[str, str]]


def _refuse_early(round_: Round, participant: Participant, sha256: str) -> None:
    """Spare the parsing of a file that cannot be accepted, unless it is the retry of one that was."""
    try:
        refuse_unless_open(round_, participant)
    except Refused:
        if not Upload.objects.filter(round=round_, participant=participant, sha256=sha256).exists():
            raise


Mine = dict[str, Forecaster]
"""A participant's forecasters by name, in the order in which they were made."""


def _forecasters(participant: Participant, asked_for: str) -> Mine:
    mine = {one.name: one for one in participant.forecasters.order_by("pk")}
    if asked_for and asked_for not in mine:
        players.find_forecaster(participant, asked_for)
    return mine


def _parse(file: IO[bytes], filename: str, round_: Round, mine: Mine) -> Parsed:
    try:
        return parse(file, filename, files.rows_of(round_), files.parse_options(round_.read_rules(), mine))
    except FileRejected as rejected:
        raise FileRefused([fault.as_dict() for fault in rejected.faults]) from rejected


def _owners(parsed: Parsed, participant: Participant, mine: Mine, forecaster: str) -> dict[str, Forecaster]:
    """Say which column is whose: by its name, by the request, or else the participant's paid forecaster."""
    if forecaster and set(parsed.columns) & set(mine) - {forecaster}:
        raise Invalid(
            "forecaster_mismatch",
            f"The request names {forecaster}, but the file has columns for {', '.join(parsed.columns)}.",
        )
    paid = [one for one in mine.values() if participant.nominated_id in (None, one.pk)]
    fallback = mine[forecaster] if forecaster else next(iter(paid), None)
    if fallback is None:
        fallback = players.paid_forecaster(participant)
    return {column: mine.get(column, fallback) for column in parsed.columns}


def _keep_rejection(
    round_: Round, participant: Participant, forecaster: str, filename: str, refused: FileRefused
) -> None:
    one = participant.forecasters.filter(name=forecaster).first() if forecaster else None
    with transaction.atomic():
        rejection = Rejection.objects.create(
            round=round_,
            participant=participant,
            forecaster=one or players.paid_forecaster(participant),
            filename=filename[-200:],
            faults=refused.faults,
        )
        notices.rejected(rejection)


def _accept(round_pk: int, bag: _Bag) -> Receipts:
    """The accepting transaction: its lock on the round orders uploads among themselves and the close."""
    locked = Round.objects.select_for_update(no_key=True).select_related("tournament")
    round_ = locked.defer("findings", "tournament__rules").get(pk=round_pk)
    replayed = _replay(round_, bag)
    if replayed:
        return [receipt_of(submission, replayed=True) for submission in replayed]
    now = refuse_unless_open(round_, bag.participant)
    upload = Upload.objects.create(
        round=round_,
        participant=bag.participant,
        uploaded_by=bag.user,
        sha256=bag.received.sha256,
        size=bag.received.size,
        filename=bag.filename,
        received_at=now,
    )
    submissions = [
        _enter(round_, upload, forecaster, column, bag) for column, forecaster in bag.owners.items()
    ]
    round_.save(update_fields=["next_position"])
    notices.accepted(round_, upload, submissions)
    return [receipt_of(submission) for submission in submissions]


def _replay(round_: Round, bag: _Bag) -> list[Submission]:
    """Return the newest submissions of the same forecasters when they hold the very same bytes: a retry."""
    found = []
    for column, forecaster in bag.owners.items():
        sent = Submission.objects.filter(round=round_, forecaster=forecaster).select_related("upload")
        last = sent.order_by("-position").first()
        if last is None or last.upload.sha256 != bag.received.sha256 or last.column != column:
            return []
        found.append(last)
    return found


def _enter(round_: Round, upload: Upload, forecaster: Forecaster, column: str, bag: _Bag) -> Submission:
    submission = Submission.objects.create(
        round=round_,
        participant=bag.participant,
        forecaster=forecaster,
        upload=upload,
        column=column,
        position=round_.next_position,
        warnings=[w for w in bag.warnings if w.get("column") == column],
    )
    round_.next_position += 1
    selected = Selection.objects.filter(round=round_, forecaster=forecaster)
    if not selected.filter(pinned=False).update(submission=submission) and not selected.exists():
        Selection.objects.create(round=round_, forecaster=forecaster, submission=submission)
    work.begin(Work.Kind.SCORE_VALIDATION, round_, submission, upload.received_at)
    return submission


def receipt_of(submission: Submission, replayed: bool = False) -> dict[str, object]:
    """Return the receipt of a submission: what was received, when, and its place in the round's order."""
    upload = submission.upload
    return {
        "submission": submission.pk,
        "tournament": submission.round.tournament.slug,
        "round": submission.round.number,
        "forecaster": submission.forecaster.name,
        "position": submission.position,
        "sha256": upload.sha256,
        "size": upload.size,
        "filename": upload.filename,
        "received_at": upload.received_at.isoformat(),
        "warnings": submission.warnings,
        "replayed": replayed,
    }
