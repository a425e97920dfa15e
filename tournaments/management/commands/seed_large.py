"""A database to measure pages on. Never on a server that people use."""

import argparse
import secrets
from typing import Any

from django.db import transaction

from tournaments.management.base import Face
from tournaments.management.large.ground import Size
from tournaments.management.large.play import play
from tournaments.models import Tournament
from tournaments.services.errors import Conflict, Invalid
from tournaments.services.people import users

LEAST_ROUNDS = 4
LEAST_PEOPLE = 5


class Command(Face):
    """Fill an empty database with a large tournament of invented people, to measure pages on."""

    example = "--yes --participants 100 --submissions 400 --rounds 8"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for sizes and names."""
        parser.add_argument("--yes", action="store_true", help="Yes, this database may be filled.")
        parser.add_argument("--beside", action="store_true", help="Also beside other tournaments.")
        parser.add_argument("--participants", type=int, default=Size.participants, metavar="N")
        parser.add_argument("--submissions", type=int, default=Size.submissions, metavar="N", help="In all.")
        parser.add_argument("--rounds", type=int, default=Size.rounds, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="Another gives another crowd.")
        parser.add_argument("--slug", default="large", help="The tournament's short name (default: large).")
        parser.add_argument("--password", default="", help="Of both logins (default: a random one).")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill it in one transaction, and print the two logins."""
        slug = options["slug"]
        _refuse(options)
        size = Size(options["participants"], options["submissions"], options["rounds"])
        password = options["password"] or secrets.token_urlsafe(12)
        names = {"operator": f"{slug}-operator", "player": f"{slug}-player"}
        with self.steps(options).step("Playing rounds") as told, transaction.atomic():
            operator, _ = users.create_user(names["operator"], password)
            play(size, options["seed"], operator, slug, names["player"], password, told)
        data = {"tournament": slug, **names, "password": password}
        lines = [
            f"Tournament {slug} has {size.rounds} rounds with {size.per_round} submissions each.",
            f"  operator  {names['operator']}",
            f"  player    {names['player']}",
            f"  password  {password}",
        ]
        self.answer(options, data, lines)


def _refuse(options: dict[str, Any]) -> None:
    """Refuse with `confirm`, `not_empty` or `too_small`."""
    if not options["yes"]:
        raise Invalid("confirm", "This fills the database with invented people. Say --yes.")
    if Tournament.objects.exists() and not options["beside"]:
        raise Conflict("not_empty", "There are tournaments already. This is for an empty database.")
    least = {"participants": LEAST_PEOPLE, "rounds": LEAST_ROUNDS, "submissions": 2 * options["rounds"]}
    for name, number in least.items():
        if options[name] < number:
            raise Invalid("too_small", f"There must be at least {number} {name}.")
