"""A key for a program."""

import argparse
from typing import Any

from tournaments.management import words
from tournaments.management.base import Face
from tournaments.management.who import user_of
from tournaments.services.access import SCOPES
from tournaments.services.people import keys


class Command(Face):
    """Make an API key for a user. Its token is printed once and cannot be shown again."""

    example = "ann --scopes read,upload --name laptop --days 90"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the user and the scopes."""
        parser.add_argument("user", help="The user's name.")
        parser.add_argument(
            "--scopes", required=True, type=words.scopes, help=f"With commas: {', '.join(SCOPES)}; or all."
        )
        parser.add_argument("--name", default="made on the command line", help="To know it by.")
        parser.add_argument("--days", type=int, help="How long it is valid (default: until revoked).")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, and print the token."""
        user = user_of(options["user"])
        key, token = keys.create_key(user, options["name"], options["scopes"], options["days"])
        until = f" until {key.expires_at:%Y-%m-%d}" if key.expires_at else ""
        data = {"user": user.username, "token": token, "scopes": key.scopes, "expires_at": key.expires_at}
        lines = [
            f"{user.username} has a key for {', '.join(key.scopes)}{until}. This is shown once:",
            f"  {token}",
            f"Send it as: Authorization: Token {token}",
        ]
        self.answer(options, data, lines)
