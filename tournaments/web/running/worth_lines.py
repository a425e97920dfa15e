"""What a meta-model is worth in a table and in words: figures, intervals, and what each means."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from tournaments.numerics.information import Information
from tournaments.numerics.kelly import Growth
from tournaments.numerics.worth import Hits
from tournaments.services.reading.worth import Report
from tournaments.web.formats import MINUS, figure_text, null

Text = Callable[[float], str]
LARGE, MILLION = math.log(100.0), math.log(1e6)


@dataclass(frozen=True)
class Line:
    """One figure with its interval, empty where it has none, and what it means."""

    title: str
    figure: SafeString
    interval: SafeString
    meaning: str


def finding(report: Report) -> str:
    """Say in a sentence whether the gain is more than luck."""
    found = report.measured.worth
    if found.gain_low is None or found.gain_high is None:
        return "There is one era, so nothing here can be told from luck. Look at the season, or at more eras."
    ends = f"95% between {_gain(found.gain_low)} and {_gain(found.gain_high)}, in 1e-4 nats per row"
    if found.gain_low > 0.0:
        return f"It gains more than a coin, and more than luck explains: {ends}."
    if found.gain_high < 0.0:
        return f"It loses against a coin, and more than bad luck explains: {ends}."
    return f"Its gain cannot be told from nothing: {ends}."


def heroes(report: Report) -> list[Line]:
    """Return the three figures that lead the page."""
    found, part = report.measured.worth, report.measured.worth.part
    ic = found.information
    return [
        _line("Gain per row, 1e-4 nats", _gain, found.gain, found.gain_low, found.gain_high),
        _line("Information coefficient", _three, ic.ic, ic.low, ic.high, why=ic.undefined.get("ic", "none")),
        _line(
            f"Growth per era after costs, {kelly_words(report.kelly)}",
            _percents,
            part.at_once,
            part.at_once_low,
            part.at_once_high,
        ),
    ]


def table(report: Report) -> list[Line]:
    """Return every figure of a report."""
    found = report.measured.worth
    bits, low, high = found.bits
    part = [] if report.kelly == 1.0 else _growths(kelly_words(report.kelly), found.part)
    return [
        _line(
            "Gain per row, 1e-4 nats",
            _gain,
            found.gain,
            found.gain_low,
            found.gain_high,
            "ln 2 minus log loss",
        ),
        _line("Gain per row, 1e-4 bits", _gain, bits, low, high, "The same, ÷ ln 2"),
        *_order(found.hits, found.information),
        *_breadth(report),
        *_growths("whole Kelly", found.whole),
        *part,
    ]


def _order(hits: Hits, order: Information) -> list[Line]:
    sides = f"Of {hits.sides:,} rows that hold one side likelier"
    return [
        _line(
            "Hit rate", _percent, hits.rate, hits.low, hits.high, sides, hits.undefined.get("rate", "none")
        ),
        _line(
            "Information coefficient",
            _four,
            order.ic,
            order.low,
            order.high,
            "Rank correlation with the outcomes, mean of eras",
            order.undefined.get("ic", "none"),
        ),
        _alone("Its t-statistic", _two, order.t, "Mean ÷ (sd ÷ √eras)", order.undefined.get("t", "none")),
    ]


def _breadth(report: Report) -> list[Line]:
    found = report.measured.worth
    order, grinold = found.information, "Information ratio, were these rows independent"
    why = found.undefined.get("grinold", "none")
    return [
        _alone(
            "Breadth",
            _one,
            found.whole.breadth,
            f"Rows per era that are bet on at a cost of {report.cost:.4g}",
        ),
        _alone(grinold, _two, found.grinold, "IC · √breadth, per era (Grinold)", why),
        _alone(
            "Information ratio that the eras show",
            _two,
            order.realised,
            "Mean IC ÷ its sd over eras",
            order.undefined.get("realised", "none"),
        ),
    ]


def _growths(name: str, growth: Growth) -> list[Line]:
    stake = "No row is worth a bet at this cost"
    if growth.stake is not None:
        stake = f"{growth.bets:,} bets, mean stake {growth.stake:.2%} of the capital"
    turn = f"{_times(growth.era)}, each row settled before the next is bet on"
    once = f"{_times(growth.at_once)}, the capital spread over the era’s bets"
    return [
        _line(
            f"Growth per row, {name}, 1e-4 nats", _gain, growth.row, growth.row_low, growth.row_high, stake
        ),
        _line(f"Growth per era, {name}, nats", _growth, growth.era, growth.era_low, growth.era_high, turn),
        _line(
            f"All bets of an era at once, {name}, nats",
            _growth,
            growth.at_once,
            growth.at_once_low,
            growth.at_once_high,
            once,
        ),
    ]


def independence(report: Report) -> str:
    """Say how far the rows of an era are from independent; "" where it cannot be told."""
    found = report.measured.worth
    order, breadth = found.information, found.whole.breadth
    if order.realised is None or order.acts_like is None or found.grinold is None:
        return ""
    return (
        f"Rows of one era go up and down together. Were the {breadth:,.0f} that are bet on independent, the "
        f"information ratio would be {_two(found.grinold)} an era; the eras show {_two(order.realised)}. "
        f"Their coefficients vary as those of {order.acts_like:,.0f} independent rows would."
    )


def _line(
    title: str,
    text: Text,
    value: float | None,
    low: float | None,
    high: float | None,
    meaning: str = "",
    why: str = "none",
) -> Line:
    """Return a figure with its interval; what has a value and no interval has too few eras for one."""
    if value is None:
        return Line(title, null(why), SafeString(""), meaning)
    ends = null("too_few_eras") if low is None or high is None else SafeString(f"{text(low)} to {text(high)}")
    return Line(title, SafeString(text(value)), ends, meaning)


def _alone(title: str, text: Text, value: float | None, meaning: str, why: str = "none") -> Line:
    return Line(title, null(why) if value is None else SafeString(text(value)), SafeString(""), meaning)


def kelly_words(fraction: float) -> str:
    """Return how much of the Kelly stake is bet.

    >>> kelly_words(1.0), kelly_words(0.5)
    ('whole Kelly', '0.5 Kelly')
    """
    return "whole Kelly" if fraction == 1.0 else f"{fraction:g} Kelly"


def _times(growth: float) -> str:
    """Return what a log-growth multiplies the capital by.

    >>> _times(0.0182), _times(9.67), _times(40.0)
    ('Capital × 1.018', 'Capital × 15,835', 'Capital × more than a million')
    """
    if growth > MILLION:
        return "Capital × more than a million"
    return f"Capital × {math.exp(growth):,.{3 if growth < LARGE else 0}f}"


def _gain(value: float) -> str:
    return figure_text("gain", value)


def _growth(value: float) -> str:
    return f"{value:+.4f}".replace("-", MINUS)


def _percents(growth: float) -> str:
    """Return a log-growth as people say it.

    >>> _percents(0.0473), _percents(-0.01)
    ('+4.84%', '−1.00%')
    """
    return f"{math.expm1(growth):+,.2%}".replace("-", MINUS)


def _percent(value: float) -> str:
    return f"{value:.2%}"


def _digits(digits: int) -> Text:
    return lambda value: f"{value:,.{digits}f}".replace("-", MINUS)


_one, _two, _three, _four = (_digits(n) for n in (1, 2, 3, 4))
