"""One participant; `roster` adds a whole class."""

import argparse
from typing import Any

from django.db import transaction

from tournaments.management.base import Face, add_operator, add_slug
from tournaments.management.roster import PLAYER_SCOPES
from tournaments.management.who import acting, find_or_make
from tournaments.models import Participant
from tournaments.services.people import players


class Command(Face):
    """Let a user play in a tournament under a public alias."""

    example = "weekly Heron --user ann --name 'Ann Lee' --external-id 20261234"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the alias and the user."""
        add_slug(parser)
        parser.add_argument("alias", help="The public name.")
        parser.add_argument("--user", required=True, metavar="NAME", help="Who plays; made when missing.")
        parser.add_argument("--name", default="", help="The real name, which operators alone see.")
        parser.add_argument("--external-id", default="", help="A number of yours, seen by operators alone.")
        parser.add_argument(
            "--benchmark", action="store_true", help="The operator's own: visible, ranked apart, never paid."
        )
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make user and participant in one transaction."""
        actor, tournament = acting(options)
        kind = Participant.Kind.BENCHMARK if options["benchmark"] else Participant.Kind.PLAYER
        with transaction.atomic():
            user, login = find_or_make(options["user"], PLAYER_SCOPES)
            made = players.add_participant(
                actor,
                tournament,
                user,
                options["alias"],
                name=options["name"],
                external_id=options["external_id"],
                kind=kind,
            )
        data = {"participant": made.alias, "kind": made.kind, "login": login.as_dict()}
        self.answer(options, data, [f"{made.alias} takes part in {tournament.slug}.", *login.lines()])
