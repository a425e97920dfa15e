"""The address at which the first account is made."""

import argparse
from typing import Any

from django.conf import settings

from tournaments.management.base import Face
from tournaments.services.errors import Unknown
from tournaments.services.people import setup


class Command(Face):
    """Print the address at which a server without users gets its first account."""

    example = ""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Let a launcher ask without knowing whether it is needed."""
        parser.add_argument("--if-needed", action="store_true", help="Say nothing when there are users.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the token where there is none, and print the address."""
        try:
            url = f"{settings.BASE_URL}/setup/?token={setup.token()}"
        except Unknown:
            if options["if_needed"]:
                return
            raise
        self.answer(options, {"url": url}, [f"Open {url} to make the first account."])
