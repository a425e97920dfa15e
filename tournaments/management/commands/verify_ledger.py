"""Is every booking what it was when it was written?"""

import argparse
from typing import Any

from tournaments.management.base import Face
from tournaments.management.who import tournament_of
from tournaments.services.errors import Invalid
from tournaments.services.upkeep import books, chain
from tournaments.services.upkeep.findings import need_none


class Command(Face):
    """Walk the ledger of one tournament or of all: hash every transaction again along the chain, and compare
    every sum, kept balance, floor and settlement with the entries. Exits with 1 and a list when something
    does not hold. Note the printed PLACE:HASH outside the server, and give it to --expect the next time: a
    chain that was written anew from the beginning is found by that alone.
    """

    example = "weekly --json"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the tournament, and for what is known of its chain."""
        parser.add_argument("slug", nargs="?", default="", help="The tournament (default: all with money).")
        parser.add_argument(
            "--expect",
            action="append",
            default=[],
            metavar="PLACE:HASH",
            help="A place of the chain and its hash, as noted before; may be given several times.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check all, and say where each chain ends."""
        slug, expected = options["slug"], [chain.read_mark(one) for one in options["expect"]]
        if expected and not slug:
            raise Invalid(
                "name_the_tournament", "--expect is of one tournament's chain. Name the tournament."
            )
        chosen = [tournament_of(slug)] if slug else books.with_money()
        steps, made = self.steps(options), []
        for one in chosen:
            with steps.step(f"Walking the ledger of {one.slug}") as step:
                made.append(books.verify(one, expected, step))
        need_none([one for verdict in made for one in verdict.findings], "ledger_not_intact")
        ends = {
            one.tournament.slug: {"transactions": one.transactions, "hash": one.hash, "mark": one.mark}
            for one in made
        }
        lines = [
            f"{one.tournament.slug}: {one.transactions:,} transactions are intact. {one.mark}" for one in made
        ]
        self.answer(
            options, {"intact": True, "ledgers": ends}, lines or ["No tournament has booked anything."]
        )
