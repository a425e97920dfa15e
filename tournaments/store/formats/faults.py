"""What can be wrong with a file: every kind at once, counted, with the first rows of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypedDict

SHOWN = 5  # rows of each kind
_LONGEST = 80  # characters of an id or value that are shown


class FaultRow(TypedDict):
    """One place. row: the line in a CSV file (the header is line 1), the row in a Parquet file (from 1)."""

    row: int | None
    id: str | None
    value: str | None
    column: str | None


@dataclass(frozen=True)
class Fault:
    """One kind of fault: a stable code, a sentence, how often, and the first places."""

    code: str
    message: str
    count: int = 1
    rows: list[FaultRow] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for an answer in JSON."""
        return asdict(self)


class FileRejected(Exception):
    """The file cannot be accepted. `faults` has every kind that was found."""

    code = "file_rejected"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = list(faults)


def reject(code: str, message: str, rows: Iterable[FaultRow] = (), count: int = 1) -> FileRejected:
    """A rejection for one fault after which the rest of the file cannot be judged."""
    return FileRejected([Fault(code, message, count, list(rows))])


def place(
    row: int | None, id_: str | None = None, value: str | None = None, column: str | None = None
) -> FaultRow:
    """One place, with texts cut to a length that a page can show."""
    return FaultRow(row=row, id=_short(id_), value=_short(value), column=column)


def times(count: int, thing: str) -> str:
    """A count with its noun.

    >>> times(1, "row"), times(1204, "row")
    ('1 row', '1,204 rows')
    """
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
