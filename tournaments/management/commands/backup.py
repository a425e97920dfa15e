"""Everything in one folder, or a check of one."""

import argparse
from pathlib import Path
from typing import Any

from tournaments.management.base import Face
from tournaments.services.upkeep import backups
from tournaments.services.upkeep.backups import Manifest


class Command(Face):
    """Write the database and all stored files to a new folder, or check one that was written. It can be made
    while the server runs. The folder holds labels and predictions: keep it as safe as the server.
    """

    example = "/srv/backups/2026-12-01"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the folder."""
        parser.add_argument("folder", type=Path, help="A folder that is not there yet.")
        parser.add_argument(
            "--verify", action="store_true", help="Read an existing backup whole and compare its hashes."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it or verify it."""
        folder: Path = options["folder"]
        if options["verify"]:
            with self.steps(options).step("Checking files") as step:
                manifest = backups.need_whole(folder, step)
        else:
            with self.steps(options).step("Copying the database and stored files") as step:
                manifest = backups.make(folder, step)
        self.answer(options, summary(folder, manifest), lines(folder, manifest))


def summary(folder: Path, manifest: Manifest) -> dict[str, Any]:
    """Return what a backup is of, as plain data."""
    return {
        "folder": str(folder),
        "made_at": manifest.made_at,
        "database": manifest.database,
        "tournaments": manifest.tournaments,
        "files": len(manifest.blobs),
        "bytes": manifest.size,
    }


def lines(folder: Path, manifest: Manifest) -> list[str]:
    """Return the same as sentences."""
    return [
        f"{folder} is whole: database {manifest.database} and {len(manifest.blobs):,} stored files, "
        f"{manifest.size:,} bytes, as of {manifest.made_at}.",
        f"Tournaments: {', '.join(manifest.tournaments) or 'none'}.",
    ]
