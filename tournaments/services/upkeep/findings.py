"""What a check finds."""

from collections.abc import Callable
from dataclasses import dataclass

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold: a stable code, the thing, and a sentence."""

    code: str
    what: str
    message: str


def silent(done: int, total: int) -> None:
    """Tell nobody how far a check is."""
