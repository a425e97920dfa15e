"""Batches of payments: collected from the participants, then sent and known by a reference, or cancelled.

    collect ─▶ pending ─▶ settle ─▶ sent         the money has left: batch −Σ, outside +Σ
                  └─────▶ cancel ─▶ cancelled    nothing was sent: the collection is reversed

What is collected is the participants' no more, so it can neither be collected twice nor withdrawn as well.
Each verb is one transaction: cut off anywhere, it has happened whole or not at all.
"""

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Prefetch, QuerySet

from tournaments.models import Account, PayoutBatch, PayoutItem, Tournament, Transaction, User
from tournaments.services import audit, idempotency, ledger
from tournaments.services.access import Actor, need_operator, need_overseer
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Unknown
from tournaments.services.paying import owed
from tournaments.services.paying.addresses import payable
from tournaments.services.paying.references import read_reference
from tournaments.services.telling import payments

State = PayoutBatch.State
Kind = Transaction.Kind
ONCE = "batch_reference_once"


def collect(
    actor: Actor,
    tournament: Tournament,
    currency: str,
    least: int,
    min_age_hours: int = owed.MIN_AGE_HOURS,
    key: str = "",
) -> PayoutBatch:
    """Collect what is owed in a currency, from `least` minor units each, into a new batch; operators only.

    Raises Conflict `nothing_owed`, `points_not_payable`, Invalid `bad_amount`, `bad_age`, Unknown
    `unknown_currency`.
    """
    by = need_operator(actor, tournament)
    known = payable(tournament, currency)
    print_ = idempotency.fingerprint("collect", tournament.pk, currency, least, min_age_hours)

    def effect() -> idempotency.Answer:
        ledger.lock(tournament)
        found = owed.compute(known, least, min_age_hours)
        if not found.due:
            raise Conflict("nothing_owed", f"Nobody is owed anything in {currency} that can be paid now.")
        return {"batch": _collected(by, tournament, found).pk}

    return _get(idempotency.once(by, key, print_, effect))


def _collected(by: User, tournament: Tournament, found: owed.Owed) -> PayoutBatch:
    last = PayoutBatch.objects.filter(tournament=tournament).aggregate(last=Max("number"))["last"] or 0
    batch = PayoutBatch.objects.create(
        tournament=tournament,
        number=last + 1,
        currency=found.currency,
        least=found.least,
        total=found.total,
        created_by=by,
    )
    PayoutItem.objects.bulk_create(
        PayoutItem(batch=batch, participant=one.participant, address=one.address, amount=one.amount)
        for one in found.due
    )
    lines = [(one.account, -one.amount) for one in found.due]
    lines.append((account_of(batch), batch.total))
    memo = f"Collected into payout batch {batch.number}"
    written = ledger.post(Kind.COLLECTION, lines, memo, actor=by)
    PayoutBatch.objects.filter(pk=batch.pk).update(collected=written)
    audit.record(
        by,
        "payout_batch_collected",
        tournament,
        batch=batch.number,
        currency=found.currency.code,
        total=batch.total,
        payments=len(found.due),
        least=found.least,
        min_age_hours=found.min_age_hours,
        ledger=ledger.mark(written),
    )
    return batch


def settle(actor: Actor, batch: PayoutBatch, reference: str, key: str = "") -> PayoutBatch:
    """Book that a batch was sent, as what the network or the bank calls the payment; operators only.

    Each member of those who are paid is told. Raises Conflict `batch_not_pending`, `reference_used`, Invalid
    `bad_reference`.
    """
    by = need_operator(actor, batch.tournament)
    reference = read_reference(reference, batch.currency.network)
    print_ = idempotency.fingerprint("settle batch", batch.pk, reference)

    def effect() -> idempotency.Answer:
        one = _pending(batch)
        outside = ledger.account(one.tournament, Account.Kind.OUTSIDE, one.currency.code)
        lines = [(account_of(one), -one.total), (outside, one.total)]
        memo = f"Payout batch {one.number} sent"
        written = ledger.post(Kind.SENT, lines, memo, actor=by, reference=reference)
        _end(one, written, by, state=State.SENT, reference=reference)
        audit.record(
            by,
            "payout_batch_sent",
            one.tournament,
            batch=one.number,
            currency=one.currency.code,
            total=one.total,
            reference=reference,
            ledger=ledger.mark(written),
        )
        payments.paid_out(one, reference)
        return {"batch": one.pk}

    return _get(idempotency.once(by, key, print_, effect))


def cancel(actor: Actor, batch: PayoutBatch, reason: str, key: str = "") -> PayoutBatch:
    """Give back what a batch collected, because nothing of it was sent; operators only.

    Raises Conflict `batch_not_pending`, Invalid `reason_needed`.
    """
    by = need_operator(actor, batch.tournament)
    reason = audit.need_reason(reason)
    print_ = idempotency.fingerprint("cancel batch", batch.pk, reason)

    def effect() -> idempotency.Answer:
        one = _pending(batch)
        assert one.collected is not None
        written = ledger.reverse(one.collected, f"Payout batch {one.number} cancelled: {reason}"[:300], by)
        _end(one, written, by, state=State.CANCELLED, reason=reason)
        audit.record(
            by,
            "payout_batch_cancelled",
            one.tournament,
            reason,
            batch=one.number,
            currency=one.currency.code,
            total=one.total,
            ledger=ledger.mark(written),
        )
        return {"batch": one.pk}

    return _get(idempotency.once(by, key, print_, effect))


def account_of(batch: PayoutBatch) -> Account:
    """Return the account in which a batch's money lies until it is sent or given back."""
    return ledger.account(batch.tournament, Account.Kind.BATCH, batch.currency.code, batch=batch)


def listed(actor: Actor, tournament: Tournament) -> QuerySet[PayoutBatch]:
    """Return a tournament's batches, newest first, with how many `payments`; operators and auditors."""
    need_overseer(actor, tournament)
    return _whole().filter(tournament=tournament).order_by("-number")


def find(actor: Actor, tournament: Tournament, number: int) -> PayoutBatch:
    """Return one batch with its items. Raises Unknown `not_found`."""
    found = listed(actor, tournament).filter(number=number).prefetch_related(_ITEMS).first()
    if found is None:
        raise Unknown("not_found", f"There is no payout batch {number} in {tournament.name}.")
    return found


_JOINED = ("tournament", "currency", "created_by", "ended_by", "collected__seal", "ended__seal")
_ITEMS = Prefetch("items", PayoutItem.objects.select_related("participant", "address").order_by("pk"))


def _whole() -> QuerySet[PayoutBatch]:
    return PayoutBatch.objects.select_related(*_JOINED).annotate(payments=Count("items"))


def _get(answer: idempotency.Answer) -> PayoutBatch:
    return _whole().prefetch_related(_ITEMS).get(pk=answer["batch"])


def _pending(batch: PayoutBatch) -> PayoutBatch:
    """Return the batch under its row's lock, or refuse with `batch_not_pending`."""
    locked = PayoutBatch.objects.select_for_update(no_key=True, of=("self",))
    one = locked.select_related("tournament", "currency", "collected").get(pk=batch.pk)
    if one.state != State.PENDING:
        raise _not_pending(one)
    return one


def _not_pending(one: PayoutBatch) -> Conflict:
    return Conflict(
        "batch_not_pending", f"Payout batch {one.number} is {one.state} already.", state=one.state
    )


def _end(one: PayoutBatch, written: Transaction, by: User, **how: str) -> None:
    """Move a batch out of pending, once."""
    open_ = PayoutBatch.objects.filter(pk=one.pk, state=State.PENDING)
    try:
        with transaction.atomic():
            ended = open_.update(ended=written, ended_by=by, ended_at=db_now(), **how)
    except IntegrityError as error:
        if ONCE not in str(error):
            raise
        raise Conflict(
            "reference_used", f"Another batch in {one.currency.code} was sent by this reference."
        ) from error
    if not ended:
        raise _not_pending(one)


def need_open_or_sent(batch: PayoutBatch) -> None:
    """Refuse with `batch_not_pending` what a cancelled batch must not give: files that could be paid."""
    if batch.state == State.CANCELLED:
        raise _not_pending(batch)
