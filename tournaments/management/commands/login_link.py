"""A login link for someone who cannot log in otherwise."""

import argparse
from typing import Any

from django.conf import settings

from tournaments.management.base import Face
from tournaments.management.terminal import moment
from tournaments.management.who import user_of
from tournaments.services.people import links


class Command(Face):
    """Issue a one-time login link for a user, whoever it is, and print it. Earlier links of theirs end."""

    example = "ann --hours 24"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the user."""
        parser.add_argument("user", help="The user's name.")
        parser.add_argument(
            "--hours", type=int, default=links.HOURS, help=f"How long it works (default: {links.HOURS})."
        )

        parser.add_argument(
            "--without-second-factor", action="store_true", help="Turn off theirs, which they have lost."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue it, and print the whole address."""
        user = user_of(options["user"])
        if options["without_second_factor"]:
            links.remove_second_factor(user)
        link, token = links.issue_on_the_machine(user, options["hours"])
        url = f"{settings.BASE_URL}/in/{token}/"
        data = {"user": user.username, "url": url, "expires_at": link.expires_at}
        lines = [f"{user.username} can log in once, until {moment(link.expires_at)}:", f"  {url}"]
        self.answer(options, data, lines)
