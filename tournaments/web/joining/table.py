"""The table of participants as the address asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from tournaments.models import Tournament
from tournaments.services.people.listing import Listing, Person, Wanted
from tournaments.web.sheets import csv_file

PAGE = 50
ONLY = {
    "": "Everyone",
    "missing": "Missing in the round",
    "in": "In the round",
    "never": "Never logged in",
    "banned": "Banned",
}
# (key, title, whether it is for operators only)
COLUMNS = (
    ("alias", "Alias", False),
    ("name", "Name", True),
    ("external_id", "External id", True),
    ("group", "Group", True),
    ("seen", "Last seen", False),
    ("in", "Round", False),
)


@dataclass(frozen=True)
class Query:
    """What the address asks for; what makes no sense in it falls back to the default."""

    q: str = ""
    group: str = ""
    only: str = ""
    sort: str = "alias"
    down: bool = False
    page: int = 1

    @classmethod
    def read(cls, get: Mapping[str, str]) -> "Query":
        """Read the query string of a request."""
        sort, page, only = get.get("sort", "alias"), get.get("page", "1"), get.get("only", "")
        plain = sort.removeprefix("-")
        return cls(
            q=" ".join(get.get("q", "").replace("\0", "").split())[:80],
            group=get.get("group", "").replace("\0", "")[:80],
            only=only if only in ONLY else "",
            sort=plain if plain in {key for key, _, _ in COLUMNS} else "alias",
            down=sort.startswith("-"),
            page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    def address(self, **changes: Any) -> str:
        """Return the query string of this view with some of it changed; defaults are left out."""
        one = replace(self, **changes)
        sort = f"-{one.sort}" if one.down else one.sort
        parts = {"q": one.q, "group": one.group, "only": one.only, "sort": sort, "page": one.page}
        plain = {"q": "", "group": "", "only": "", "sort": "alias", "page": 1}
        return "?" + urlencode({key: value for key, value in parts.items() if value != plain[key]})

    def wanted(self, whole: bool = False) -> Wanted:
        """Return what the service is asked for: this page, or all pages."""
        start = 0 if whole else (self.page - 1) * PAGE
        size = None if whole else PAGE
        return Wanted(self.q, self.group, self.only, self.sort, self.down, start, size)


@dataclass(frozen=True)
class Head:
    """A column's head, the address that sorts by it, and its order as aria-sort."""

    key: str
    title: str
    address: str
    order: str


@dataclass(frozen=True)
class View:
    """The table on the screen."""

    query: Query
    listing: Listing

    @classmethod
    def of(cls, query: Query, listing: Listing) -> "View":
        """Return a view of the page that the listing begins with."""
        return cls(replace(query, page=listing.start // PAGE + 1), listing)

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return max(1, -(-self.listing.shown // PAGE))

    @property
    def before(self) -> str:
        """Return the address of the page before, or ""."""
        return self.query.address(page=self.query.page - 1) if self.query.page > 1 else ""

    @property
    def after(self) -> str:
        """Return the address of the next page, or ""."""
        return self.query.address(page=self.query.page + 1) if self.query.page < self.pages else ""

    @property
    def everything(self) -> str:
        """Return the query string of all pages of this view."""
        return self.query.address(page=1)

    @property
    def sorted_by(self) -> str:
        """Return the order as the address has it, "" for the default."""
        sort = f"-{self.query.sort}" if self.query.down else self.query.sort
        return "" if sort == "alias" else sort

    @property
    def filtered(self) -> bool:
        """Say whether the address leaves anybody out."""
        return bool(self.query.q or self.query.group or self.query.only)

    @property
    def onlys(self) -> list[tuple[str, str, bool]]:
        """Return the choices of whom to show: value, words, chosen."""
        return [(value, text, value == self.query.only) for value, text in ONLY.items()]

    @property
    def heads(self) -> list[Head]:
        """Return the heads of the columns that can be sorted by."""
        heads = []
        for key, title, private in COLUMNS:
            here = key == self.query.sort
            down = here and not self.query.down
            order = ("descending" if self.query.down else "ascending") if here else "none"
            round_ = self.listing.round
            title = f"Round {round_.number}" if key == "in" and round_ else title
            if (self.listing.operates or not private) and (key != "in" or round_):
                heads.append(Head(key, title, self.query.address(sort=key, down=down, page=1), order))
        return heads


PUBLIC = ("alias", "kind", "forecasters", "last_seen", "round", "state", "banned", "joined")


def as_csv(tournament: Tournament, listing: Listing) -> HttpResponse:
    """Return a listing as a CSV file, with names and ids where the listing has them."""
    private = ("name", "external_id", "group", "users") if listing.operates else ()
    number = listing.round.number if listing.round else ""
    rows = (_cells(one, number, bool(private)) for one in listing.people)
    return csv_file(f"{tournament.slug}-participants", (PUBLIC[0], *private, *PUBLIC[1:]), rows)


def _cells(one: Person, number: object, private: bool) -> list[Any]:
    mine = [one.name, one.external_id, one.group, " ".join(one.users)] if private else []
    seen = one.seen.isoformat() if one.seen else ""
    banned = "banned" if one.banned else ""
    rest = [one.kind, one.forecasters, seen, number, one.state, banned, one.joined.isoformat()]
    return [one.alias, *mine, *rest]
