"""Does everything still hold?"""

import argparse
from typing import Any

from tournaments.management.base import Face
from tournaments.services.upkeep import books, integrity
from tournaments.services.upkeep.findings import need_none


class Command(Face):
    """Read every stored file and compare it with its receipt's hash, and check the ledger of every tournament
    as verify_ledger does. Exits with 1 and a list when something does not hold.
    """

    example = "--json"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for nothing."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Check all."""
        with self.steps(options).step("Reading stored files") as step:
            found = integrity.stored_bytes(step)
        found += books.everything()
        need_none(found, "not_intact")
        self.answer(options, {"intact": True}, ["Every stored file and the whole ledger are intact."])
