"""From results to money; the one command that cannot be taken back quietly."""

import argparse
import sys
from typing import Any

from tournaments.management import payouts
from tournaments.management.base import Face, add_operator, add_round, add_slug, round_of
from tournaments.management.who import acting
from tournaments.models import Round
from tournaments.services import settlement
from tournaments.services.errors import Conflict


class Command(Face):
    """Show who is paid what in a resolved round, and, once confirmed, pay. Asked again, a settled round
    shows what was paid.
    """

    example = "weekly --round 3 --preview"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the round, and whether to pay."""
        add_slug(parser)
        add_round(parser)
        either = parser.add_mutually_exclusive_group()
        either.add_argument("--preview", action="store_true", help="Only show; writes nothing.")
        either.add_argument("--yes", action="store_true", help="Pay without asking for the round's name.")
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Preview, have it confirmed, settle."""
        actor, tournament = acting(options)
        round_ = round_of(actor, tournament, options)
        plan = payouts.planned(settlement.preview(actor, round_))
        made = settlement.effective(round_)
        if made is None and not options["preview"]:
            if not options["yes"]:
                self._confirm(round_, plan)
            made = settlement.commit(actor, round_)
        data = payouts.paid(made) if made else plan
        told = {"tournament": tournament.slug, "round": round_.number, "settled": made is not None, **data}
        last = f"{round_} is settled." if made else "This is a preview; nothing was paid."
        self.answer(options, told, [*payouts.lines(round_, data), last])

    def _confirm(self, round_: Round, plan: dict[str, Any]) -> None:
        if not sys.stdin.isatty():
            raise Conflict("not_confirmed", "Nothing was paid. Look at --preview, then repeat with --yes.")
        for line in payouts.lines(round_, plan):
            self.stderr.write(line)
        self.stderr.write("This cannot be undone but by a reversal. ", ending="")
        self.stderr.write(f"To pay, type the round's name, {round_}: ", ending="")
        self.stderr.flush()
        if sys.stdin.readline().strip() != str(round_):
            raise Conflict("not_confirmed", "Nothing was paid: that is not the round's name.")
