"""Who is owed what, and who is not paid in the next batch and why. Nothing is written here."""

from dataclasses import dataclass
from datetime import timedelta

from tournaments.models import Account, Currency, Participant, PayoutAddress, Tournament
from tournaments.models.amounts import MOST
from tournaments.services.access import Actor, need_overseer
from tournaments.services.clock import db_now
from tournaments.services.errors import Invalid
from tournaments.services.paying.addresses import BANK, payable

MIN_AGE_HOURS = 24
"""How old an address is before it is paid to: who took over an account is found out meanwhile."""
AGE_MOST = 24 * 365
DUST = 546
"""In satoshis: payments below this are not passed on by Bitcoin's nodes."""
NO_ADDRESS, TOO_NEW = "no_address", "address_too_new"
BELOW_LEAST, BELOW_DUST = "below_minimum", "below_dust"


@dataclass(frozen=True)
class Due:
    """Who is paid how much, and where."""

    participant: Participant
    account: Account
    address: PayoutAddress
    amount: int


@dataclass(frozen=True)
class Skipped:
    """Who is not paid yet, though there is money of theirs, and the code of why."""

    participant: Participant
    amount: int
    reason: str


@dataclass(frozen=True)
class Shared:
    """Participants that want to be paid at one and the same address."""

    address: str
    aliases: list[str]


@dataclass(frozen=True)
class Owed:
    """What a batch would collect now, and what it would leave."""

    currency: Currency
    least: int
    min_age_hours: int
    due: list[Due]
    skipped: list[Skipped]
    shared: list[Shared]

    @property
    def total(self) -> int:
        """Sum of what is due, in minor units."""
        return sum(one.amount for one in self.due)

    @property
    def left(self) -> int:
        """Sum of what would stay."""
        return sum(one.amount for one in self.skipped)


def owed(
    actor: Actor,
    tournament: Tournament,
    currency: str,
    least: int = 0,
    min_age_hours: int = MIN_AGE_HOURS,
) -> Owed:
    """Return who would be paid at least `least` minor units now; operators and auditors.

    Raises Invalid `bad_amount`, `bad_age`, Unknown `unknown_currency`, Conflict `points_not_payable`.
    """
    need_overseer(actor, tournament)
    return compute(payable(tournament, currency), least, min_age_hours)


def compute(currency: Currency, least: int, min_age_hours: int) -> Owed:
    """Return the same for whom access was checked already."""
    if not 0 <= least < MOST:
        raise Invalid("bad_amount", "The least amount is a whole number of minor units, not negative.")
    if not 0 <= min_age_hours <= AGE_MOST:
        raise Invalid("bad_age", f"An address's least age is 0 to {AGE_MOST:,} hours.")
    known = {
        one.participant_id: one
        for one in PayoutAddress.objects.filter(currency=currency, retired_at__isnull=True)
    }
    newest = db_now() - timedelta(hours=min_age_hours)
    due, skipped = [], []
    for account in _holding(currency):
        whom, amount = account.participant, account.kept.amount
        assert whom is not None
        address = known.get(whom.pk)
        if amount < least:
            skipped.append(Skipped(whom, amount, BELOW_LEAST))
        elif currency.network and amount < DUST:
            skipped.append(Skipped(whom, amount, BELOW_DUST))
        elif address is None:
            skipped.append(Skipped(whom, amount, NO_ADDRESS))
        elif address.registered_at > newest:
            skipped.append(Skipped(whom, amount, TOO_NEW))
        else:
            due.append(Due(whom, account, address, amount))
    return Owed(currency, least, min_age_hours, due, skipped, _shared(due))


def _holding(currency: Currency) -> list[Account]:
    """Return the participants' accounts that hold something, by alias."""
    found = Account.objects.filter(
        tournament=currency.tournament_id,
        kind=Account.Kind.PARTICIPANT,
        currency=currency.code,
        kept__amount__gt=0,
    )
    return list(found.select_related("participant", "kept").order_by("participant__alias", "pk"))


def _shared(due: list[Due]) -> list[Shared]:
    """Return the addresses that stand more than once; of bank accounts spaces and case say nothing."""
    at: dict[str, list[Due]] = {}
    for one in due:
        text = one.address.address
        same = text.replace(" ", "").casefold() if one.address.kind == BANK else text
        at.setdefault(same, []).append(one)
    return [
        Shared(some[0].address.address, [one.participant.alias for one in some])
        for some in at.values()
        if len(some) > 1
    ]
