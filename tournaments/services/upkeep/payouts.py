"""Are payout batches what the ledger says? Each against its items, its transactions and its account."""

from django.db.models import QuerySet, Sum

from tournaments.models import Account, Balance, Entry, PayoutBatch, Tournament, Transaction
from tournaments.services.upkeep.findings import Finding

State = PayoutBatch.State
ENDS = {State.SENT: Transaction.Kind.SENT, State.CANCELLED: Transaction.Kind.REVERSAL}


def check(tournament: Tournament) -> list[Finding]:
    """Compare each batch with the entries, and find accounts of batches that hold what none of them says."""
    made = PayoutBatch.objects.filter(tournament=tournament).select_related("collected", "ended", "currency")
    wrong = [(one, _wrong(one)) for one in made.order_by("number")]
    return [Finding("batch_differs", f"payout batch {batch.number}", why) for batch, why in wrong if why]


def _wrong(batch: PayoutBatch) -> str:
    """Say how items or ledger differ from a batch, or "" when they agree."""
    items = dict(batch.items.values_list("participant", "amount"))
    if sum(items.values()) != batch.total:
        return f"Its items sum to {sum(items.values())}; it says {batch.total}."
    if batch.collected is None or batch.collected.kind != Transaction.Kind.COLLECTION:
        return "It has no transaction that collected it."
    into, taken = _moved(batch.collected, batch)
    if into != batch.total or taken != {whom: -amount for whom, amount in items.items()}:
        return f"Its transaction collected {into} from {len(taken)}; its items say otherwise."
    held = batch.total if batch.state == State.PENDING else 0
    kept = Balance.objects.filter(account__batch=batch).aggregate(sum=Sum("amount"))["sum"] or 0
    if kept != held:
        return f"Its account holds {kept}; {batch.state}, it must hold {held}."
    return _wrong_end(batch)


def _wrong_end(batch: PayoutBatch) -> str:
    if batch.state == State.PENDING:
        return ""
    ended, kind = batch.ended, ENDS[State(batch.state)]
    if ended is None or ended.kind != kind:
        return f"It is {batch.state}, and no transaction says so."
    if batch.state == State.SENT and ended.reference != batch.reference:
        return f"Its transaction has the reference {ended.reference}, it {batch.reference}."
    if batch.state == State.CANCELLED and ended.reverses_id != batch.collected_id:
        return "Its transaction reverses another one than it was collected by."
    out, _ = _moved(ended, batch)
    return "" if out == -batch.total else f"Its transaction took {-out} from its account, not {batch.total}."


def _moved(written: Transaction, batch: PayoutBatch) -> tuple[int, dict[int, int]]:
    """Return what a transaction put into the batch's account, and into each participant's."""
    entries: QuerySet[Entry] = Entry.objects.filter(transaction=written, currency=batch.currency.code)
    into = entries.filter(account__batch=batch).aggregate(sum=Sum("amount"))["sum"] or 0
    theirs = entries.filter(account__kind=Account.Kind.PARTICIPANT)
    return into, dict(theirs.values_list("account__participant", "amount"))
