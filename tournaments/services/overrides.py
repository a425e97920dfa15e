"""Decisions on near-copies: a gated submission passes all the same, or does not after all.

Both are made between the close and the settlement, with a reason that stands in the round's public log. The
settlement and the boards read `override_reason`; the measurement keeps it when it is made again.
"""

from django.db import transaction

from tournaments.models import Originality, Round, Submission, User
from tournaments.services import audit, rounds
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Conflict, Unknown


def override(actor: Actor, submission: Submission, reason: str) -> Originality:
    """Let a gated submission pass all the same; decided again, the newest reason holds.

    Raises Invalid `reason_needed`, Unknown `not_found`, Conflict `already_settled`, `wrong_state`.
    """
    by = need_operator(actor, submission.round.tournament)
    reason = audit.need_reason(reason)
    with transaction.atomic():
        found = _lock(submission)
        _decide(found, reason, by)
        alias = submission.participant.alias
        audit.announce(found.round, "override", f"{alias} passes the originality gate by decision: {reason}")
        audit.record(by, "originality_overridden", found.round, reason, submission=submission.pk)
    return found


def lift(actor: Actor, submission: Submission, reason: str) -> Originality:
    """Take a decision back: what was measured counts again.

    Raises Conflict `not_overridden` beside what `override` raises.
    """
    by = need_operator(actor, submission.round.tournament)
    reason = audit.need_reason(reason)
    with transaction.atomic():
        found = _lock(submission)
        if not found.override_reason:
            raise Conflict("not_overridden", "This submission passes by no decision.")
        _decide(found, "", None)
        alias = submission.participant.alias
        audit.announce(found.round, "override", f"The decision on {alias}'s originality is lifted: {reason}")
        audit.record(by, "override_lifted", found.round, reason, submission=submission.pk)
    return found


def _lock(submission: Submission) -> Originality:
    """Return what was measured, under the lock that settling and measuring take too."""
    round_ = rounds.lock(submission.round)
    found = Originality.objects.filter(submission=submission).first()
    if found is None:
        raise Unknown("not_found", "Originality is measured when the round closes.")
    if round_.state == Round.State.SETTLED:
        raise Conflict("already_settled", f"Round {round_.number} is settled.")
    rounds.need_state(round_, Round.State.CLOSED, Round.State.RESOLVED)
    found.round = round_
    return found


def _decide(found: Originality, reason: str, by: User | None) -> None:
    found.override_reason, found.overridden_by = reason, by
    found.save(update_fields=["override_reason", "overridden_by"])
