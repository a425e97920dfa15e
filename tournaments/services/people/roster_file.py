"""A roster as a file: CSV with comma, semicolon or tab, read into entries, every fault with its line."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tournaments.services.errors import Invalid
from tournaments.services.people import players

COLUMNS = {"name": 200, "external_id": 200, "group": 80, "alias": 40, "email": 254}
KEYS = ("external_id", "alias", "name")  # one of these must tell people apart
MOST_BYTES = 1_000_000
MOST_ROWS = 2_000
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Entry:
    """One person of a roster; `line` is where the file has them."""

    line: int
    name: str = ""
    external_id: str = ""
    group: str = ""
    alias: str = ""
    email: str = ""

    @property
    def only_named(self) -> bool:
        """Say whether nothing but the name tells this person from others."""
        return not self.external_id and not self.alias


@dataclass(frozen=True)
class Fault:
    """What is wrong in a line."""

    line: int
    code: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as `FileRefused` carries faults."""
        return {"code": self.code, "message": self.message, "count": 1, "rows": [self.line]}


@dataclass
class Roster:
    """A file that was read: its people, its faults, and what the operator should know of how it was read."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(content: bytes) -> Roster:
    """Read a roster. Raises Invalid `bad_roster` where it cannot be read as a table of people at all."""
    roster = Roster()
    text = _text(content, roster)
    lines = _rows(text)
    head = next(lines, None)
    if head is None:
        raise Invalid("bad_roster", "The file is empty. Its first line names the columns.")
    columns = _columns(head[1], roster)
    for line, cells in lines:
        if len(roster.entries) + len(roster.faults) >= MOST_ROWS:
            raise Invalid("bad_roster", f"The file has more than {MOST_ROWS:,} people. Send it in parts.")
        _take(roster, line, columns, cells)
    if not roster.entries and not roster.faults:
        raise Invalid("bad_roster", "The file has a header and nobody below it.")
    roster.faults += repeated(roster.entries)
    roster.faults.sort(key=lambda fault: fault.line)
    return roster


def _text(content: bytes, roster: Roster) -> str:
    if len(content) > MOST_BYTES:
        raise Invalid("bad_roster", "The file is larger than 1 MB. A roster has a short line per person.")
    if content.startswith(UTF16):
        return _decoded(content, "utf-16")
    if b"\0" in content or content.startswith(b"PK"):
        raise Invalid("bad_roster", "This is not a CSV file. In a spreadsheet, save the table as CSV first.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        roster.notes.append(
            "The file is not in UTF-8; it was read as Latin-1 (Windows-1252). "
            "Check names with accents or umlauts below; if they are wrong, save the file as UTF-8."
        )
        return _decoded(content, "cp1252")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Invalid("bad_roster", "The file's letters cannot be read. Save it as CSV in UTF-8.") from error


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of the lines that are not blank; the header decides what separates cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield line, [" ".join(cell.split()) for cell in cells]
    except csv.Error as error:
        why = f"Line {reader.line_num} cannot be read: {error}. Mind the quotation marks."
        raise Invalid("bad_roster", why) from error


def _columns(head: list[str], roster: Roster) -> list[str]:
    """Return what each column holds, "" for one that is passed over."""
    names = ["_".join(cell.lower().replace("-", " ").split()) for cell in head]
    names = [name.replace("externalid", "external_id") for name in names]
    twice = sorted(name for name, count in Counter(names).items() if count > 1 and name in COLUMNS)
    if twice:
        raise Invalid("bad_roster", f"The header has the column {twice[0]} twice.")
    if not set(KEYS) & set(names):
        seen = ", ".join(cell for cell in head if cell)[:120]
        raise Invalid(
            "bad_roster",
            f"The header has none of the columns name, external_id, alias. It reads: {seen}. "
            "The first line of the file names the columns.",
        )
    other = [cell for cell, name in zip(head, names, strict=True) if name not in COLUMNS and cell]
    if other:
        roster.notes.append(f"Passed over, since a roster has no such columns: {', '.join(other)[:200]}.")
    return [name if name in COLUMNS else "" for name in names]


def _take(roster: Roster, line: int, columns: list[str], cells: list[str]) -> None:
    if any(cells[len(columns) :]):
        message = (
            f"This line has {len(cells)} cells and the header {len(columns)}. Quote cells with a separator."
        )
        roster.faults.append(Fault(line, "too_many_cells", message))
        return
    values = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
    entry = Entry(line, **values)
    found = list(faults_of(entry))
    roster.faults += found
    if not found:
        roster.entries.append(entry)


def faults_of(entry: Entry) -> Iterator[Fault]:
    """Yield what is wrong with an entry by itself."""
    if not any(getattr(entry, key) for key in KEYS):
        yield Fault(entry.line, "nobody", "This line has neither a name, an external id nor an alias.")
    for column, most in COLUMNS.items():
        value = getattr(entry, column)
        if len(value) > most:
            yield Fault(entry.line, "too_long", f"The {_said(column)} is longer than {most} characters.")
        if not value.isprintable():
            yield Fault(entry.line, "unprintable", f"The {_said(column)} has a character that is no letter.")
    if entry.alias and not players.ALIAS.fullmatch(entry.alias):
        said = "An alias has 1 to 40 letters, digits, spaces and . & ' - _ only."
        yield Fault(entry.line, "bad_alias", f"“{entry.alias[:60]}” cannot be an alias. {said}")
    if entry.email and not _is_email(entry.email):
        yield Fault(entry.line, "bad_email", f"“{entry.email[:80]}” is not an email address.")


def _said(column: str) -> str:
    return column.replace("_", " ")


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def repeated(entries: Iterable[Entry]) -> list[Fault]:
    """Return a fault for each line that repeats an external id, an alias, or a name with nothing else."""
    faults, seen = [], dict[tuple[str, str], int]()
    for entry in entries:
        for column, value in _names(entry):
            first = seen.setdefault((column, value), entry.line)
            if first != entry.line:
                message = f"The {_said(column)} of line {first} stands here again."
                if column == "name":
                    message += " Give external ids, so that two people of one name can be told apart."
                faults.append(Fault(entry.line, f"{column}_twice", message))
    return faults


def _names(entry: Entry) -> Iterator[tuple[str, str]]:
    # An external id is compared to the letter, as the database does; aliases and names in any case.
    if entry.external_id:
        yield "external_id", entry.external_id
    if entry.alias:
        yield "alias", entry.alias.casefold()
    if entry.only_named:
        yield "name", entry.name.casefold()
