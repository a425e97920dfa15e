"""The way back from a backup."""

import argparse
from pathlib import Path
from typing import Any

from tournaments.management.base import Face
from tournaments.services.upkeep import restoring


class Command(Face):
    """Put a backup in the place of the configured database and its stored files. Every hash is checked first;
    a database that is not empty must be named. Stop the web server and the workers before.
    """

    example = "/srv/backups/2026-12-01"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the folder, and for the name of what would be lost."""
        parser.add_argument("folder", type=Path, help="A backup.")
        parser.add_argument(
            "--into", default="", metavar="NAME", help="The database whose present content may be lost."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and restore."""
        steps, folder = self.steps(options), options["folder"]
        with steps.step("Checking and restoring") as step:
            manifest = restoring.restore(folder, options["into"], check=step, copy=step)
        data = {"database": manifest.database, "made_at": manifest.made_at, "files": len(manifest.blobs)}
        lines = [
            f"The state of {manifest.made_at} is restored: {len(manifest.blobs):,} stored files, "
            f"tournaments {', '.join(manifest.tournaments) or 'none'}.",
            "Prediction matrices of this machine were removed; they are written again when they are needed.",
        ]
        self.answer(options, data, lines)
