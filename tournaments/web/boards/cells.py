"""The rows of a round's board as drawn, a function for each column.

They are drawn here and not in a template since they are many: fifty rows of ten cells took a template most
of the time that the whole page needs.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tournaments.models import Rules
from tournaments.web.boards.lists import Column
from tournaments.web.formats import figure, interval, moment, null, plain_money

Row = Mapping[str, Any]
CELL, NUMBER = "<td>{}</td>", '<td class="num">{}</td>'
TAG = ' <span class="tag">{}</span>'
LINK = '<a class="plain-link" href="{}" hx-boost="false">{}</a>'
YOU, BENCHMARK = format_html(TAG, "you"), format_html(TAG, "benchmark")
NOTHING = SafeString("")


@dataclass(frozen=True)
class Table:
    """What all rows of a board share: whose rounds names lead to, its rules, and whether scores are told."""

    slug: str
    rules: Rules
    public: bool


def draw(rows: Iterable[Row], columns: Iterable[Column], table: Table) -> list[SafeString]:
    """Return each row as HTML, its cells in the order of the columns."""
    cells = [CELLS[column.key] for column in columns]
    # Classes and cells are safe as they come: words of this file, and what `format_html` made.
    return [
        SafeString(f'<tr class="{_class(row)}">{"".join(cell(row, table) for cell in cells)}</tr>')
        for row in rows
    ]


def _class(row: Row) -> str:
    kind = row["kind"]
    marks = {
        row.get("band"): True,
        "own": row.get("own"),
        "crowd": kind != "player",
        "meta": kind == "meta_model",
    }
    return " ".join(mark for mark, holds in marks.items() if mark and holds)


def _name(row: Row, table: Table) -> SafeString:
    kind, alias = row["kind"], row["alias"]
    if kind == "meta_model":
        return format_html('<th scope="row">Meta-model{}</th>', format_html(TAG, f"blend “{alias}”"))
    if kind == "blend":
        return format_html('<th scope="row">Blend “{}”</th>', alias)
    leads = kind == "player" and table.public
    named = format_html(LINK, reverse("player", args=[table.slug, alias]), alias) if leads else alias
    other = row["forecaster"] != "main"
    source = format_html(' <span class="quiet">/ {}</span>', row["forecaster"]) if other else NOTHING
    benchmark = NOTHING if kind == "player" else BENCHMARK
    own = YOU if row["own"] else NOTHING
    return format_html('<th scope="row">{}{}{}{}</th>', named, source, benchmark, own)


def tied(others: int | None) -> SafeString:
    """Return with how many others something is tied, in words, or nothing."""
    return SafeString(f"tied with {others:d}") if others else NOTHING


def _rank(row: Row, _: Table) -> SafeString:
    return format_html(NUMBER, row["rank"] or null("unranked"))


def _position(row: Row, _: Table) -> SafeString:
    return format_html(NUMBER, row.get("position", ""))


def _received(row: Row, _: Table) -> SafeString:
    return format_html(CELL, moment(row["received_at"]))


def _log_loss(row: Row, table: Table) -> SafeString:
    if not (table.public or row["own"]):
        return format_html(NUMBER, null("not_told"))
    return format_html('<td class="num">{} {}</td>', figure(row, "log_loss"), interval(row))


def _gain(row: Row, table: Table) -> SafeString:
    return format_html(NUMBER, figure(row, "gain") if table.public or row["own"] else null("not_told"))


def _ties(row: Row, _: Table) -> SafeString:
    return format_html(CELL, tied(row.get("tied_with")))


def _consistency(row: Row, _: Table) -> SafeString:
    return format_html(NUMBER, figure(row, "consistency"))


def _originality(row: Row, _: Table) -> SafeString:
    return format_html(NUMBER, figure(row, "originality", "not_measured") if row.get("position") else NOTHING)


def _result(row: Row, _: Table) -> SafeString:
    said = format_html('<span class="{}">{}</span>', row["tone"], row["result"]) if row["result"] else NOTHING
    return format_html(CELL, said)


def _payout(row: Row, table: Table) -> SafeString:
    if row["payout"] is not None:
        return format_html(NUMBER, plain_money(row["payout"], table.rules))
    return format_html(NUMBER, null("not_paid_place") if row["kind"] == "player" else NOTHING)


CELLS: dict[str, Callable[[Row, Table], SafeString]] = {
    "rank": _rank,
    "alias": _name,
    "position": _position,
    "received_at": _received,
    "log_loss": _log_loss,
    "gain": _gain,
    "tied_with": _ties,
    "consistency": _consistency,
    "originality": _originality,
    "result": _result,
    "payout": _payout,
}
