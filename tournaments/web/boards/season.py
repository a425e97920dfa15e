"""The season: who is best over all rounds so far."""

import csv
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse

from tournaments.models import Participant, Rules, Tournament
from tournaments.services.access import Actor, find_tournament, participant_of
from tournaments.services.reading import standings
from tournaments.services.reading.ranking import Wanted
from tournaments.web.boards import lists
from tournaments.web.boards.lists import Column, Query, View
from tournaments.web.door import only_part, page, show

WHO = {"": "Everyone", "players": "Participants", "crowd": "Crowd and benchmarks"}
COLUMNS = (
    Column("rank", "Rank"),
    Column("alias", "Participant", numeric=False),
    Column("gain", "Gain, 1e-4", "Mean over all rounds, in 1e-4 nats per row; a missed round counts 0",
           falling=True),
    Column("interval", "In rounds played", "95% interval of the gain over all eras of the rounds played",
           falling=True),
    Column("tied_with", "Ties", "Others whose gain over the season cannot be told apart from this one's",
           numeric=False),
    Column("rounds", "Played", "Rounds with a submission that counted", falling=True),
    Column("missed", "Missed", "Rounds without one; each counts as the coin"),
)  # fmt: skip
PAID = Column("paid", "Paid", "Sum of all payouts so far", falling=True)
CSV_HEADS = (
    "rank", "kind", "alias", "rounds", "missed", "gain", "played_gain_low", "played_gain_high", "eras",
    "tied_with",
)  # fmt: skip


@page
def season(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Show the standings, or the table alone."""
    tournament = find_tournament(actor, slug)
    me, rules = participant_of(actor, tournament), tournament.read_rules()
    view = _view(request, tournament, me, rules, lists.PAGE)
    context = {"tournament": tournament, "rules": rules, "me": me, "view": view, "paid": _paid(rules)}
    part = only_part(request, "season")
    return show(request, "web/boards/_season.html" if part else "web/boards/season.html", context)


@page
def season_csv(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Return the standings of the same address as a CSV file, all pages in one."""
    tournament = find_tournament(actor, slug)
    rules = tournament.read_rules()
    view = _view(request, tournament, None, rules, None)
    heads = [*CSV_HEADS, *(["paid_minor_units"] if _paid(rules) else [])]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-season.csv"'
    writer = csv.writer(response)
    writer.writerow(heads)
    for row in view.rows:
        values = {**row, "paid_minor_units": row["paid"] if row["kind"] == "player" else None}
        writer.writerow("" if values[head] is None else values[head] for head in heads)
    return response


def _paid(rules: Rules) -> bool:
    return rules.rewards != "none"


def _view(
    request: HttpRequest, tournament: Tournament, me: Participant | None, rules: Rules, size: int | None
) -> View:
    columns = [*COLUMNS, *([PAID] if _paid(rules) else [])]
    query = Query.read(request.GET, WHO).among(column for column in columns if column.key != "interval")
    wanted = Wanted(query.q, query.who, query.sort, query.down)
    found = standings.page(tournament, me, wanted, query.page, size)
    query = replace(query, page=found.number, split="")
    return View(
        query=query,
        heads=lists.heads(columns, query),
        rows=[_row(one, me, query) for one in found.rows],
        pinned=[_row(one, me, query) for one in found.pinned],
        shown=found.shown,
        total=found.total,
        pages=found.pages,
        who=WHO,
    )


def _row(row: dict[str, Any], me: Participant | None, query: Query) -> dict[str, Any]:
    shaded = query.sort == lists.DEFAULT
    return {
        **row,
        "own": me is not None and row["participant"] == me.pk,
        "band": lists.band(row["tie_group"], row["tied_with"]) if shaded else "",
    }
