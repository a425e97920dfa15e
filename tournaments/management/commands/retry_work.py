"""Work that was given up, once its cause is mended."""

import argparse
from typing import Any

from tournaments.management.base import Face, add_operator, add_round, add_slug, round_of
from tournaments.management.who import acting
from tournaments.services import operations


class Command(Face):
    """Make all failed work of a round due again, with all its attempts; round_status tells what failed."""

    example = "weekly --round 3"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the round."""
        add_slug(parser)
        add_round(parser)
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Retry it."""
        actor, tournament = acting(options)
        round_ = round_of(actor, tournament, options)
        retried = operations.retry_all(actor, round_)
        data = {"tournament": tournament.slug, "round": round_.number, "retried": [one.pk for one in retried]}
        self.answer(options, data, [f"{len(retried):,} pieces of work of {round_} are due again."])
