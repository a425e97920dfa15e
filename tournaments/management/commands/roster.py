"""A whole class at once, or nobody."""

import argparse
from pathlib import Path
from typing import Any

from tournaments.management import roster
from tournaments.management.base import Face, add_operator, add_slug
from tournaments.management.terminal import table
from tournaments.management.who import acting


class Command(Face):
    """Add everyone of a CSV file with the columns alias, user, name and external_id (the last two may be left
    out). Users who are missing are made. One fault, and nobody is added.
    """

    example = "weekly people.csv --json > logins.json"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the file."""
        add_slug(parser)
        parser.add_argument("file", type=Path, help="The CSV file, in UTF-8.")
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Add all, and print the new users' secrets once."""
        actor, tournament = acting(options)
        people = roster.read(options["file"])
        with self.steps(options).step("Adding people") as step:
            added = roster.add(actor, tournament, people, step)
        data = {"added": [{"alias": person.alias, **login.as_dict()} for person, login in added]}
        new = [[p.alias, one.user, one.password, one.token] for p, one in added if one.password and one.token]
        lines = [f"{len(added)} participants were added to {tournament.slug}."]
        if new:
            lines += [
                f"{len(new)} users are new. This is shown once:",
                *table(["alias", "user", "password", "token"], new),
            ]
        self.answer(options, data, lines)
