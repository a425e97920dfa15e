"""The meta-model as a file, and what it is made of."""

import argparse
import json
from pathlib import Path
from typing import Any

from tournaments.management.base import Face, add_operator, add_slug, round_of
from tournaments.management.who import acting
from tournaments.services.errors import Invalid
from tournaments.services.reading import exports


class Command(Face):
    """Write a round's meta-model, or another blend, to a file: id, era, split and probability of every row.
    The same blend gives the same bytes. The look is logged.
    """

    example = "weekly 3 --format parquet --out weekly-3.parquet --manifest weekly-3.json"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the round, the blend, the form, and where to write it."""
        add_slug(parser)
        parser.add_argument("round", metavar="number", help="The round's number, or current.")
        parser.add_argument("--blend", default="", metavar="NAME", help="Another blend than the meta-model.")
        parser.add_argument("--format", choices=exports.FORMATS, default=exports.CSV, help="Default: csv.")
        parser.add_argument("--out", type=Path, metavar="FILE", help="Where to write it (default: its name).")
        parser.add_argument(
            "--manifest", type=Path, metavar="FILE", help="Write there what it is made of, as JSON."
        )
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file, and the manifest where it was asked for."""
        actor, tournament = acting(options)
        round_ = round_of(actor, tournament, options)
        with self.steps(options).step("Writing the meta-model"):
            made = exports.take(actor, round_, options["blend"], options["format"])
            out = options["out"] or Path(made.filename)
            _write(out, made.content)
            lines = [f"{out}: {len(made.content):,} bytes, SHA-256 {made.sha256}."]
            if options["manifest"]:
                found = exports.manifest(actor, round_, options["blend"])
                text = json.dumps(found, indent=1, ensure_ascii=False)
                _write(options["manifest"], f"{text}\n".encode())
                lines.append(f"{options['manifest']}: what it is made of, {len(found['inputs']):,} inputs.")
        data = {
            "tournament": tournament.slug,
            "round": round_.number,
            "blend": made.blend,
            "format": options["format"],
            "out": str(out),
            "size": len(made.content),
            "sha256": made.sha256,
            "manifest": str(options["manifest"]) if options["manifest"] else None,
        }
        self.answer(options, data, lines)


def _write(path: Path, content: bytes) -> None:
    """Write a file under another name first, so that what has its name is whole."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise Invalid("cannot_write", f"{path} cannot be written: {error.strerror}.") from error
