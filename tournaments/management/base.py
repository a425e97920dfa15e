"""What all commands share: help with an example, `--json`, and exit codes.

0 done · 1 refused, with the stable code and a sentence on standard error · 2 the command was misspelt.
"""

import argparse
import json
import logging
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, NoReturn

from django.core.management.base import BaseCommand, DjangoHelpFormatter
from django.db import OperationalError, ProgrammingError

from tournaments.management.terminal import Steps
from tournaments.models import Round, Tournament
from tournaments.services.access import Actor, find_round
from tournaments.services.errors import Refused

INTERRUPTED = 130
VERBOSE = 2


class _HelpFormatter(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Django's order of options, and the example as it was written."""


class Face(BaseCommand):
    """A command. `example` is one that works when pasted, with the reader's own names put in."""

    example = ""
    # The addresses and their views are of no use here and cost half a second at each start.
    requires_system_checks: list[str] | tuple[str, ...] | Literal["__all__"] = []

    _called_from_command_line = False

    def __init_subclass__(cls) -> None:
        """Let a command's docstring be its help."""
        cls.help = " ".join((cls.__doc__ or "").split())

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Add the example and `--json` to what the command itself asks for."""
        epilog = f"example:\n  python manage.py {subcommand} {self.example}"
        parser = super().create_parser(
            prog_name, subcommand, epilog=epilog, formatter_class=_HelpFormatter, **kwargs
        )
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object.")
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run, and turn a refusal into its code, its sentence and exit code 1.

        Called by Python code (`call_command`), a refusal is raised as it is.
        """
        if self._called_from_command_line and options["verbosity"] < VERBOSE:
            logging.getLogger("django_structlog").setLevel(logging.WARNING)
        try:
            return super().execute(*args, **options)
        except (Refused, OperationalError, ProgrammingError, KeyboardInterrupt) as error:
            if not self._called_from_command_line or options["traceback"]:
                raise
            self._end(error, bool(options["json"]))

    def _end(self, error: BaseException, as_json: bool) -> NoReturn:
        if isinstance(error, KeyboardInterrupt):
            self.stderr.write("Interrupted. Work that was started goes on in the workers.")
            sys.exit(INTERRUPTED)
        refused = error if isinstance(error, Refused) else _of_database(error)
        if as_json:
            told = {"code": refused.code, "message": refused.message, **refused.details}
            self.stderr.write(json.dumps(told, default=_plain, ensure_ascii=False))
        else:
            self.stderr.write(f"{refused.code}: {refused.message}")
            for fault in refused.details.get("faults", []):
                self.stderr.write(f"  {fault['code']}: {fault['message']}")
        sys.exit(1)

    def answer(self, options: dict[str, Any], data: dict[str, Any], lines: Iterable[str]) -> None:
        """Write the result on standard output: `data` as JSON where it was asked for, else the lines."""
        if options["json"]:
            self.stdout.write(json.dumps(data, indent=1, default=_plain, ensure_ascii=False))
            return
        for line in lines:
            self.stdout.write(line)

    def steps(self, options: dict[str, Any]) -> Steps:
        """Return where to tell of progress: standard error, silent with `--verbosity 0`."""
        return Steps(self.stderr, quiet=options["verbosity"] == 0)


def add_slug(parser: argparse.ArgumentParser) -> None:
    """Ask for the tournament."""
    parser.add_argument("slug", help="The tournament's short name.")


def add_round(parser: argparse.ArgumentParser) -> None:
    """Ask for a round."""
    parser.add_argument("--round", default="current", metavar="N", help="Its number (default: the newest).")


def add_operator(parser: argparse.ArgumentParser) -> None:
    """Ask on whose behalf an operator's verb is used."""
    parser.add_argument(
        "--operator", metavar="NAME", help="Who does this (default: the tournament's only operator)."
    )


def round_of(actor: Actor, tournament: Tournament, options: dict[str, Any]) -> Round:
    """Return the round that the options name."""
    return find_round(actor, tournament.slug, options["round"])


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _of_database(error: BaseException) -> Refused:
    first = str(error).strip().partition("\n")[0]
    if isinstance(error, OperationalError):
        return Refused("database_away", first)
    return Refused("not_migrated", f"Run `migrate --database owner` first ({first}).")
