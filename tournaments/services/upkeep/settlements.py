"""Do settlements and stakes say what the ledger did?"""

from collections.abc import Iterator

from django.db.models import Sum

from tournaments.models import Account, Entry, Payout, Round, Settlement, Stake, Tournament
from tournaments.services.upkeep.findings import Finding

State = Round.State


def check(tournament: Tournament) -> list[Finding]:
    """Return each settlement that is not what was moved, and each stake that its escrow does not hold."""
    made = Settlement.objects.filter(round__tournament=tournament).select_related("round").order_by("pk")
    wrong = [(one, _wrong(one)) for one in made]
    return [
        *(Finding("settlement_unpaid", f"settlement {one.pk}", why) for one, why in wrong if why),
        *_stakes(tournament),
    ]


def _wrong(settlement: Settlement) -> str:
    """Say how payouts or ledger differ from a settlement, or "" when they agree in every sum."""
    sums = Payout.objects.filter(settlement=settlement).aggregate(
        paid=Sum("amount"), staked=Sum("stake"), burned=Sum("burned")
    )
    paid, staked, burned = (sums[name] or 0 for name in ("paid", "staked", "burned"))
    entries = Entry.objects.filter(transaction=settlement.transaction_id)
    moved = {
        row["account__kind"]: row["total"]
        for row in entries.values("account__kind").annotate(total=Sum("amount"))
    }
    to_all = settlement.paid + staked - settlement.burned
    for name, says, holds in (
        ("Its payouts", settlement.paid, paid),
        ("What its payouts burn", settlement.burned, burned),
        ("The ledger's payments", to_all, moved.get(Account.Kind.PARTICIPANT, 0)),
        ("The ledger's stakes", -staked, moved.get(Account.Kind.ESCROW, 0)),
        ("The ledger's rollover", settlement.rolled_over, moved.get(Account.Kind.ROLLOVER, 0)),
        ("The pool's entry", -settlement.pool, moved.get(Account.Kind.POOL, 0)),
    ):
        if says != holds:
            return f"{name}: {holds}; the settlement says {says}."
    return ""


def _stakes(tournament: Tournament) -> Iterator[Finding]:
    escrows = Account.objects.filter(tournament=tournament, kind=Account.Kind.ESCROW)
    locked = dict(Stake.objects.filter(round__tournament=tournament).values_list("escrow", "locked"))
    for one in escrows.select_related("round").annotate(held=Sum("entries__amount")).order_by("pk"):
        held: int = one.held or 0
        state = one.round.state if one.round else ""
        if one.pk not in locked:
            says = "no stake has it" if held else ""
        elif state in (State.SETTLED, State.CANCELLED):
            says = f"the round is {state}" if held else ""
        elif state != State.OPEN and held != locked[one.pk]:
            says = f"{locked[one.pk]} was locked"
        else:
            says = ""
        if says:
            yield Finding("stake_differs", f"account {one.pk}", f"This escrow holds {held}; {says}.")
