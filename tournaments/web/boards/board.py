"""A round's leaderboard on the screen and in the file."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tournaments.models import Round, Rules
from tournaments.services.reading.ranking import Wanted
from tournaments.services.reading.reports import Board, Page
from tournaments.web import words
from tournaments.web.boards import cells, lists
from tournaments.web.boards.lists import Column, Query, View

Row = dict[str, Any]
WHO = {
    "": "Everyone",
    "players": "Participants",
    "passing": "Passing the gates",
    "crowd": "Crowd and benchmarks",
}
RANK = Column("rank", "Rank")
NAME = Column("alias", "Participant", numeric=False)
SCORES = (
    Column("log_loss", "Log loss", "Mean negative log likelihood with its 95% interval; less is better"),
    Column("gain", "Gain, 1e-4", "ln 2 minus the log loss, in 1e-4 nats per row; 0 is a coin", falling=True),
)
SENT = (
    Column("position", "Position", "The round's commit order"),
    Column("received_at", "Received", numeric=False),
)
TIES = Column("tied_with", "Ties", "Others whose gain cannot be told apart from this one's", numeric=False)
AFTER = (
    Column("consistency", "Consistency", "Share of eras that are better than a coin", falling=True),
    Column(
        "originality", "Originality", "1 minus the largest correlation with an earlier file", falling=True
    ),
    Column("result", "Result", numeric=False),
)
PAYOUT = Column("payout", "Payout", falling=True)


def columns_of(public: bool, state: str, paid: bool) -> list[Column]:
    """Return a board's columns. Before the close it tells who is in, and scores only of the reader's own;
    those who oversee the tournament see all practice scores. Ties are told from the resolution on.
    """
    if state in (Round.State.DRAFT, Round.State.OPEN):
        return [RANK, NAME, *SENT, *SCORES, AFTER[0]] if public else [NAME, *SENT, *SCORES]
    ties = [TIES] if state in Round.RESOLVED_STATES else []
    return [RANK, NAME, *SCORES, *ties, *AFTER, *([PAYOUT] if paid else [])]


def look(board: Board, query: Query, size: int | None) -> Page:
    """Return the page that the address asks for; `size` None puts all on one, as a file has them."""
    return board.page(Wanted(query.q, query.who, query.sort, query.down), query.page, size)


def view_of(board: Board, query: Query, page: Page, columns: list[Column]) -> View:
    """Return what is on the screen; its rows are drawn."""
    query = replace(query, split=board.split if query.split else "", page=page.number)
    if query.sort == lists.DEFAULT:
        for row in [*page.rows, *page.pinned]:
            ranked = row.get("rank") is not None and row.get("tied_with")
            row["band"] = lists.band(row.get("tie_group"), ranked)
    round_ = board.ranking.round
    table = cells.Table(round_.tournament.slug, round_.read_rules(), board.public)
    return View(
        query=query,
        heads=lists.heads(columns, query),
        rows=cells.draw(page.rows, columns, table),
        pinned=cells.draw(page.pinned, columns, table),
        shown=page.shown,
        total=page.total,
        pages=page.pages,
        public=board.public,
        who=WHO,
    )


def dress(rows: Iterable[Row], rules: Rules, amounts: Mapping[str, int]) -> None:
    """Add to each row what is said about it: its result in words, and its payout in minor units."""
    for row in rows:
        row["result"], row["tone"] = words.result(row, rules)
        paid = row.get("paid_place") and row["kind"] == "player"
        row["payout"] = amounts.get(row["alias"]) if paid else None


CSV_HEADS = (
    "rank", "kind", "alias", "forecaster", "split", "log_loss", "gain", "gain_low", "gain_high", "tied_with",
    "consistency", "originality", "nearest", "result", "position", "received_at",
)  # fmt: skip


def csv_rows(rows: Iterable[Row], paid: bool) -> list[list[Any]]:
    """Return the head and the rows of a view for a CSV file: figures whole, what is undefined empty."""
    heads = [*CSV_HEADS, *(["payout_minor_units"] if paid else [])]
    table: list[list[Any]] = [list(heads)]
    for row in rows:
        values = {**row, "split": row.get("split", ""), "payout_minor_units": row.get("payout")}
        table.append(["" if values.get(head) is None else values[head] for head in heads])
    return table
