"""Submitting without HTTP: for operators' benchmarks, and for files that came by mail."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tournaments.management.base import Face, add_round, add_slug, round_of
from tournaments.management.reading import chunks_of
from tournaments.management.who import tournament_of, user_of
from tournaments.models import Round
from tournaments.services import intake
from tournaments.services.access import Actor


class Command(Face):
    """Submit a file of predictions for the participant that a user plays for, as an upload would."""

    example = "weekly predictions.csv --user ann"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the file and who sends it."""
        add_slug(parser)
        parser.add_argument("file", type=Path, help="CSV (also .gz, .zip) or Parquet.")
        parser.add_argument("--user", required=True, metavar="NAME", help="Who submits.")
        add_round(parser)
        parser.add_argument("--forecaster", default="", help="Whose it is, where the file does not say.")
        parser.add_argument("--check", action="store_true", help="Only validate; nothing is kept or counted.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Submit, or only check, and print the receipts."""
        actor = Actor(user_of(options["user"]))
        round_ = round_of(actor, tournament_of(options["slug"]), options)
        with self.steps(options).step(f"Sending {options['file'].name}") as step:
            chunks = chunks_of(options["file"], step)
            answer = _check if options["check"] else _submit
            data, lines = answer(actor, round_, chunks, options)
        self.answer(options, data, lines)


def _check(actor: Actor, round_: Round, chunks: Iterator[bytes], options: dict[str, Any]) -> Any:
    checked = intake.check(actor, round_, chunks, options["file"].name, options["forecaster"])
    whose = ", ".join(f"{column} for {name}" for column, name in checked.columns.items())
    lines = [f"The file would be accepted: {whose}.", *_warned(checked.warnings)]
    return {"columns": checked.columns, "warnings": checked.warnings}, lines


def _submit(actor: Actor, round_: Round, chunks: Iterator[bytes], options: dict[str, Any]) -> Any:
    receipts = intake.submit(actor, round_, chunks, options["file"].name, options["forecaster"])
    lines = [
        f"Submission {one['submission']} of {one['forecaster']} is number {one['position']} of round "
        f"{one['round']}, received at {one['received_at']}, SHA-256 {one['sha256']}"
        f"{' (this very file was here already)' if one['replayed'] else ''}."
        for one in receipts
    ]
    warnings: Any = [warning for one in receipts for warning in one["warnings"]]
    return {"receipts": receipts}, [*lines, *_warned(warnings)]


def _warned(warnings: list[dict[str, str]]) -> list[str]:
    return [f"Warning {one['code']}, column {one['column']}: {one['message']}" for one in warnings]
