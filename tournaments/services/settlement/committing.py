"""A settlement made: payouts, ledger and state in one transaction; and read again."""

from functools import partial
from typing import Any

from django.db.models import F, QuerySet

from tournaments.models import Account, Payout, Round, Settlement, Transaction, User
from tournaments.services import audit, idempotency, ledger, pools, rounds
from tournaments.services.access import Actor, need_operator
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict
from tournaments.services.settlement.facts import effective
from tournaments.services.settlement.plans import Line, Plan, plan
from tournaments.services.telling import notices

State = Round.State


def preview(actor: Actor, round_: Round) -> Plan:
    """Return the settlement as it would be committed now; operators only, writes nothing."""
    need_operator(actor, round_.tournament)
    rounds.need_state(round_, State.RESOLVED, State.SETTLED)
    return plan(round_)


def commit(actor: Actor, round_: Round, key: str = "") -> Settlement:
    """Settle a resolved round: payouts and ledger in one transaction; asked again, the same settlement.

    `key` is an Idempotency-Key. Raises Conflict `wrong_state`, `approval_needed`, `idempotency_key_reused`.
    """
    by = need_operator(actor, round_.tournament)
    print_ = idempotency.fingerprint("settle", round_.pk)
    answer = idempotency.once(by, key, print_, lambda: {"settlement": _commit(by, round_).pk})
    return one(answer["settlement"])


def one(pk: int) -> Settlement:
    """Return a settlement with its round."""
    return Settlement.objects.select_related("round__tournament").get(pk=pk)


def history(round_: Round) -> list[Settlement]:
    """Return all settlements of a round with their payouts, the newest first; one at most is in force."""
    found = Settlement.objects.filter(round=round_)
    found = found.select_related("round__tournament", "committed_by", "approved_by", "reversed_by")
    return list(found.prefetch_related("payouts__participant", "payouts__forecaster").order_by("-pk"))


def payouts_of(settlement: Settlement) -> QuerySet[Payout]:
    """Return a settlement's payouts with their participants: the placed in order, then the others."""
    found = settlement.payouts.select_related("participant", "forecaster")
    return found.order_by(F("place").asc(nulls_last=True), "units", "pk")


def amounts_of(settlement: Settlement, aliases: list[str]) -> dict[str, int]:
    """Return what a settlement pays to some of the participants, by alias, in minor units."""
    found = settlement.payouts.filter(participant__alias__in=aliases)
    return dict(found.values_list("participant__alias", "amount"))


def _commit(by: User, round_: Round) -> Settlement:
    round_ = rounds.lock(round_)
    settled = effective(round_)
    if settled:
        return settled
    rounds.need_state(round_, State.RESOLVED)
    if round_.read_rules().four_eyes:
        raise Conflict(
            "approval_needed",
            f"A settlement of {round_} takes two operators. Propose it, and have another one approve.",
        )
    return write(round_, plan(round_), by)


def write(round_: Round, made: Plan, by: User, approved_by: User | None = None) -> Settlement:
    """Write a settlement of a resolved round under its lock, in the caller's transaction."""
    paid = _pay(round_, made, approved_by or by)
    names = ("rule", "parameters", "rules_sha256", "inputs_sha256", "currency")
    amounts = ("pool", "paid", "burned", "rolled_over")
    settlement = Settlement.objects.create(
        round=round_,
        **{name: getattr(made, name) for name in (*names, *amounts)},
        transaction=paid,
        committed_by=by,
        approved_by=approved_by,
    )
    Payout.objects.bulk_create(_payout(settlement, line) for line in made.lines)
    round_.state, round_.settled_at = State.SETTLED, db_now()
    round_.save(update_fields=["state", "settled_at"])
    done = "final" if round_.read_rules().rewards == "none" else "settled"
    audit.announce(round_, "settled", f"Round {round_.number} is {done}.")
    more: dict[str, Any] = {"ledger": ledger.mark(paid)} if paid else {}
    if approved_by:
        more["proposed_by"] = by.username
    audit.record(
        approved_by or by,
        "settled",
        round_,
        rule=made.rule,
        inputs=made.inputs_sha256,
        pool=made.pool,
        paid=made.paid,
        **more,
    )
    notices.to_all(round_)
    return settlement


def _pay(round_: Round, made: Plan, by: User) -> Transaction | None:
    """Move all of it at once: the pool out, every escrow out whole, to each what is theirs, the rest over."""
    tournament, code = round_.tournament, made.currency
    own = partial(ledger.account, tournament, Account.Kind.PARTICIPANT, code)
    held = partial(ledger.account, tournament, Account.Kind.ESCROW, code)
    lines: list[ledger.Line] = []
    if made.pool:
        lines = [(pools.pool_of(round_), -made.pool)]
    if made.rolled_over:
        lines.append((pools.rollover_of(round_), made.rolled_over))
    for line in made.lines:
        if line.award.stake:
            lines.append((held(line.participant, round_, line.forecaster), -line.award.stake))
        if line.award.returned:
            lines.append((own(line.participant), line.award.returned))
    if not lines:
        return None
    memo = f"Payouts of round {round_.number}"
    return ledger.post(Transaction.Kind.PAYOUT, lines, memo, round_=round_, actor=by)


def _payout(settlement: Settlement, line: Line) -> Payout:
    return Payout(
        settlement=settlement,
        participant=line.participant,
        forecaster=line.forecaster,
        stake=line.award.stake,
        burned=line.award.burned,
        submission_id=line.submission_id,
        place=line.award.place,
        tied=line.tied,
        units=line.units,
        weight=str(line.award.weight),
        amount=line.amount,
        reason=line.reason,
        missed=line.missed.to_json() if line.missed else {},
        read=line.read,
    )
