"""Progress for a person at a terminal, plain lines in a pipe, and the list of what had to hold."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

console = Console(highlight=False, width=None if sys.stdout.isatty() else 132)


class Step:
    """One step under way; `advance` counts what is done of it."""

    def __init__(self, bar: Progress | None, total: int) -> None:
        self.bar, self.done, self.total = bar, 0, total
        self.task = bar.add_task("", total=total or None) if bar else None

    def advance(self, what: str = "") -> None:
        """Count one more."""
        self.done += 1
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, advance=1, description=what)


@contextmanager
def step(title: str, total: int = 0) -> Iterator[Step]:
    """Show a step with its bar while it runs, and one line with its time when it is done."""
    began = time.monotonic()
    if console.is_terminal:
        columns = (
            TextColumn("  [dim]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        console.print(f"[bold]{title}[/bold]")
        with Progress(*columns, console=console, transient=True) as bar:
            under_way = Step(bar, total)
            yield under_way
    else:
        under_way = Step(None, total)
        yield under_way
    count = f" ({under_way.done} of {total})" if total else ""
    console.print(f"  done: {title}{count}, {time.monotonic() - began:.1f} s")


@dataclass
class Checks:
    """What had to hold, and whether it did."""

    found: list[tuple[str, bool]] = field(default_factory=list)

    def hold(self, sentence: str, holds: bool) -> None:
        """Note one thing that had to hold."""
        self.found.append((sentence, bool(holds)))
        if not holds:
            console.print(f"  [bold]did not hold:[/bold] {sentence}")

    @property
    def broken(self) -> list[str]:
        """What did not hold."""
        return [sentence for sentence, holds in self.found if not holds]
