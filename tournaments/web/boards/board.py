"""A leaderboard as it stands on the screen: sorted, filtered and cut into pages, as the address says.

Everything that decides what is shown is in the query string, so a view can be sent to a colleague.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from tournaments.models import Payout, Rules
from tournaments.services.reading.reports import Board
from tournaments.web import words

Row = dict[str, Any]
PAGE = 50
WHO = {
    "": "Everyone",
    "players": "Participants",
    "passing": "Passing the gates",
    "crowd": "Crowd and benchmarks",
}
CROWD = ("meta_model", "blend", "benchmark")


@dataclass(frozen=True)
class Column:
    """A column: its key (also in the address), its head, and what the head says on hover."""

    key: str
    title: str
    hint: str = ""
    numeric: bool = True
    falling: bool = False
    """Whether the first click on the head puts the largest on top."""


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


@dataclass(frozen=True)
class Query:
    """What the address asks for; unknown words in it fall back to the default."""

    split: str = ""
    sort: str = "rank"
    down: bool = False
    q: str = ""
    who: str = ""
    page: int = 1

    @classmethod
    def read(cls, get: Mapping[str, str]) -> "Query":
        """Read the query string of a request."""
        sort, page = get.get("sort", "rank"), get.get("page", "1")
        who = get.get("who", "")
        return cls(
            split=get.get("split", ""),
            sort=sort.removeprefix("-"),
            down=sort.startswith("-"),
            q=get.get("q", "").strip()[:40],
            who=who if who in WHO else "",
            page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    def address(self, **changes: Any) -> str:
        """Return the query string of this view with some of it changed; defaults are left out."""
        one = replace(self, **changes)
        parts = {
            "split": one.split,
            "sort": f"-{one.sort}" if one.down else one.sort,
            "q": one.q,
            "who": one.who,
            "page": one.page,
        }
        plain = {"split": "", "sort": "rank", "q": "", "who": "", "page": 1}
        return "?" + urlencode({key: value for key, value in parts.items() if value != plain[key]})


@dataclass(frozen=True)
class Head:
    """A column's head with the address that sorts by it."""

    column: Column
    address: str
    order: str
    """As aria-sort: ascending, descending or none."""


@dataclass(frozen=True)
class View:
    """A board on the screen."""

    query: Query
    public: bool
    heads: list[Head]
    rows: list[Row]
    pinned: list[Row]
    """The reader's own rows that are not on this page; always in view."""
    shown: int
    total: int
    pages: int

    @property
    def before(self) -> str:
        """Return the address of the page before, or ""."""
        return self.query.address(page=self.query.page - 1) if self.query.page > 1 else ""

    @property
    def after(self) -> str:
        """Return the address of the next page, or ""."""
        return self.query.address(page=self.query.page + 1) if self.query.page < self.pages else ""

    @property
    def sorted_by(self) -> str:
        """Return the order as the address has it, "" for the default."""
        order = f"-{self.query.sort}" if self.query.down else self.query.sort
        return "" if order == "rank" else order

    @property
    def whos(self) -> list[tuple[str, str, bool]]:
        """Return the choices of whom to show: value, words, chosen."""
        return [(value, text, value == self.query.who) for value, text in WHO.items()]

    @property
    def columns(self) -> list[Column]:
        """Return the columns shown."""
        return [head.column for head in self.heads]


def columns_of(public: bool, early: bool, paid: bool) -> list[Column]:
    """Return a board's columns. Before the close it tells who is in, and scores only of the reader's own;
    those who oversee the tournament see all practice scores.
    """
    if early:
        return [RANK, NAME, *SENT, *SCORES, AFTER[0]] if public else [NAME, *SENT, *SCORES]
    return [RANK, NAME, *SCORES, TIES, *AFTER, *([PAYOUT] if paid else [])]


def dress(rows: Iterable[Row], rules: Rules, payouts: Iterable[Payout]) -> list[Row]:
    """Add to each row what is said about it: its result in words, and its payout in minor units."""
    amounts = {payout.participant.alias: payout.amount for payout in payouts}
    dressed = []
    for row in rows:
        text, tone = words.result(row, rules)
        paid = amounts.get(row["alias"]) if row.get("paid_place") and row["kind"] == "player" else None
        dressed.append({**row, "result": text, "tone": tone, "payout": paid})
    return dressed


def view_of(
    board: Board, query: Query, rows: list[Row], columns: list[Column], per_page: int | None = PAGE
) -> View:
    """Return what is on the screen; `per_page` None puts all on one page, as a file has them."""
    if query.sort not in {column.key for column in columns}:
        query = replace(query, sort="rank", down=False)
    chosen = _ordered([row for row in rows if _matches(row, query)], query)
    if query.sort == "rank":
        _shade(chosen)
    pages = max(1, -(-len(chosen) // per_page)) if per_page else 1
    query = replace(query, split=board.split if query.split else "", page=min(query.page, pages))
    start = (query.page - 1) * (per_page or 0)
    here = chosen[start : start + per_page] if per_page else chosen
    pinned = [row for row in rows if row.get("own") and row not in here]
    return View(query, board.public, _heads(columns, query), here, pinned, len(chosen), len(rows), pages)


def _matches(row: Row, query: Query) -> bool:
    if query.q and query.q.lower() not in f"{row['alias']}/{row.get('forecaster', '')}".lower():
        return False
    if query.who == "players":
        return bool(row["kind"] == "player")
    if query.who == "passing":
        return row["kind"] == "player" and row.get("gate") == ""
    return query.who != "crowd" or row["kind"] in CROWD


def _heads(columns: list[Column], query: Query) -> list[Head]:
    heads = []
    for column in columns:
        here = column.key == query.sort
        down = not query.down if here else column.falling
        order = ("descending" if query.down else "ascending") if here else "none"
        heads.append(Head(column, query.address(sort=column.key, down=down, page=1), order))
    return heads


def _ordered(rows: list[Row], query: Query) -> list[Row]:
    """Sort by a column; what has no value comes last, whichever way. Benchmarks and blends stand among
    the ranked where their loss puts them, without a rank.
    """
    key: Callable[[Row], Any] = _by_rank if query.sort == "rank" else lambda row: row.get(query.sort)
    have = [row for row in rows if key(row) not in (None, "")]
    have.sort(key=lambda row: _fold(key(row)), reverse=query.down)
    return have + [row for row in rows if key(row) in (None, "")]


def _by_rank(row: Row) -> int | None:
    return None if row.get("excluded") else row.get("units")


def _fold(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _shade(rows: list[Row]) -> None:
    """Mark neighbouring tie groups of two and more alternately, as bands that can be told apart."""
    ranked = [row for row in rows if row.get("rank") is not None and row.get("tie_group")]
    band = 0
    for _, group in groupby(ranked, key=lambda row: row["tie_group"]):
        tied = list(group)
        if len(tied) > 1:
            band += 1
            for row in tied:
                row["band"] = "band-odd" if band % 2 else "band-even"


CSV_HEADS = (
    "rank", "kind", "alias", "forecaster", "split", "log_loss", "gain", "gain_low", "gain_high", "tied_with",
    "consistency", "originality", "nearest", "result", "position", "received_at",
)  # fmt: skip


def csv_rows(view: View, paid: bool) -> list[list[Any]]:
    """Return the head and the rows of a view for a CSV file: figures whole, what is undefined empty."""
    heads = [*CSV_HEADS, *(["payout_minor_units"] if paid else [])]
    table: list[list[Any]] = [list(heads)]
    for row in view.rows:
        values = {**row, "split": row.get("split", ""), "payout_minor_units": row.get("payout")}
        table.append(["" if values.get(head) is None else values[head] for head in heads])
    return table
