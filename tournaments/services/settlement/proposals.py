"""Four eyes: where the rules ask for them, one operator proposes a settlement and another approves it."""

from django.db import transaction
from django.db.models import QuerySet

from tournaments.models import Proposal, Round, Settlement, User
from tournaments.services import audit, idempotency, rounds
from tournaments.services.access import Actor, need_operator, need_overseer
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Forbidden, Unknown
from tournaments.services.settlement import committing
from tournaments.services.settlement.plans import Plan, plan

State = Proposal.State


def listed(actor: Actor, round_: Round) -> QuerySet[Proposal]:
    """Return a round's proposals, newest first; overseers only."""
    need_overseer(actor, round_.tournament)
    found = Proposal.objects.filter(round=round_).select_related("proposed_by", "decided_by", "round")
    return found.order_by("-pk")


def find(actor: Actor, round_: Round, pk: int) -> Proposal:
    """Return a proposal of this round. Raises Unknown `not_found`."""
    found = listed(actor, round_).filter(pk=pk).first()
    if found is None:
        raise Unknown("not_found", f"{round_} has no proposal {pk}.")
    return found


def waiting(round_: Round) -> Proposal | None:
    """Return the proposal that waits for an approval, if there is one."""
    return Proposal.objects.filter(round=round_, state=State.OPEN).select_related("proposed_by").first()


def propose(actor: Actor, round_: Round, key: str = "") -> Proposal:
    """Propose to settle a resolved round as its preview says now; asked again, the same proposal.

    Raises Conflict `wrong_state`, `no_approval_needed`, `proposal_open` while another operator's waits.
    """
    by = need_operator(actor, round_.tournament)
    print_ = idempotency.fingerprint("propose", round_.pk)
    answer = idempotency.once(by, key, print_, lambda: {"proposal": _propose(by, round_).pk})
    return _one(answer["proposal"])


def _one(pk: int) -> Proposal:
    return Proposal.objects.select_related("round__tournament", "proposed_by", "decided_by").get(pk=pk)


def _propose(by: User, round_: Round) -> Proposal:
    round_ = rounds.lock(round_)
    rounds.need_state(round_, Round.State.RESOLVED)
    if not round_.read_rules().four_eyes:
        raise Conflict("no_approval_needed", f"{round_} is settled by one operator.")
    made, before = plan(round_), waiting(round_)
    if before and before.inputs_sha256 == made.inputs_sha256:
        return _same(before, by)
    if before:
        _decide(before, State.STALE, None)
    new = Proposal.objects.create(
        round=round_,
        inputs_sha256=made.inputs_sha256,
        pool=made.pool,
        paid=made.paid,
        rolled_over=made.rolled_over,
        proposed_by=by,
    )
    audit.announce(round_, "proposed", f"A settlement of round {round_.number} is proposed.")
    audit.record(by, "settlement_proposed", round_, proposal=new.pk, inputs=made.inputs_sha256)
    return new


def _same(before: Proposal, by: User) -> Proposal:
    if before.proposed_by_id != by.pk:
        raise Conflict(
            "proposal_open",
            f"{before.proposed_by} proposed this already: approve it.",
            proposal=before.pk,
        )
    return before


def approve(actor: Actor, proposal: Proposal, key: str = "") -> Settlement:
    """Settle a round as another operator proposed; asked again, the same settlement.

    Raises Forbidden `same_operator`, Conflict `wrong_state`, `proposal_closed`, and `proposal_stale` where
    the settlement would no longer be what was proposed: then nothing is paid, and it is to be proposed again.
    """
    by = need_operator(actor, proposal.round.tournament)
    if proposal.proposed_by_id == by.pk:
        raise Forbidden("same_operator", "You proposed this; another operator must approve it.")
    print_ = idempotency.fingerprint("approve", proposal.pk)
    answer = idempotency.once(by, key, print_, lambda: {"settlement": _approve(by, proposal)})
    if answer["settlement"] is None:
        raise Conflict("proposal_stale", "Scores or decisions changed meanwhile. Look, and propose it again.")
    return committing.one(answer["settlement"])


def _approve(by: User, proposal: Proposal) -> int | None:
    """Return the settlement; None where the proposal is stale, which an exception would not let be kept."""
    round_ = rounds.lock(proposal.round)
    found = Proposal.objects.select_for_update(of=("self",)).select_related("proposed_by").get(pk=proposal.pk)
    if found.state == State.APPROVED:
        return found.settlement_id
    _need_open(found)
    rounds.need_state(round_, Round.State.RESOLVED)
    made: Plan = plan(round_)
    if made.inputs_sha256 != found.inputs_sha256:
        _decide(found, State.STALE, None)
        return None
    found.settlement = committing.write(round_, made, found.proposed_by, by)
    _decide(found, State.APPROVED, by)
    return found.settlement.pk


def withdraw(actor: Actor, proposal: Proposal, reason: str) -> Proposal:
    """Take a proposal off the table, whoever of the operators made it, with a reason.

    Raises Conflict `proposal_closed`.
    """
    by = need_operator(actor, proposal.round.tournament)
    reason = audit.need_reason(reason)
    with transaction.atomic():
        round_ = rounds.lock(proposal.round)
        found = Proposal.objects.select_for_update().get(pk=proposal.pk)
        _need_open(found)
        found.reason = reason
        _decide(found, State.WITHDRAWN, by)
        audit.announce(round_, "withdrawn", f"The proposed settlement was withdrawn: {reason}")
        audit.record(by, "proposal_withdrawn", round_, reason, proposal=found.pk)
    return _one(found.pk)


def _need_open(found: Proposal) -> None:
    if found.state != State.OPEN:
        raise Conflict("proposal_closed", f"This proposal is {found.state}.", state=found.state)


def _decide(found: Proposal, state: str, by: User | None) -> None:
    found.state, found.decided_by, found.decided_at = state, by, db_now()
    found.save(update_fields=["state", "decided_by", "decided_at", "reason", "settlement"])
