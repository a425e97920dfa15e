"""Where a participant is paid in a currency. A new address takes the former's place; both stay on record."""

from django.db import transaction
from django.db.models import QuerySet

from tournaments.models import Currency, Participant, PayoutAddress, Tournament, User
from tournaments.services import audit, currencies
from tournaments.services.access import READ, STAKE, Actor, need_participant
from tournaments.services.clock import db_now
from tournaments.services.errors import Conflict, Invalid, Unknown
from tournaments.services.paying import bitcoin
from tournaments.services.telling import payments

BANK = "bank"
TEXT_MOST = 120


def payable(tournament: Tournament, code: str) -> Currency:
    """Return a currency that is paid out: one that the rules, or those of any round, pay as money.

    Raises Unknown `unknown_currency`, Conflict `points_not_payable`.
    """
    known = currencies.of(tournament, code)
    if code not in {one.code for one in currencies.money_of(tournament)}:
        raise Conflict("points_not_payable", f"{code} are points here: nobody is paid anything for them.")
    return known


def register(
    actor: Actor, tournament: Tournament, currency: str, address: str, holder: str = ""
) -> PayoutAddress:
    """Say where the actor's participant is paid in a currency; all its members are told.

    A Bitcoin address where the currency has a network, else a bank account and whose it is. The one in force,
    said again, stays as it is. Raises Invalid `bad_address`, `wrong_network`, `address_unsupported`,
    `bad_holder`, Unknown `unknown_currency`, Conflict `points_not_payable`.
    """
    participant = need_participant(actor, tournament, STAKE)
    by = actor.user
    assert by is not None
    known = payable(tournament, currency)
    text, holder, kind = _read(known, address, holder)
    with transaction.atomic():
        _lock(participant)
        before = _in_force(participant, known.code)
        if before is not None and (before.address, before.holder) == (text, holder):
            return before
        if before is not None:
            _retire(before)
        made = PayoutAddress.objects.create(
            participant=participant,
            currency=known,
            address=text,
            holder=holder,
            kind=kind,
            registered_by=by,
        )
        _note(by, participant, made, "payout_address_registered")
        payments.address_changed(participant, made, by, known.code)
    return made


def retire(actor: Actor, tournament: Tournament, currency: str) -> PayoutAddress:
    """Take back where the actor's participant is paid in a currency; returns it. All its members are told.

    Raises Unknown `no_address` where there is none.
    """
    participant = need_participant(actor, tournament, STAKE)
    by = actor.user
    assert by is not None
    with transaction.atomic():
        _lock(participant)
        before = _in_force(participant, currency)
        if before is None:
            raise Unknown("no_address", f"You have said nowhere to be paid in {currency[:12]}.")
        _retire(before)
        _note(by, participant, before, "payout_address_retired")
        payments.address_changed(participant, None, by, before.currency.code)
    before.refresh_from_db(fields=["retired_at"])
    return before


def mine(actor: Actor, tournament: Tournament) -> QuerySet[PayoutAddress]:
    """Return where the actor's participant is paid now, by currency."""
    return history(actor, tournament).filter(retired_at__isnull=True).order_by("currency__code")


def history(actor: Actor, tournament: Tournament) -> QuerySet[PayoutAddress]:
    """Return every address that the actor's participant ever had here, newest first."""
    participant = need_participant(actor, tournament, READ)
    found = PayoutAddress.objects.filter(participant=participant, currency__tournament=tournament)
    return found.select_related("currency", "registered_by").order_by("-pk")


def _in_force(participant: Participant, code: str) -> PayoutAddress | None:
    found = PayoutAddress.objects.filter(
        participant=participant, currency__code=code, retired_at__isnull=True
    )
    return found.select_related("currency").first()


def _lock(participant: Participant) -> None:
    """Two members who change it at once do so one after the other."""
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)


def _retire(one: PayoutAddress) -> None:
    PayoutAddress.objects.filter(pk=one.pk).update(retired_at=db_now())


def _note(by: User, participant: Participant, one: PayoutAddress, action: str) -> None:
    audit.record(
        by,
        action,
        participant.tournament,
        alias=participant.alias,
        currency=one.currency.code,
        kind=one.kind,
        address=one.pk,
    )


def _read(currency: Currency, address: str, holder: str) -> tuple[str, str, str]:
    """Return address, holder and kind as they are stored."""
    if currency.network:
        found = bitcoin.read(address, currency.network)
        return found.text, "", found.kind
    text, holder = " ".join(address.split()), " ".join(holder.split())
    if not (4 <= len(text) <= TEXT_MOST and text.isprintable()):
        raise Invalid(
            "bad_address",
            f"Say the account, such as an IBAN: 4 to {TEXT_MOST} characters that can be printed.",
        )
    if not (1 <= len(holder) <= TEXT_MOST and holder.isprintable()):
        raise Invalid("bad_holder", f"Say whose account it is, in 1 to {TEXT_MOST} characters.")
    return text, holder, BANK
