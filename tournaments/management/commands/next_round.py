"""The second of the three commands from an empty server to an open round (the first being `make run`)."""

import argparse
from pathlib import Path
from typing import Any

from django.db import transaction

from tournaments.management import words
from tournaments.management.base import Face, add_operator, add_slug
from tournaments.management.terminal import moment, span, table
from tournaments.management.who import acting
from tournaments.models import Round
from tournaments.services import datasets, rounds
from tournaments.services.clock import db_now
from tournaments.services.reading import overview


class Command(Face):
    """Make the next round of a tournament from new files, with the tournament's rules, and open it."""

    example = (
        "weekly --tournament rows.csv --training training.csv --labels known_labels.csv --closes 'in 7 days'"
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the files and the deadline."""
        add_slug(parser)
        parser.add_argument(
            "--tournament",
            required=True,
            type=Path,
            metavar="FILE",
            help="Rows to predict: id, era, data_type, features; a target column is taken off.",
        )
        parser.add_argument("--training", type=Path, metavar="FILE", help="Handed out as it is.")
        parser.add_argument("--labels", type=Path, metavar="FILE", help="id and target, as far as known.")
        parser.add_argument(
            "--closes",
            required=True,
            type=words.deadline,
            metavar="WHEN",
            help="The deadline: 2026-12-01T12:00Z, “in 7 days”, or 7d.",
        )
        parser.add_argument("--draft", action="store_true", help="Do not open it yet (open_round does).")
        parser.add_argument("--seed", type=int, help="Of the bootstrap draws (default: random).")
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and open the round in one transaction, and tell what is in it."""
        actor, tournament = acting(options)
        given = datasets.RoundFiles(options["tournament"], options["training"], options["labels"])
        with self.steps(options).step(f"Reading {given.tournament.name}"), transaction.atomic():
            closes_at = words.moment_of(options["closes"])
            made = datasets.create_round(actor, tournament, given, closes_at, options["seed"])
            if not options["draft"]:
                made = rounds.open_round(actor, made)
        splits = overview.dataset_of(actor, made)
        data = {
            "tournament": tournament.slug,
            "round": made.number,
            "state": made.state,
            "closes_at": made.closes_at.isoformat(),
            "seed": made.seed,
            "splits": splits,
        }
        self.answer(options, data, _lines(made, splits))


def _lines(made: Round, splits: dict[str, dict[str, int]]) -> list[str]:
    head = ["split", "rows", "eras", "labelled", "of them 1"]
    rows = [[name, *(f"{n:,}" for n in _counts(split)), _share(split)] for name, split in splits.items()]
    return [
        f"Round {made.number} of {made.tournament.slug} is {made.state}.",
        f"It closes at {moment(made.closes_at)}, in {span(made.closes_at - db_now())}.",
        *table(head, rows, right=head[1:]),
    ]


def _counts(split: dict[str, int]) -> tuple[int, int, int]:
    return split["rows"], split["eras"], split["labelled"]


def _share(split: dict[str, int]) -> str:
    return f"{split['ones'] / split['labelled']:.1%}" if split["labelled"] else "–"
