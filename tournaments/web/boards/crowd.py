"""The crowd's picture: a line for the meta-model and for each it is compared with.

Places along a line are percentages of its width, so that the picture fits a phone as it fits a desk.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from tournaments.numerics.units import LN2
from tournaments.services.reading.reports import Dot, Portrait
from tournaments.web.formats import MINUS, NATS, figure_text

LEFT, RIGHT = 2.0, 98.0
TICKS_WANTED = 5
DOT = '<circle class="dot" cx="{}%" cy="16" r="4"><title>{}</title></circle>'
MINE = '<circle class="dot mine" cx="{}%" cy="16" r="5"><title>{}</title></circle>'
RULE = '<line class="{}" x1="{}%" x2="{}%" y1="0" y2="32"/>'


@dataclass(frozen=True)
class Line:
    """One line: whose, its figures, and where it is drawn, in percent; no interval where there is none."""

    name: str
    mark: str
    log_loss: float
    gain: float
    x: float
    x_low: float | None
    x_high: float | None

    @property
    def figures(self) -> dict[str, float]:
        """Return the line's figures as a board's row has them."""
        return {"log_loss": self.log_loss, "gain": self.gain}

    @property
    def says(self) -> str:
        """Return the gain in words of a chart."""
        return figure_text("gain", self.gain)

    @property
    def width(self) -> float | None:
        """Return the length of the interval's bar."""
        return None if self.x_low is None or self.x_high is None else round(self.x_high - self.x_low, 2)


@dataclass(frozen=True)
class Picture:
    """The plot: dots of all forecasters on the first line, then one line each, and an axis with ticks.

    A second plot has the same dots and axis, with a line for each blend.
    """

    finding: str
    forecasters: int
    lines: list[Line]
    blends: list[Line]
    dots: list[tuple[float, str, bool]]
    """Where, what it says on hover, whether it is the reader's."""
    ticks: list[tuple[float, str]]
    coin: float

    @property
    def cloud(self) -> SafeString:
        """Return the dots as drawn; they are too many for a template to place them quickly."""
        others = [DOT.format(x, escape(says)) for x, says, own in self.dots if not own]
        mine = [MINE.format(x, escape(says)) for x, says, own in self.dots if own]
        return format_html('<g id="cloud">{}</g>', SafeString("".join(others + mine)))

    @property
    def grid(self) -> SafeString:
        """Return the lines of the axis behind each strip."""
        lines = format_html_join("", RULE, (("grid", x, x) for x, _ in self.ticks))
        return lines + format_html(RULE, "coin", self.coin, self.coin)


def picture(portrait: Portrait, me: int | None, blends: Sequence[tuple[str, Dot]] = ()) -> Picture | None:
    """Draw the meta-model against best, mean and median; None while there is no meta-model's score.

    `blends` are drawn on the same axis, each with its mark.
    """
    if portrait.meta is None or not portrait.ranked:
        return None
    rows, dots = _rows(portrait.meta, portrait), portrait.ranked
    drawn = [*rows, *blends]
    ends = [end for _, row in drawn for end in (row.low, row.high) if end is not None]
    x = _scale([*(dot.gain for dot in dots), *(row.gain for _, row in drawn), *ends, 0.0])
    return Picture(
        finding=finding(portrait.meta.log_loss, [dot.log_loss for dot in dots]),
        forecasters=len(dots),
        lines=[_line(mark, row, x) for mark, row in rows],
        blends=[_line(mark, row, x) for mark, row in blends],
        dots=[(x(dot.gain), _says(dot), dot.participant == me) for dot in dots],
        ticks=[(x(t), f"{t * NATS:.6g}".replace("-", MINUS)) for t in _ticks(x)],
        coin=x(0.0),
    )


def finding(meta: float, ranked: list[float]) -> str:
    """Say how the meta-model compares with the best and the median of the ranked, by log loss.

    >>> finding(0.6910, [0.6913, 0.6921, 0.6930])
    'The meta-model gains 3.0 more than the best of 3 and 11.0 more than the median'
    >>> finding(0.6915, [0.6913, 0.6921, 0.6930])
    'The meta-model gains 2.0 less than the best of 3 and 6.0 more than the median'
    """
    best, middle = _than(min(ranked) - meta), _than(median(ranked) - meta)
    return f"The meta-model gains {best} the best of {len(ranked)} and {middle} the median"


def _than(more: float) -> str:
    return f"{abs(more) * NATS:.1f} {'less' if more < 0 else 'more'} than"


def _rows(meta: Dot, portrait: Portrait) -> list[tuple[str, Dot]]:
    losses = [dot.log_loss for dot in portrait.ranked]
    best = portrait.ranked[0]
    alone = {"Median forecaster": median(losses), "Mean forecaster": fmean(losses)}
    return [
        ("meta", meta),
        ("one", Dot(f"Best: {_alias(best)}", None, best.log_loss, best.gain, best.low, best.high)),
        *(("many", Dot(name, None, loss, LN2 - loss, None, None)) for name, loss in alone.items()),
        *(
            ("benchmark", Dot(_alias(one), None, one.log_loss, one.gain, one.low, one.high))
            for one in portrait.benchmarks
        ),
    ]


def _alias(dot: Dot) -> str:
    return dot.name.rpartition("/")[0]


def _line(mark: str, row: Dot, x: Callable[[float], float]) -> Line:
    low = None if row.low is None else x(row.low)
    high = None if row.high is None else x(row.high)
    return Line(row.name, mark, row.log_loss, row.gain, x(row.gain), low, high)


def _scale(values: list[float]) -> Callable[[float], float]:
    low, high = min(values), max(values)
    pad = (high - low) * 0.02 or 1e-4
    low, span = low - pad, high - low + 2 * pad
    return lambda v: round(LEFT + (RIGHT - LEFT) * (v - low) / span, 2)


def _ticks(x: Callable[[float], float]) -> list[float]:
    """Return round gains that lie on the axis, about TICKS_WANTED of them."""
    per_unit = x(1.0) - x(0.0)
    low, high = (LEFT - x(0.0)) / per_unit, (RIGHT - x(0.0)) / per_unit
    rough = (high - low) / TICKS_WANTED
    base = 10.0 ** math.floor(math.log10(rough))
    step = next(base * m for m in (1, 2, 5, 10) if base * m >= rough)
    return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _says(dot: Dot) -> str:
    return f"{dot.name}: {figure_text('gain', dot.gain)}"
