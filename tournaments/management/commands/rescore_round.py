"""Is everything that a round has published what its stored files say?"""

import argparse
import json
from typing import Any

from tournaments.management import terminal
from tournaments.management.base import Face, add_operator, add_round, add_slug, round_of
from tournaments.management.who import acting
from tournaments.services import rescoring
from tournaments.services.errors import Conflict, Invalid
from tournaments.services.rescoring import Difference, Report

SHOWN = 200
HEAD = ("what", "whose", "split", "figure", "published", "recomputed")


class Command(Face):
    """Recompute a whole round from its stored uploads and show what is published otherwise: nothing, as a
    rule. Exits with 1 when something differs and was not put right.
    """

    example = "weekly --round 3"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the round, and whether to publish what was recomputed."""
        add_slug(parser)
        add_round(parser)
        parser.add_argument("--apply", action="store_true", help="Publish what differs; needs --reason.")
        parser.add_argument("--reason", default="", help="Why; it stands in the round's public log.")
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Recompute, show, and apply where that was asked for."""
        actor, tournament = acting(options)
        round_ = round_of(actor, tournament, options)
        if options["reason"] and not options["apply"]:
            raise Invalid("nothing_to_apply", "A reason goes with --apply.")
        with self.steps(options).step("Recomputing from the stored files") as step:
            if options["apply"]:
                report = rescoring.apply(actor, round_, options["reason"], step)
            else:
                report = rescoring.compare(actor, round_, step)
        data = {
            "tournament": tournament.slug,
            "round": round_.number,
            "rows": report.rows,
            "pending": report.pending,
            "applied": report.applied,
            "differences": [one.as_dict() for one in report.differences],
        }
        self.answer(options, data, _lines(report, str(round_)))
        if report.differences and not report.applied:
            count = f"{len(report.differences):,} figures are published otherwise"
            raise Conflict("differs", f"{count}. Find out why; then --apply with a reason publishes these.")


def _lines(report: Report, name: str) -> list[str]:
    shown = [_cells(one) for one in report.differences[:SHOWN]]
    lines = terminal.table(HEAD, shown, right=HEAD[4:]) if shown else []
    left = len(report.differences) - len(shown)
    lines += [f"… and {left:,} more; --json has all."] if left else []
    total = len(report.differences)
    done = ", and published" if report.applied else ""
    lines.append(
        f"{total:,} {'difference' if total == 1 else 'differences'} in {report.rows:,} rows of {name}{done}."
    )
    if report.pending:
        lines.append(f"{report.pending:,} pieces of work are still to publish theirs; these were left out.")
    return lines


def _cells(one: Difference) -> list[str]:
    return [
        one.what,
        one.whose,
        one.split,
        one.field or "the row",
        _text(one.published),
        _text(one.recomputed),
    ]


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    return "–" if value is None else value if isinstance(value, str) else json.dumps(value)
