"""An open round blended as it stands."""

import argparse
from pathlib import Path
from typing import Any

from tournaments.management.base import Face, add_operator, add_slug, round_of
from tournaments.management.who import acting
from tournaments.services import preview
from tournaments.store.exports import FORMATS

HEAVIEST = 10


class Command(Face):
    """Blend what is selected in an open round at this moment, and write it to a file if asked. Weights are
    learnt from earlier rounds alone. Nothing is stored; the look is logged.
    """

    example = "weekly current --out weekly-now.csv"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the round, the blend, and where to write it."""
        add_slug(parser)
        parser.add_argument("round", metavar="number", help="The round's number, or current.")
        parser.add_argument(
            "--blend", default="", metavar="NAME", help="Another blend than that of the rules."
        )
        parser.add_argument("--format", choices=FORMATS, default="csv", help="Default: csv.")
        parser.add_argument("--out", type=Path, metavar="FILE", help="Write what it says there.")
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Blend, write the file, and show who weighs most."""
        actor, tournament = acting(options)
        round_ = round_of(actor, tournament, options)
        with self.steps(options).step("Blending"):
            found = preview.now(actor, round_, options["blend"])
        out = options["out"]
        if out:
            out.write_bytes(preview.as_file(round_, found, options["format"]))
        past = ", ".join(map(str, found.evidence))
        lines = [
            f"{found.blend}: {len(found.weights)} participants, {found.submissions} submissions, "
            + (f"learnt from rounds {past}." if past else "nothing learnt yet."),
            *([found.why] if found.why else []),
            *(f"  {weight:.4f}  {one.alias}" for one, weight in found.weights[:HEAVIEST]),
            *([f"Written to {out}."] if out else []),
        ]
        self.answer(options, {**found.numbers, "out": str(out) if out else None}, lines)
