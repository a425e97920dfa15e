"""How numbers and times look, as template filters and tags (built in to every template; see settings)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tournaments.models import Round, Rules
from tournaments.services.currencies import decimal_text
from tournaments.web import words

register = template.Library()
MINUS = "−"
NATS = 1e4  # people read gains in 1e-4 nats


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", MINUS)


FIGURES: dict[str, Callable[[float], str]] = {
    "log_loss": lambda v: f"{v:.5f}",
    "brier": lambda v: f"{v:.5f}",
    "era_mean": lambda v: f"{v:.5f}",
    "era_sd": lambda v: f"{v:.5f}",
    "era_worst": lambda v: f"{v:.5f}",
    "gain": lambda v: _signed(v * NATS, 1),
    "loo": lambda v: _signed(v * NATS, 2),
    "src": lambda v: f"{v * NATS:.2f}",
    "pcs": lambda v: f"{v * NATS:.2f}",
    "mmc": lambda v: _signed(v, 4),
    "mmc_low": lambda v: _signed(v, 4),
    "mmc_high": lambda v: _signed(v, 4),
    "consistency": lambda v: f"{v:.0%}",
    "better_than": lambda v: f"{v:.0%}",
}


def figure_text(key: str, value: float) -> str:
    """Return a figure by its kind: log losses to five decimals, gains in 1e-4 nats, correlations to three.

    >>> figure_text("log_loss", 0.692134), figure_text("gain", 9.2e-4), figure_text("gain", -9.2e-4)
    ('0.69213', '+9.2', '−9.2')
    >>> figure_text("consistency", 0.75), figure_text("originality", 0.1234)
    ('75%', '0.123')
    """
    return FIGURES.get(key, lambda v: f"{v:.3f}".replace("-", MINUS))(value)


@register.simple_tag
@cache
def null(code: str) -> SafeString:
    """Return an en dash with its reason, on hover and for screen readers."""
    why = words.reason(code)
    return format_html(
        '<span class="null" title="{}"><span aria-hidden="true">–</span><span class="sr">{}</span></span>',
        why,
        why,
    )


@register.simple_tag
def figure(row: Mapping[str, Any], key: str, fallback: str = "not_scored") -> SafeString:
    """Return a row's figure, or an en dash with the reason that the row gives for it."""
    value = row.get(key)
    if value is not None:
        # Digits and signs: marked as safe, since escaping hundreds of them would take a page's longest part.
        return SafeString(figure_text(key, value))
    undefined = {**(row.get("undefined") or {}), **(row.get("undefined_originality") or {})}
    whole = undefined.get("log_loss", fallback) if row.get("log_loss") is None else fallback
    return null(undefined.get(key, whole))


@register.simple_tag
def interval(row: Mapping[str, Any]) -> str:
    """Return ± half the interval of a row's log loss, its ends on hover; "" where there is no score."""
    low, high = row.get("gain_low"), row.get("gain_high")
    if row.get("log_loss") is None:
        return ""
    if low is None or high is None:
        undefined = row.get("undefined") or {}
        return null(undefined.get("gain_low", undefined.get("interval", "too_few_eras")))
    ends = row["log_loss"] + row["gain"]
    return SafeString(
        f'<span class="pm" title="95% between {ends - high:.5f} and {ends - low:.5f}, over eras">'
        f"± {(high - low) / 2:.5f}</span>"
    )


@register.filter
def nats(gain: float | None) -> str:
    """Return a gain in 1e-4 nats, or an en dash.

    >>> nats(9.24e-4)
    '+9.2'
    """
    return null("none") if gain is None else figure_text("gain", gain)


@register.simple_tag
def span(row: Mapping[str, Any]) -> str:
    """Return the interval of a standing's gain, in 1e-4 nats, or an en dash with the reason."""
    low, high = row["played_gain_low"], row["played_gain_high"]
    if low is None or high is None:
        return null((row.get("undefined") or {}).get("interval", "too_few_eras"))
    return format_html("{} to {}", figure_text("gain", low), figure_text("gain", high))


@register.simple_tag
def gain_of(value: float) -> SafeString:
    """Return a gain in 1e-4 nats."""
    return SafeString(figure_text("gain", value))


@register.filter
def share(value: float) -> str:
    """Return a share of one.

    >>> share(0.0052), share(1 / 3)
    ('0.52%', '33.33%')
    """
    return f"{value:.2%}"


@register.filter
def money(amount: int, rules: Rules) -> str:
    """Return minor units with all digits and the unit.

    >>> money(123456, Rules(rewards="money", currency="USD", currency_digits=2)), money(1200, Rules())
    ('1,234.56 USD', '1,200 points')
    """
    return f"{plain_money(amount, rules)} {unit(rules)}"


@register.filter
def unit(rules: Rules) -> str:
    """Return what is paid in, as people say it."""
    return "points" if rules.rewards == "points" and rules.currency == "POINTS" else rules.currency


@register.filter
def plain_money(amount: int, rules: Rules) -> SafeString:
    """Return minor units with all digits, for a column whose head has the unit.

    >>> plain_money(-5, Rules(currency="USD", currency_digits=2))
    '−0.05'
    """
    return grouped(amount, rules.currency_digits)


def grouped(amount: int, digits: int) -> SafeString:
    """Return minor units with separators and all digits."""
    return SafeString(decimal_text(amount, digits, ",").replace("-", MINUS))


@register.filter
def count(value: int) -> str:
    """Return a whole number with separators."""
    return f"{value:,}"


@register.filter
def size(value: int) -> str:
    """Return bytes as people read them.

    >>> size(512), size(1_530), size(2_500_000), size(80_931_800_000)
    ('512 bytes', '1.5 kB', '2.5 MB', '80.9 GB')
    """
    if value < 1_000:
        return f"{value} bytes"
    for unit_, top in (("kB", 1e6), ("MB", 1e9)):
        if value < top:
            return f"{value / top * 1e3:.1f} {unit_}"
    return f"{value / 1e9:.1f} GB"


@register.filter
def short(digest: str) -> str:
    """Return the first digits of a hash, enough to recognise it."""
    return digest[:12]


@register.filter
def ordinal(rank: int) -> str:
    """Return 1st, 2nd, 3rd …"""
    return words.place(rank)


def duration(seconds: float) -> str:
    """Return a span of time in its two largest units.

    >>> [duration(s) for s in (5, 95, 754, 8_040, 7_200, 200_000)]
    ['5 s', '1 min 35 s', '12 min', '2 h 14 min', '2 h', '2 d 7 h']
    """
    left = max(0, int(seconds))
    days, hours, minutes = left // 86_400, left // 3_600 % 24, left // 60 % 60
    if days:
        parts = [(days, "d"), (hours, "h")]
    elif hours:
        parts = [(hours, "h"), (minutes, "min")]
    elif minutes >= 10:
        parts = [(minutes, "min")]
    else:
        parts = [(minutes, "min"), (left % 60, "s")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 s"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@register.filter
def moment(value: datetime | str | None) -> str:
    """Return an exact time; a script shows it in the reader's zone and keeps UTC on hover."""
    if value is None:
        return null("none")
    value = datetime.fromisoformat(value) if isinstance(value, str) else value
    text = f"{value.astimezone(UTC):%-d %b %Y, %H:%M} UTC"
    return format_html(
        '<time class="moment" datetime="{}" title="{}">{}</time>', value.isoformat(), _utc(value), text
    )


@register.simple_tag
def countdown(at: datetime, now: datetime, before: str, after: str) -> SafeString:
    """Return "closes in 2 h 14 min", or "closed 5 min ago"; a script keeps it ticking."""
    left = (at - now).total_seconds()
    words_ = f"{before} in {duration(left)}" if left > 0 else f"{after} {duration(-left)} ago"
    return format_html(
        '<time class="countdown" datetime="{}" data-before="{}" data-after="{}" title="{}">{}</time>',
        at.isoformat(),
        before,
        after,
        _utc(at),
        words_,
    )


@register.filter
def state_word(round_: Round) -> str:
    """Return a round's state in a word; what pays nothing is final where others are settled."""
    unpaid = round_.state == Round.State.SETTLED and round_.rules.get("rewards") == "none"
    return "Final" if unpaid else words.STATES[round_.state]


@register.filter
def lookup(codes: str, table: str) -> str:
    """Return a code's words from one of the tables of `words` by its name."""
    return str(getattr(words, table.upper()).get(codes, codes.replace("_", " ")))


FAULT_COLUMNS = {"row": "Line", "id": "Id", "value": "Value", "column": "Column"}


@register.filter
def fault_columns(fault: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the columns, as key and title, that at least one of a fault's places fills."""
    return [(k, title) for k, title in FAULT_COLUMNS.items() if any(row[k] for row in fault["rows"])]


@register.filter
def cell(row: Mapping[str, Any], key: str) -> str:
    """Return a place's value in a column, "" where it has none."""
    value = row[key]
    return f"{value:,}" if isinstance(value, int) else value or ""


@register.filter
def said(details: Mapping[str, Any]) -> str:
    """Return an audit event's details in one line.

    >>> said({"rows": 2, "first_ids": ["r1", "r2"], "rules": "f67da50b2bb8" + 52 * "0", "until": None})
    'rows: 2; first ids: r1, r2; rules: f67da50b2bb8…'
    """
    known = {name.replace("_", " "): value for name, value in details.items() if value not in (None, "", [])}
    return "; ".join(f"{name}: {_said(value)}" for name, value in known.items())


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_said(one)}" for name, one in value.items())
    text = str(value)
    return f"{short(text)}…" if len(text) == 64 and text.isalnum() else text
