"""The whole of it: people, then every round up to its state, then the season."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from tournaments.management.large import entries, results
from tournaments.management.large.ground import Ground, Size, lay, open_rounds
from tournaments.management.large.people import People, settle_in
from tournaments.models import AuditEvent, Exclusion, Rejection, Round, Submission, Tournament, User, Work
from tournaments.services import audit, ranks, settlement, standings

State = Round.State
SPLITS = {
    State.OPEN: ["validation"],
    State.CLOSED: ["validation", "test"],
    State.RESOLVED: ["validation", "test", "live"],
    State.SETTLED: ["validation", "test", "live"],
}
LOOKS = 20
"""Looks at submissions that the audit log has of each round."""
FAULT = {"code": "missing_rows", "message": "20 rows of the round are missing.", "count": 20, "rows": []}


def play(
    size: Size, seed: int, operator: User, slug: str, player: str, password: str,
    told: Callable[[int, int], None],
) -> Tournament:  # fmt: skip
    """Fill the database, in the caller's transaction, and return the tournament."""
    ground = lay(size, np.random.default_rng(seed), operator, slug)
    people = settle_in(ground, player, password)
    found = open_rounds(ground)
    for round_ in found:
        _play(ground, people, round_)
        told(round_.number, len(found))
    standings.replace(ground.tournament, standings.compute(ground.tournament))
    return ground.tournament


def state_of(number: int, rounds: int) -> str:
    """Return a round's state: the last is open, those before it closed, resolved, and settled.

    >>> [str(state_of(n, 5)) for n in range(1, 6)]
    ['settled', 'settled', 'resolved', 'closed', 'open']
    """
    return {0: State.OPEN, 1: State.CLOSED, 2: State.RESOLVED}.get(rounds - number, State.SETTLED)


def _play(ground: Ground, people: People, round_: Round) -> None:
    state = state_of(round_.number, ground.size.rounds)
    sent = entries.enter(ground, people, round_)
    results.write(ground, people, round_, sent, SPLITS[State(state)])
    _around(ground, people, round_, sent)
    _turn(ground, round_, state)
    entries.work_done(round_, sent, state)
    if state == State.OPEN:
        _fail(sent.submissions[sent.selected[0]])


def _turn(ground: Ground, round_: Round, state: str) -> None:
    """Give a round its state and times; who is settled is paid by the verb that always pays."""
    if state == State.OPEN:
        return
    at = round_.closes_at
    round_.state, round_.closed_at, round_.blended_at = State.CLOSED, at, at + timedelta(minutes=3)
    audit.announce(round_, "closed", f"Round {round_.number} closed.")
    audit.announce(round_, "blended", "The meta-model is made.")
    if state in Round.RESOLVED_STATES:
        round_.state, round_.resolved_at = State.RESOLVED, at + timedelta(days=4)
        round_.ranked = {split: ranks.keep(ranks.placed(round_, split)) for split in ("test", "live")}
        audit.announce(round_, "resolved", f"Round {round_.number} is resolved.")
    round_.save(update_fields=["ranked", "state", "closed_at", "blended_at", "resolved_at"])
    if state == State.SETTLED:
        settlement.commit(ground.operator, round_)
        Round.objects.filter(pk=round_.pk).update(settled_at=at + timedelta(days=5))


def _around(ground: Ground, people: People, round_: Round, sent: entries.Entries) -> None:
    """Add what happens beside the play: rejected files, an exclusion, looks that were logged."""
    chosen = [sent.submissions[i] for i in sent.selected]
    Rejection.objects.bulk_create(
        Rejection(round=round_, participant=one.participant, forecaster=one.forecaster,
                  filename="predictions.csv", faults=[FAULT])
        for one in chosen[:5]
    )  # fmt: skip
    if round_.number % 10 == 3:
        last = next(one for one in reversed(chosen) if one.participant_id != people.benchmark.pk)
        Exclusion.objects.create(round=round_, participant=last.participant, reason="Two people, one file.")
    AuditEvent.objects.bulk_create(
        AuditEvent(actor=ground.operator.user, action="submission_viewed", tournament=ground.tournament,
                   round=round_, details={"submission": one.pk})
        for one in chosen[:LOOKS]
    )  # fmt: skip


def _fail(one: Submission) -> None:
    """Let the scoring of a submission have failed at its last attempt."""
    Submission.objects.filter(pk=one.pk).update(state=Submission.State.FAILED)
    one.scores.all().delete()
    Work.objects.filter(submission=one, kind=Work.Kind.SCORE_VALIDATION).update(
        state=Work.State.FAILED, attempts=5, error="BlobError: missing: the stored file is gone."
    )
