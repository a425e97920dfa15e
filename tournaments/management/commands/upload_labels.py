"""Labels that came, or came corrected."""

import argparse
from pathlib import Path
from typing import Any

from tournaments.management.base import Face, add_operator, add_round, add_slug, round_of
from tournaments.management.reading import chunks_of
from tournaments.management.who import acting
from tournaments.services import labels


class Command(Face):
    """Take in labels of a round: id and target, of all rows or of some. Changing a known label is a
    correction, which needs a reason and is shown in the round's log.
    """

    example = "weekly live_labels.csv --round 3"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the file, and the reason of a correction."""
        add_slug(parser)
        parser.add_argument("file", type=Path, help="CSV (also .gz, .zip) or Parquet with id and target.")
        add_round(parser)
        parser.add_argument("--reason", default="", help="Why labels are corrected.")
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Upload them, and tell how many are new."""
        actor, tournament = acting(options)
        round_ = round_of(actor, tournament, options)
        file: Path = options["file"]
        with self.steps(options).step(f"Reading {file.name}") as step:
            summary = labels.upload(actor, round_, chunks_of(file, step), file.name, options["reason"])
        line = (
            f"Round {round_.number} has labels version {summary['version']}: "
            f"{summary['added']:,} rows added, {summary['corrected']:,} corrected."
        )
        self.answer(options, {"round": round_.number, **summary}, [line])
