"""Charts: what is drawn, as plain data; `static/web/plot.js` draws it with Plotly.

A view makes a `Chart` and its template says `{% include "web/_chart.html" with chart=chart %}`: a figure with
the title, a place of fixed height, a note, and a table of the same data. Nothing else is needed on the page:
the include brings its script, which loads Plotly when the first chart comes into view.

    Chart(
        "Was each era better than a coin?",
        x=Axis("Era"),
        y=Axis("Log loss", digits=5),
        series=[Series("log loss", eras, losses, kind=BARS, base=LN2)],
        references=[Reference(LN2, "a coin, ln 2")],
        marks=[Mark(worst, loss, "worst")],
    )

Values are numbers, words (a category axis) or, with `Axis(time=True)`, datetimes. None leaves a gap. `low`
and `high` are a band behind a line and whiskers on dots and bars. Colours go by role: CROWD, ONE, MANY,
BENCHMARK, OWN, OTHER. A series' name stands beside its last point (`label=""` leaves it away), so there are
no legends. `height` is LOW, NORMAL, TALL or SQUARE.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

Value = float | str | datetime | None

LINE, DOTS, BARS = "line", "dots", "bars"
CROWD, ONE, MANY, BENCHMARK, OWN, OTHER = "crowd", "one", "many", "benchmark", "own", "other"
LOW, NORMAL, TALL, SQUARE = "low", "normal", "tall", "square"
MINUS, GAP = "−", "–"
ROW, CELL = '<tr><th scope="row">{}</th>{}</tr>', '<td class="num">{}</td>'


@dataclass(frozen=True)
class Axis:
    """An axis: its label with the unit in it, and how its values are written."""

    label: str
    unit: str = ""
    digits: int | None = None
    percent: bool = False
    signed: bool = False
    time: bool = False
    whole: bool = False
    """Counts: nothing is written between whole numbers."""
    range: tuple[float, float] | None = None

    @property
    def title(self) -> str:
        """Return the label with its unit.

        >>> Axis("Gain", "1e-4 nats").title
        'Gain, 1e-4 nats'
        """
        return f"{self.label}, {self.unit}" if self.unit else self.label

    def text(self, value: Value) -> str:
        """Return a value as people read it.

        >>> Axis("p", digits=3).text(-0.25), Axis("n").text(1200), Axis("share", percent=True).text(0.25)
        ('−0.250', '1,200', '25.0%')
        >>> Axis("n", signed=True, digits=1).text(3), Axis("n").text(None)
        ('+3.0', '–')
        """
        if value is None:
            return GAP
        if isinstance(value, datetime):
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return value if isinstance(value, str) else format(value, self._format()).replace("-", MINUS)

    def _format(self) -> str:
        sign = "+" if self.signed else ""
        if self.percent:
            return f"{sign},.{1 if self.digits is None else self.digits}%"
        return f"{sign},.6g" if self.digits is None else f"{sign},.{self.digits}f"

    def to_json(self) -> dict[str, Any]:
        """Return what the script needs to know of it."""
        tick = ",.0%" if self.percent else ",d" if self.whole else ""
        return {
            "title": self.title,
            "tick": tick,
            "time": self.time,
            "whole": self.whole,
            "range": self.range,
        }


@dataclass(frozen=True)
class Series:
    """Points of one kind and colour. `hover` replaces the words that stand at a point under the pointer."""

    name: str
    x: Sequence[Value]
    y: Sequence[float | None]
    kind: str = LINE
    role: str = CROWD
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    hover: Sequence[str] = ()
    label: str | None = None
    base: float | None = None
    """Where bars begin; 0 unless said."""


@dataclass(frozen=True)
class Reference:
    """A line to compare with, and its name: at a value of `axis` "y" or "x", or where x = y ("xy")."""

    value: float
    label: str
    axis: str = "y"


@dataclass(frozen=True)
class Mark:
    """Words at a point, in the colour of a role where they name a line."""

    x: Value
    y: float
    text: str
    role: str = ""


@dataclass(frozen=True)
class Chart:
    """A picture of some numbers. `title` is what it shows, or the question that it answers."""

    title: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    references: Sequence[Reference] = ()
    marks: Sequence[Mark] = ()
    note: str = ""
    height: str = NORMAL
    head: Sequence[str] = ()
    """The table's column titles; with `rows` they replace the table that is made of the series."""
    rows: Sequence[Sequence[str]] = field(default=())

    @property
    def json(self) -> str:
        """Return everything that the script draws, compact; NaN is refused."""
        drawn = {
            "title": self.title,
            "x": self.x.to_json(),
            "y": self.y.to_json(),
            "series": [_series(self, one) for one in self.series],
            "references": [{"value": r.value, "label": r.label, "axis": r.axis} for r in self.references],
            "marks": [{"x": _plain(m.x), "y": m.y, "text": m.text, "role": m.role} for m in self.marks],
        }
        return json.dumps(drawn, allow_nan=False, separators=(",", ":"), ensure_ascii=False)

    @property
    def table(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        """Return the head and the rows of the same data, as text."""
        if self.head:
            return self.head, self.rows
        columns: list[dict[Value, str]] = []
        head = [self.x.title]
        for one in self.series:
            titles, texts = zip(*_columns(self, one), strict=True)
            head += titles
            columns += texts
        places = dict.fromkeys(x for one in self.series for x in one.x)
        return head, [[self.x.text(x), *(column.get(x, GAP) for column in columns)] for x in places]

    @property
    def drawn(self) -> tuple[Sequence[str], SafeString]:
        """Return the table's head, and its rows as HTML: a template takes long over hundreds of cells."""
        head, rows = self.table
        cells = ((place, format_html_join("", CELL, ((text,) for text in texts))) for place, *texts in rows)
        return head, format_html_join("", ROW, cells)


def _columns(chart: Chart, one: Series) -> list[tuple[str, dict[Value, str]]]:
    """Return the columns of a series: title, and text by place."""
    named = f"{one.name[:1].upper()}{one.name[1:]}"
    found = [(named, one.y)]
    if one.low:
        found += [(f"{named}, from", one.low), (f"{named}, to", one.high)]
    return [
        (title, {x: chart.y.text(y) for x, y in zip(one.x, values, strict=True)}) for title, values in found
    ]


def _series(chart: Chart, one: Series) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "role": one.role,
        "x": [_plain(x) for x in one.x],
        "y": list(one.y),
        "low": list(one.low),
        "high": list(one.high),
        "hover": list(one.hover) or _hover(chart, one),
        "label": one.name if one.label is None else one.label,
        "base": one.base,
    }


def _hover(chart: Chart, one: Series) -> list[str]:
    """Return the exact values at each point in words; the script writes times in the reader's zone."""
    texts = [chart.y.text(y) for y in one.y]
    if one.low:
        spans = zip(texts, one.low, one.high, strict=True)
        texts = [f"{t} ({chart.y.text(low)} to {chart.y.text(high)})" for t, low, high in spans]
    places = ["" if chart.x.time else f", {chart.x.label.lower()} {chart.x.text(x)}" for x in one.x]
    return [f"{one.name} {text}{place}" for text, place in zip(texts, places, strict=True)]


def _plain(value: Value) -> float | str | None:
    return value.isoformat() if isinstance(value, datetime) else value
