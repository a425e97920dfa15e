"""Where a round stands."""

import argparse
from typing import Any

from tournaments.management.base import Face, add_operator, add_round, add_slug, round_of
from tournaments.management.terminal import moment, span, table
from tournaments.management.who import acting
from tournaments.services.clock import db_now
from tournaments.services.deadlines import last_deadline
from tournaments.services.reading import desk as desks
from tournaments.services.reading import overview, workload


class Command(Face):
    """Show a round's state, deadline, uploads, labels and work, and what failed with its error."""

    example = "weekly --round 3"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the round."""
        add_slug(parser)
        add_round(parser)
        add_operator(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Show it."""
        actor, tournament = acting(options)
        round_ = round_of(actor, tournament, options)
        desk = desks.of_round(actor, round_)
        data = {
            "tournament": tournament.slug,
            "round": round_.number,
            "state": round_.state,
            "closes_at": last_deadline(round_),
            "next": desk.step,
            "live_rows_without_label": desk.unlabelled,
            "players": desk.players,
            "missing": [one.alias for one in desk.missing],
            "rejections": desk.rejections,
            "splits": overview.dataset_of(actor, round_),
            "work": workload.counts_of(actor, round_),
            "failed": [
                {
                    "work": one.pk,
                    "kind": one.kind,
                    "part": one.part,
                    "attempts": one.attempts,
                    "error": one.last_line,
                }
                for one in desk.problems
            ],
        }
        self.answer(options, data, _lines(data))


def _lines(data: dict[str, Any]) -> list[str]:
    left = data["closes_at"] - db_now()
    when = f"in {span(left)}" if left.total_seconds() > 0 else f"{span(-left)} ago"
    splits = [
        [name, *(f"{split[column]:,}" for column in ("rows", "eras", "labelled"))]
        for name, split in data["splits"].items()
    ]
    work = [[one["kind"], one["state"], f"{one['pieces']:,}"] for one in data["work"]]
    return [
        f"Round {data['round']} of {data['tournament']} is {data['state']}. Next: {data['next'] or '–'}.",
        f"Deadline: {moment(data['closes_at'])}, {when}.",
        f"{len(data['missing']):,} of {data['players']:,} players have sent nothing yet.",
        *table(["split", "rows", "eras", "labelled"], splits, right=["rows", "eras", "labelled"]),
        *(table(["work", "state", "pieces"], work, right=["pieces"]) if work else []),
        *(
            f"Failed after {one['attempts']} attempts: {' '.join(filter(None, (one['kind'], one['part'])))}"
            f" (work {one['work']}): {one['error']}"
            for one in data["failed"]
        ),
    ]
