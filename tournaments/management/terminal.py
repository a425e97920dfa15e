"""What a reader sees while a command works: bars on a terminal, plain lines in a pipe."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TextIO, cast

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from tournaments.services.currencies import decimal_text

LINE_EVERY = 5.0
"""Seconds between two lines about one step in a pipe."""


class Steps:
    """Tells of progress on standard error, so that standard output holds the result alone."""

    def __init__(self, stderr: OutputWrapper, quiet: bool) -> None:
        self.stderr, self.quiet = stderr, quiet

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator["Step"]:
        """Show one step while the block runs; it may say how far it is."""
        if self.quiet:
            yield Step()
        elif self.stderr.isatty():
            with _bars(cast(TextIO, self.stderr._out)) as bars:
                yield _Bar(bars, text)
        else:
            yield _Lines(self.stderr, text)

    def note(self, text: str) -> None:
        """Say something that is no progress."""
        if not self.quiet:
            self.stderr.write(text)


class Step:
    """One step, told to nobody."""

    def __call__(self, done: int, total: int) -> None:
        """Say that `done` of `total` parts are done."""


class _Bar(Step):
    def __init__(self, bars: Progress, text: str) -> None:
        self.bars, self.task = bars, bars.add_task(text, total=None)

    def __call__(self, done: int, total: int) -> None:
        self.bars.update(self.task, completed=done, total=total)


class _Lines(Step):
    def __init__(self, stderr: OutputWrapper, text: str) -> None:
        self.stderr, self.text = stderr, text
        self.next = time.monotonic() + LINE_EVERY
        stderr.write(f"{text} …")

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() >= self.next or done == total:
            self.next = time.monotonic() + LINE_EVERY
            self.stderr.write(f"{self.text}: {done:,} of {total:,}")


def _bars(file: TextIO) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=Console(file=file), transient=True)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()) -> list[str]:
    """Return lines in aligned columns, those named in `right` aligned to the right.

    >>> table(["who", "cents"], [["Ann", "531"], ["Bo", "9"]], right=["cents"])
    ['who  cents', 'Ann    531', 'Bo       9']
    """
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    sides = [">" if name in right else "<" for name in head]
    return [
        "  ".join(
            f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)
        ).rstrip()
        for row in (head, *rows)
    ]


def money(amount: int, digits: int, currency: str) -> str:
    """Return minor units with all their digits.

    >>> money(347_825, 2, "USD"), money(12, 0, "POINTS"), money(-5, 2, "USD")
    ('3,478.25 USD', '12 POINTS', '-0.05 USD')
    """
    return f"{decimal_text(amount, digits, ',')} {currency}"


def moment(at: datetime) -> str:
    """Return a time as people write it, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def span(length: timedelta) -> str:
    """Return a length of time in its two largest units.

    >>> span(timedelta(days=7)), span(timedelta(hours=2, minutes=14, seconds=9)), span(timedelta(seconds=40))
    ('7 d', '2 h 14 min', '40 s')
    """
    seconds = max(0, int(length.total_seconds()))
    units = (
        ("d", seconds // 86400),
        ("h", seconds // 3600 % 24),
        ("min", seconds // 60 % 60),
        ("s", seconds % 60),
    )
    first = next((i for i, (_, count) in enumerate(units) if count), len(units) - 1)
    return " ".join(f"{count} {unit}" for unit, count in units[first : first + 2] if count) or "0 s"
