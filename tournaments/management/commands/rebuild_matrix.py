"""The prediction matrix is a cache; this writes it anew."""

import argparse
from typing import Any

from tournaments.management.base import Face, add_operator, add_round, add_slug, round_of
from tournaments.management.who import acting
from tournaments.services import matrices


class Command(Face):
    """Write what a round's prediction matrix lacks or holds damaged from the stored uploads. It is a cache:
    nothing published depends on it. Stopped, it goes on where it was; several at once share the work.
    """

    example = "weekly --round 3"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the round."""
        add_slug(parser)
        add_round(parser)
        parser.add_argument("--anew", action="store_true", help="Also write what is there and whole.")
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild it."""
        actor, tournament = acting(options)
        round_ = round_of(actor, tournament, options)
        with self.steps(options).step("Ranking submissions") as step:
            count = matrices.rebuild(round_, step, anew=options["anew"])
        data = {"tournament": tournament.slug, "round": round_.number, "submissions": count}
        self.answer(options, data, [f"The matrix of {round_} holds {count:,} submissions."])
