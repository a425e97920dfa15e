"""A long table as the address asks for it: searched, filtered, sorted and cut into pages.

Everything that decides what is shown is in the query string, so a view can be sent to a colleague.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

PAGE = 50
DEFAULT = "rank"


@dataclass(frozen=True)
class Column:
    """A column: its key (also in the address), its head, and what the head says on hover."""

    key: str
    title: str
    hint: str = ""
    numeric: bool = True
    falling: bool = False
    """Whether the first click on the head puts the largest on top."""


@dataclass(frozen=True)
class Query:
    """What the address asks for; unknown words in it fall back to the default."""

    split: str = ""
    sort: str = DEFAULT
    down: bool = False
    q: str = ""
    who: str = ""
    page: int = 1

    @classmethod
    def read(cls, get: Mapping[str, str], who: Iterable[str] = ()) -> "Query":
        """Read the query string of a request; `who` are the filters that there are."""
        sort, page = get.get("sort", DEFAULT), get.get("page", "1")
        asked = get.get("who", "")
        return cls(
            split=get.get("split", ""),
            sort=sort.removeprefix("-"),
            down=sort.startswith("-"),
            q=get.get("q", "").replace("\0", "").strip()[:40],
            who=asked if asked in who else "",
            page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    def among(self, columns: Iterable[Column]) -> "Query":
        """Return the same question, in the default order where it asks for a column that is not there."""
        known = self.sort in {column.key for column in columns}
        return self if known else replace(self, sort=DEFAULT, down=False)

    def address(self, **changes: Any) -> str:
        """Return the query string of this view with some of it changed; defaults are left out."""
        one = replace(self, **changes)
        parts = {
            "split": one.split,
            "sort": f"-{one.sort}" if one.down else one.sort,
            "q": one.q,
            "who": one.who,
            "page": one.page,
        }
        plain = {"split": "", "sort": DEFAULT, "q": "", "who": "", "page": 1}
        return "?" + urlencode({key: value for key, value in parts.items() if value != plain[key]})


@dataclass(frozen=True)
class Head:
    """A column's head with the address that sorts by it."""

    column: Column
    address: str
    order: str
    """As aria-sort: ascending, descending or none."""


def heads(columns: Iterable[Column], query: Query) -> list[Head]:
    """Return the heads of a table; the one that it is sorted by turns the order round."""
    found = []
    for column in columns:
        here = column.key == query.sort
        down = not query.down if here else column.falling
        order = ("descending" if query.down else "ascending") if here else "none"
        found.append(Head(column, query.address(sort=column.key, down=down, page=1), order))
    return found


@dataclass(frozen=True)
class View:
    """A table on the screen. `pinned` are the reader's own rows that are not on this page."""

    query: Query
    heads: Sequence[Head]
    rows: Sequence[Any]
    pinned: Sequence[Any]
    shown: int
    total: int
    pages: int
    public: bool = True
    who: Mapping[str, str] | None = None

    @property
    def before(self) -> str:
        """Return the address of the page before, or ""."""
        return self.query.address(page=self.query.page - 1) if self.query.page > 1 else ""

    @property
    def after(self) -> str:
        """Return the address of the next page, or ""."""
        return self.query.address(page=self.query.page + 1) if self.query.page < self.pages else ""

    @property
    def sorted_by(self) -> str:
        """Return the order as the address has it, "" for the default."""
        order = f"-{self.query.sort}" if self.query.down else self.query.sort
        return "" if order == DEFAULT else order

    @property
    def whos(self) -> list[tuple[str, str, bool]]:
        """Return the choices of whom to show: value, words, chosen."""
        return [(value, text, value == self.query.who) for value, text in (self.who or {}).items()]

    @property
    def columns(self) -> list[Column]:
        """Return the columns shown."""
        return [head.column for head in self.heads]


def band(tie_group: int | None, tied: object) -> str:
    """Return the shade of a row that is tied with others: neighbouring groups differ, on every page alike."""
    if not tie_group or not tied:
        return ""
    return "band-odd" if tie_group % 2 else "band-even"
