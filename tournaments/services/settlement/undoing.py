"""A settlement taken back: by a reversal in the ledger, with a reason; the round is resolved again."""

from typing import Any

from tournaments.models import Round, Settlement, User
from tournaments.services import audit, idempotency, ledger, rounds
from tournaments.services.access import Actor, need_operator
from tournaments.services.clock import db_now
from tournaments.services.settlement import committing
from tournaments.services.settlement.facts import effective

State = Round.State


def undo(actor: Actor, round_: Round, reason: str, key: str = "") -> Settlement:
    """Reverse a round's settlement in force: labels and decisions can change again, and it be settled anew.

    Raises Conflict `wrong_state`, and `not_enough` where somebody no longer holds what they were paid, or a
    later round took what was left over: then nothing is changed.
    """
    by = need_operator(actor, round_.tournament)
    reason = audit.need_reason(reason)
    print_ = idempotency.fingerprint("undo", round_.pk, reason)
    answer = idempotency.once(by, key, print_, lambda: {"settlement": _undo(by, round_, reason).pk})
    return committing.one(answer["settlement"])


def _undo(by: User, round_: Round, reason: str) -> Settlement:
    round_ = rounds.lock(round_)
    rounds.need_state(round_, State.SETTLED)
    made = effective(round_)
    assert made is not None, "A settled round has a settlement in force."
    more: dict[str, Any] = {}
    if made.transaction:
        memo = f"The settlement of round {round_.number} was reversed"
        made.reversal = ledger.reverse(made.transaction, memo, by)
        more["ledger"] = ledger.mark(made.reversal)
    made.reversed_at, made.reversed_by, made.reverse_reason = db_now(), by, reason
    made.save(update_fields=["reversed_at", "reversed_by", "reverse_reason", "reversal"])
    round_.state, round_.settled_at = State.RESOLVED, None
    round_.save(update_fields=["state", "settled_at"])
    audit.announce(round_, "unsettled", f"The settlement of round {round_.number} was reversed: {reason}")
    audit.record(by, "settlement_reversed", round_, reason, settlement=made.pk, paid=made.paid, **more)
    return made
