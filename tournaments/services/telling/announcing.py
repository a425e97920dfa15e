"""Telling all players of a round: the work behind `notices`, done in one transaction and safe to repeat."""

from typing import Any

from django.db import transaction

from tournaments.models import Delivery, Member, Notice, Payout, Round, Work
from tournaments.services import work
from tournaments.services.clock import db_now
from tournaments.services.telling import notices, outbox
from tournaments.services.telling.outbox import Letter

State = Round.State


def announce(piece: Work) -> None:
    """Tell all players of the state that a round has come to; of a state that has passed nobody is told.

    A round that was settled before its results were announced is told of both.
    """
    round_ = Round.objects.select_related("tournament").get(pk=piece.round_id)
    with transaction.atomic():
        if round_.state == State.OPEN:
            _all(round_, Notice.OPENED, closes_at=round_.closes_at.isoformat())
        # Who came after the results were announced is not told of them again when the round is settled.
        if round_.state in Round.RESOLVED_STATES and not _told(round_, Notice.RESOLVED):
            _all(round_, Notice.RESOLVED)
        if round_.state == State.SETTLED and round_.read_rules().rewards != "none":
            _paid(round_)
        work.finish(piece)


def _event(round_: Round, kind: str) -> str:
    return f"{kind}:{round_.pk}"


def _told(round_: Round, kind: str) -> bool:
    return Delivery.objects.filter(kind=kind, event=_event(round_, kind)).exists()


def _all(round_: Round, kind: str, **more: str) -> None:
    body = notices.facts(round_, **more)
    outbox.put(kind, _event(round_, kind), [Letter(one.user, body) for one in notices.players(round_)])


def _paid(round_: Round) -> None:
    """Tell each member what their own participant got, or why nothing; of no other."""
    rules = round_.read_rules()
    body = notices.facts(round_, currency=rules.currency, currency_digits=rules.currency_digits)
    found = Payout.objects.filter(settlement__round=round_, settlement__reversed_at__isnull=True)
    payouts = {one.participant_id: one for one in found}
    members = Member.objects.filter(participant__in=payouts).select_related("user").order_by("pk")
    letters = [Letter(one.user, {**body, **_own(payouts[one.participant_id])}) for one in members]
    for settlement in {one.settlement_id for one in found}:
        outbox.put(Notice.PAID, f"{Notice.PAID}:{settlement}", letters)


def _own(payout: Payout) -> dict[str, Any]:
    return {"amount": payout.amount, "place": payout.place, "tied": payout.tied, "reason": payout.reason}


def remind(piece: Work) -> None:
    """Tell those who have nothing in that the round closes soon; webhooks that asked are told always."""
    round_ = Round.objects.select_related("tournament").get(pk=piece.round_id)
    at = notices.soon(round_)
    if round_.state == State.OPEN and db_now() < at:
        work.postpone(piece, at)
        return
    with transaction.atomic():
        if round_.state == State.OPEN:
            event = f"{_event(round_, Notice.CLOSING_SOON)}:{round_.closes_at.isoformat()}"
            outbox.put(Notice.CLOSING_SOON, event, _before_the_close(round_))
        work.finish(piece)


def _before_the_close(round_: Round) -> list[Letter]:
    body, own = notices.facts(round_), notices.deadlines(round_)
    letters = []
    for one in notices.invited(round_).annotate(sent=notices.has_sent(round_)):
        closes_at = own.get(one.participant_id, round_.closes_at.isoformat())
        told = {**body, "closes_at": closes_at, "missing": not one.sent}
        letters.append(Letter(one.user, told, mail=not one.sent))
    return letters
