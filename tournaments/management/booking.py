"""What `deposit` and `withdraw` share: whom, how much, and by what it is found outside."""

import argparse
from collections.abc import Callable
from typing import Any

from tournaments.management.base import Face, add_operator, add_slug
from tournaments.management.terminal import money
from tournaments.management.who import acting
from tournaments.services import currencies, purse
from tournaments.services.people import roster


class BookingFace(Face):
    """A command that books money that moved between a participant and the outside world."""

    book: Callable[..., purse.Booked]
    done = ""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the participant, the amount and the reference."""
        add_slug(parser)
        parser.add_argument("alias", help="The participant's alias.")
        parser.add_argument("amount", help="As people write it, such as 12.50.")
        parser.add_argument("reference", help="By what it is found outside, such as the bank's reference.")
        parser.add_argument(
            "--currency", default="", help="Its code (default: that of the tournament's rules)."
        )
        parser.add_argument(
            "--key", default="", help="An idempotency key: given again, it books nothing a second time."
        )
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Book it, and say what the participant has then."""
        actor, tournament = acting(options)
        whom = roster.find_participant(actor, tournament, options["alias"])
        currency = currencies.of(tournament, options["currency"] or tournament.read_rules().currency)
        amount = currencies.read_amount(options["amount"], currency.digits)
        made = type(self).book(
            actor, tournament, whom, currency.code, amount, options["reference"], options["key"]
        )
        data = {
            "transaction": made.transaction.pk,
            "participant": whom.alias,
            "currency": currency.code,
            "currency_digits": currency.digits,
            "amount": made.amount,
            "balance": made.balance,
        }
        booked, left = (money(one, currency.digits, currency.code) for one in (made.amount, made.balance))
        self.answer(options, data, [f"{booked} {self.done} {whom.alias}, who has {left} now."])
