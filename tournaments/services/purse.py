"""Money that comes in and goes out: operators book what they received from a participant, or sent to one."""

from dataclasses import dataclass

from tournaments.models import Account, Currency, Participant, Tournament, Transaction
from tournaments.models.amounts import MOST
from tournaments.services import audit, currencies, idempotency, ledger
from tournaments.services.access import Actor, need_operator
from tournaments.services.errors import Invalid, Unknown

REFERENCE_MOST = 120
Kind = Transaction.Kind


@dataclass(frozen=True)
class Booked:
    """A deposit or a withdrawal that is booked, and what the participant has then, in minor units."""

    transaction: Transaction
    participant: Participant
    currency: Currency
    amount: int
    balance: int


def deposit(
    actor: Actor,
    tournament: Tournament,
    participant: Participant,
    currency: str,
    amount: int,
    reference: str,
    key: str = "",
) -> Booked:
    """Book that a participant paid in; operators only. `key` is an Idempotency-Key.

    Raises Invalid `bad_amount`, `reference_needed`, `amount_too_large`, Unknown `unknown_currency`,
    `not_found`, Conflict `idempotency_key_reused`.
    """
    return _book(actor, tournament, Kind.DEPOSIT, participant, currency, amount, reference, key)


def withdraw(
    actor: Actor,
    tournament: Tournament,
    participant: Participant,
    currency: str,
    amount: int,
    reference: str,
    key: str = "",
) -> Booked:
    """Book that a participant was paid out; operators only. Raises as `deposit` does, and Conflict
    `not_enough` when the participant has less: the database decides, so two at once cannot both take it.
    """
    return _book(actor, tournament, Kind.WITHDRAWAL, participant, currency, amount, reference, key)


def held(actor: Actor, tournament: Tournament, participant: Participant, currency: str) -> int:
    """Return what a participant has, in minor units; operators only."""
    need_operator(actor, tournament)
    kind = Account.Kind.PARTICIPANT
    mine = Account.objects.filter(
        tournament=tournament, kind=kind, participant=participant, currency=currency
    ).first()
    return ledger.balance(mine) if mine else 0


def _book(
    actor: Actor,
    tournament: Tournament,
    kind: Kind,
    participant: Participant,
    currency: str,
    amount: int,
    reference: str,
    key: str,
) -> Booked:
    by = need_operator(actor, tournament)
    reference = _checked(tournament, participant, amount, reference)
    known = currencies.of(tournament, currency)
    print_ = idempotency.fingerprint(kind, tournament.pk, participant.pk, currency, amount, reference)

    def effect() -> dict[str, int]:
        written, left = _write(actor, kind, participant, known, amount, reference)
        audit.record(
            by,
            f"{kind}_booked",
            tournament,
            alias=participant.alias,
            amount=amount,
            currency=currency,
            reference=reference,
            ledger=ledger.mark(written),
        )
        return {"transaction": written.pk, "balance": left}

    answer = idempotency.once(by, key, print_, effect)
    written = Transaction.objects.get(pk=answer["transaction"])
    return Booked(written, participant, known, amount, answer["balance"])


def _checked(tournament: Tournament, participant: Participant, amount: int, reference: str) -> str:
    """Return the reference without surrounding spaces, or refuse what cannot be booked."""
    if participant.tournament_id != tournament.pk or participant.kind != Participant.Kind.PLAYER:
        raise Unknown("not_found", "No player of this tournament has this alias.")
    if not 1 <= amount < MOST:
        raise Invalid("bad_amount", "An amount is at least one minor unit and has at most 36 digits.")
    reference = " ".join(reference.split())
    if not (1 <= len(reference) <= REFERENCE_MOST and reference.isprintable()):
        raise Invalid(
            "reference_needed",
            f"Say by what the payment is found outside, such as the bank's reference: 1 to {REFERENCE_MOST} "
            "characters.",
        )
    return reference


def _write(
    actor: Actor, kind: Kind, participant: Participant, currency: Currency, amount: int, reference: str
) -> tuple[Transaction, int]:
    tournament, code = participant.tournament, currency.code
    outside = ledger.account(tournament, Account.Kind.OUTSIDE, code)
    own = ledger.account(tournament, Account.Kind.PARTICIPANT, code, participant)
    into = amount if kind == Kind.DEPOSIT else -amount
    memo = f"{kind.label} of {participant.alias}"
    lines = [(outside, -into), (own, into)]
    written = ledger.post(kind, lines, memo, actor=actor.user, reference=reference)
    return written, ledger.balance(own)
