"""Does everything still hold?"""

import argparse
from dataclasses import asdict
from typing import Any

from tournaments.management.base import Face
from tournaments.services.errors import Refused
from tournaments.services.upkeep import books, integrity


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
        if found:
            faults = [{**asdict(one), "message": f"{one.what}: {one.message}"} for one in found]
            raise Refused("not_intact", f"{len(found):,} things do not hold.", faults=faults)
        self.answer(options, {"intact": True}, ["Every stored file and the whole ledger are intact."])
