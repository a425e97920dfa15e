"""Opens what `next_round --draft` made."""

import argparse
from typing import Any

from tournaments.management.base import Face, add_operator, add_round, add_slug, round_of
from tournaments.management.terminal import moment
from tournaments.management.who import acting
from tournaments.services import rounds


class Command(Face):
    """Open a draft round: its rules are frozen, its pool is funded, files are accepted."""

    example = "weekly --round 3"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the round."""
        add_slug(parser)
        add_round(parser)
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Open it."""
        actor, tournament = acting(options)
        opened = rounds.open_round(actor, round_of(actor, tournament, options))
        data = {"tournament": tournament.slug, "round": opened.number, "closes_at": opened.closes_at}
        self.answer(options, data, [f"Round {opened.number} is open until {moment(opened.closes_at)}."])
