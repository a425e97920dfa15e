"""What a round's meta-model is worth, in one file that opens without a network."""

import argparse
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from tournaments.management.base import Face, add_operator, add_slug, round_of
from tournaments.management.terminal import table
from tournaments.management.who import acting
from tournaments.services.clock import db_now
from tournaments.services.errors import Invalid
from tournaments.services.reading import whole, worth
from tournaments.services.reading.whole import Whole

NATS = 1e4


class Command(Face):
    """Write what a resolved round's meta-model is worth as one HTML file: gain, hit rate, information
    coefficient, Kelly growth after costs, the curve of the crowd's size, all blends with their weights, and
    the receipt of every input.
    """

    example = "weekly 3 --cost 0.001 --kelly 0.5 --out weekly-3.html"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the round, the cost, the Kelly fraction, and where to write it."""
        add_slug(parser)
        parser.add_argument("round", metavar="number", help="The round's number, or current.")
        parser.add_argument(
            "--cost",
            type=float,
            default=worth.COST,
            metavar="SHARE",
            help=f"Cost of a trade, a share of the stake (default: {worth.COST}).",
        )
        parser.add_argument(
            "--kelly",
            type=float,
            default=worth.KELLY,
            metavar="FRACTION",
            help=f"Kelly fraction, above 0 to 1 (default: {worth.KELLY}).",
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="Where to write it (default: its name).")
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say the main figures."""
        actor, tournament = acting(options)
        round_ = round_of(actor, tournament, options)
        with self.steps(options).step("Measuring what the meta-model is worth"):
            found = whole.of_round(actor, round_, options["cost"], options["kelly"])
            out = options["out"] or Path(f"{tournament.slug}-{round_.number}-worth.html")
            context = {
                "whole": found,
                "report": found.report,
                "round": round_,
                "offline": True,
                "now": db_now(),
            }
            text = render_to_string("web/running/report.html", context)
            _write(out, text)
        data = {"out": str(out), "size": len(text.encode()), **found.as_json()}
        self.answer(options, data, [*_lines(found), f"{out}: {data['size']:,} bytes."])


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Invalid("cannot_write", f"{path} cannot be written: {error.strerror}.") from error


def _lines(found: Whole) -> list[str]:
    """Return the figures that lead the file."""
    one = found.report.measured.worth
    part = one.part
    rows = [
        _row("gain, 1e-4 nats a row", one.gain, one.gain_low, one.gain_high, NATS),
        _row("hit rate", one.hits.rate, one.hits.low, one.hits.high),
        _row("information coefficient", one.information.ic, one.information.low, one.information.high),
        _row(f"growth per era at {part.fraction:g} Kelly", part.at_once, part.at_once_low, part.at_once_high),
    ]
    return table(("figure", "value", "from", "to"), rows, right=("value", "from", "to"))


def _row(
    name: str, value: float | None, low: float | None, high: float | None, unit: float = 1.0
) -> list[str]:
    return [name, *("–" if one is None else f"{one * unit:.4f}" for one in (value, low, high))]
