"""The crowd's picture: one line of a dot plot for the meta-model and for each it is compared with.

Coordinates are in pixels of the drawing; the page's templates only place them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tournaments.numerics.losses import LN2
from tournaments.services.reading.reports import Board
from tournaments.web.formats import MINUS, NATS, figure_text

LEFT, RIGHT, LINE, TOP = 176, 600, 32, 28
WIDTH = 720
TICKS_WANTED = 6


@dataclass(frozen=True)
class Line:
    """One line: whose, the gain, its interval (None where there is none), and where they are drawn."""

    name: str
    kind: str
    log_loss: float
    gain: float
    low: float | None
    high: float | None
    x: float
    x_low: float | None
    x_high: float | None
    y: int

    @property
    def figures(self) -> dict[str, float]:
        """Return the line's figures as a board's row has them."""
        return {"log_loss": self.log_loss, "gain": self.gain}

    @property
    def says(self) -> str:
        """Return the gain in words of a chart."""
        return figure_text("gain", self.gain)

    @property
    def bar(self) -> int:
        """Return where the interval's bar begins, from the top."""
        return self.y - 4

    @property
    def diamond(self) -> str:
        """Return the path of the meta-model's mark."""
        x, y, r = self.x, self.y, 7
        return f"M{x} {y - r}L{x + r:.1f} {y}L{x} {y + r}L{x - r:.1f} {y}Z"

    @property
    def width(self) -> float | None:
        """Return the length of the interval's bar."""
        return None if self.x_low is None or self.x_high is None else self.x_high - self.x_low


@dataclass(frozen=True)
class Picture:
    """The plot: dots of all forecasters on the first line, then one line each, an axis with ticks."""

    finding: str
    forecasters: int
    lines: list[Line]
    dots: list[tuple[float, str, bool]]
    """x, what it says on hover, whether it is the reader's."""
    ticks: list[tuple[float, str]]
    coin: float
    axis: int
    width: int = WIDTH
    top: int = TOP
    first: int = TOP + LINE // 2

    @property
    def axis_text(self) -> int:
        """Return the baseline of the axis' numbers."""
        return self.axis + 18

    @property
    def height(self) -> int:
        """Return the height of the drawing."""
        return self.axis + 24


def picture(crowd: dict[str, Any], board: Board) -> Picture | None:
    """Draw the meta-model against best, mean and median; None while there is no meta-model's score."""
    if crowd["meta_model"] is None or crowd["best"] is None:
        return None
    dots = [row for row in board.rows if row.get("rank") is not None and row.get("gain") is not None]
    rows = _rows(crowd, board)
    x = _scale([row["gain"] for row in [*dots, *rows]] + _ends(rows) + [0.0])
    lines = [_line(row, x, TOP + LINE // 2 + LINE * (i + 1)) for i, row in enumerate(rows)]
    ticks = [(x(t), f"{t * NATS:.6g}".replace("-", MINUS)) for t in _ticks(x)]
    return Picture(
        finding=finding(crowd),
        forecasters=crowd["forecasters"],
        lines=lines,
        dots=[(x(row["gain"]), _says(row), bool(row["own"])) for row in dots],
        ticks=ticks,
        coin=x(0.0),
        axis=TOP + LINE * (len(rows) + 1),
    )


def finding(crowd: dict[str, Any]) -> str:
    """Say how the meta-model compares with the best and the median forecaster.

    >>> finding({"meta_model": 0.6910, "best": 0.6913, "median": 0.6921, "forecasters": 31})
    'The meta-model gains 3.0 more than the best of 31 and 11.0 more than the median'
    >>> finding({"meta_model": 0.6915, "best": 0.6913, "median": 0.6921, "forecasters": 31})
    'The meta-model gains 2.0 less than the best of 31 and 6.0 more than the median'
    """
    best = _than(crowd["best"] - crowd["meta_model"])
    middle = _than(crowd["median"] - crowd["meta_model"])
    return f"The meta-model gains {best} the best of {crowd['forecasters']} and {middle} the median"


def _than(more: float) -> str:
    return f"{abs(more) * NATS:.1f} {'less' if more < 0 else 'more'} than"


def _rows(crowd: dict[str, Any], board: Board) -> list[dict[str, Any]]:
    meta = next((row for row in board.rows if row["kind"] == "meta_model"), None)
    best = min(
        (row for row in board.rows if row.get("rank") is not None and row.get("log_loss") is not None),
        key=lambda row: row["rank"],
        default=None,
    )
    found = [
        {**(meta or {}), "name": "Meta-model", "mark": "meta", "log_loss": crowd["meta_model"]},
        {**(best or {}), "name": f"Best: {best['alias']}" if best else "Best", "mark": "one",
         "log_loss": crowd["best"]},
        {"name": "Median forecaster", "mark": "many", "log_loss": crowd["median"]},
        {"name": "Mean forecaster", "mark": "many", "log_loss": crowd["mean"]},
    ]  # fmt: skip
    found += [
        {**row, "name": row["alias"], "mark": "benchmark"}
        for row in board.rows
        if row["kind"] == "benchmark" and row.get("log_loss") is not None
    ]
    return [{**row, "gain": LN2 - row["log_loss"]} for row in found]


def _line(row: dict[str, Any], x: Callable[[float], float], y: int) -> Line:
    low, high = row.get("gain_low"), row.get("gain_high")
    return Line(
        name=row["name"],
        kind=row["mark"],
        log_loss=row["log_loss"],
        gain=row["gain"],
        low=low,
        high=high,
        x=x(row["gain"]),
        x_low=None if low is None else x(low),
        x_high=None if high is None else x(high),
        y=y,
    )


def _ends(rows: list[dict[str, Any]]) -> list[float]:
    return [row[key] for row in rows for key in ("gain_low", "gain_high") if row.get(key) is not None]


def _scale(values: list[float]) -> Callable[[float], float]:
    low, high = min(values), max(values)
    pad = (high - low) * 0.04 or 1e-4
    low, span = low - pad, high - low + 2 * pad
    return lambda v: round(LEFT + (RIGHT - LEFT) * (v - low) / span, 1)


def _ticks(x: Callable[[float], float]) -> list[float]:
    """Return round gains that lie on the axis, about TICKS_WANTED of them."""
    per_unit = (x(1e-2) - x(0.0)) / 1e-2
    low, high = (LEFT - x(0.0)) / per_unit, (RIGHT - x(0.0)) / per_unit
    rough = (high - low) / TICKS_WANTED
    base = 10.0 ** math.floor(math.log10(rough))
    step = next(base * m for m in (1, 2, 5, 10) if base * m >= rough)
    return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _says(row: dict[str, Any]) -> str:
    return f"{row['alias']}/{row['forecaster']}: {figure_text('gain', row['gain'])}"
