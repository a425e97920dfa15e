"""The first of the three commands from an empty server to an open round."""

import argparse
from typing import Any

from django.db import transaction

from tournaments.management import words
from tournaments.management.base import Face
from tournaments.management.who import find_or_make
from tournaments.models import PRESETS
from tournaments.services import contests
from tournaments.services.access import SCOPES


class Command(Face):
    """Create a tournament with the rules of a preset, and its first operator."""

    example = 'weekly --name "Weekly" --preset classroom --operator olga --set id_column=t_id --set quota=10'

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for name, preset, operator and changed rules."""
        parser.add_argument("slug", help="Its short name in addresses: small letters, digits and -.")
        parser.add_argument("--name", required=True, help="Its name on pages.")
        parser.add_argument("--preset", required=True, choices=list(PRESETS), help="The rules to begin with.")
        parser.add_argument(
            "--operator", required=True, metavar="USER", help="Who runs it; made when missing."
        )
        parser.add_argument("--question", default="", help="What is predicted, in one sentence.")
        parser.add_argument(
            "--set",
            dest="changes",
            action="append",
            default=[],
            type=words.rule,
            metavar="rule=value",
            help="Change a rule of the preset; may be given several times.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make both in one transaction, and print secrets once."""
        with transaction.atomic():
            user, login = find_or_make(options["operator"], list(SCOPES))
            made = contests.create(
                user,
                options["slug"],
                options["name"],
                options["preset"],
                options["question"],
                dict(options["changes"]),
            )
        following = f'python manage.py next_round {made.slug} --tournament FILE --closes "in 7 days"'
        data = {
            "tournament": made.slug,
            "name": made.name,
            "preset": options["preset"],
            "rules": made.rules,
            "operator": login.as_dict(),
            "next": following,
        }
        lines = [
            f"Tournament {made.slug} is made with the rules of {options['preset']}.",
            *login.lines(),
            f"Next: {following}",
        ]
        self.answer(options, data, lines)
