"""From labels to results."""

import argparse
from pathlib import Path
from typing import Any

from tournaments.management import waiting
from tournaments.management.base import Face, add_operator, add_round, add_slug, round_of
from tournaments.management.reading import chunks_of
from tournaments.management.terminal import Steps
from tournaments.management.waiting import wait_for
from tournaments.management.who import acting
from tournaments.models import Round
from tournaments.services import labels, resolution, rounds
from tournaments.services.access import Actor
from tournaments.services.clock import db_now
from tournaments.services.deadlines import last_deadline

State = Round.State


class Command(Face):
    """Score a closed round's live rows and publish the results. Waits for the workers: first for the blend,
    then for the resolution.
    """

    example = "weekly --labels live_labels.csv"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the round, and for its last labels."""
        add_slug(parser)
        add_round(parser)
        parser.add_argument("--labels", type=Path, metavar="FILE", help="Uploaded first: id and target.")
        parser.add_argument("--no-wait", action="store_true", help="Start it and return at once.")
        parser.add_argument(
            "--timeout", type=float, default=3600, metavar="SECONDS", help="Wait no longer (default: 3600)."
        )
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Wait for the close, upload, wait for the blend, resolve, wait for the results."""
        actor, tournament = acting(options)
        round_ = round_of(actor, tournament, options)
        steps = self.steps(options)
        timeout = 0.0 if options["no_wait"] else options["timeout"]
        if timeout and round_.state == State.OPEN and db_now() >= last_deadline(round_):
            wait_for(steps, round_, waiting.CLOSING, "Closing", timeout)
            round_.refresh_from_db()
        rounds.need_state(round_, State.CLOSED, State.RESOLVED, State.SETTLED)
        if options["labels"]:
            _upload(steps, actor, round_, options["labels"])
        if timeout:
            wait_for(steps, round_, waiting.BLENDING, "Scoring test rows and blending", timeout)
        resolution.resolve(actor, round_)
        if timeout:
            wait_for(steps, round_, waiting.RESOLVING, "Scoring live rows", timeout)
        round_.refresh_from_db()
        done = round_.state != State.CLOSED
        line = f"Round {round_.number} is {round_.state if done else 'being resolved'}."
        data = {"tournament": tournament.slug, "round": round_.number, "state": round_.state}
        following = f"Next: python manage.py settle_round {tournament.slug} --round {round_.number}"
        self.answer(options, data, [line, following] if round_.state == State.RESOLVED else [line])


def _upload(steps: Steps, actor: Actor, round_: Round, path: Path) -> None:
    with steps.step(f"Reading {path.name}") as step:
        labels.upload(actor, round_, chunks_of(path, step), path.name)
