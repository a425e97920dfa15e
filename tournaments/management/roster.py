"""People from a CSV file: every fault at once, all of them or none."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from tournaments.management.terminal import Step
from tournaments.management.who import Login, find_or_make
from tournaments.models import Tournament
from tournaments.services.access import READ, STAKE, UPLOAD, Actor
from tournaments.services.errors import FileRefused, Invalid, Refused
from tournaments.services.people import players

PLAYER_SCOPES = [READ, UPLOAD, STAKE]
NEEDED, OPTIONAL = ("alias", "user"), ("name", "external_id")


@dataclass(frozen=True)
class Person:
    """One line of a roster."""

    line: int
    alias: str
    user: str
    name: str = ""
    external_id: str = ""


def read(path: Path) -> list[Person]:
    """Read a roster. Raises Invalid `bad_roster`."""
    try:
        # utf-8-sig: spreadsheets write a mark in front, which would become part of the first column's name.
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            head = [name.strip().lower() for name in reader.fieldnames or []]
            _check_head(path, head)
            reader.fieldnames = head
            return [_person(reader.line_num, row) for row in reader]
    except (OSError, UnicodeError, csv.Error) as error:
        raise Invalid("bad_roster", f"{path.name} cannot be read: {error}") from error


def _check_head(path: Path, head: list[str]) -> None:
    strange = sorted(set(head) - {*NEEDED, *OPTIONAL})
    if strange or not set(NEEDED) <= set(head) or len(set(head)) < len(head):
        raise Invalid(
            "bad_roster",
            f"{path.name} has the header “{','.join(head)}”. "
            "It needs alias and user, and may have name and external_id.",
        )


def _person(line: int, row: dict[str, Any]) -> Person:
    # A line that is too short or too long leaves None behind, which the services refuse as an empty name.
    return Person(
        line, **{name: (value or "").strip() for name, value in row.items() if name in {*NEEDED, *OPTIONAL}}
    )


def add(actor: Actor, tournament: Tournament, roster: list[Person], step: Step) -> list[tuple[Person, Login]]:
    """Add all people in one transaction. Raises FileRefused with every line that was refused."""
    added: list[tuple[Person, Login]] = []
    faults: list[dict[str, Any]] = []
    with transaction.atomic():
        for done, person in enumerate(roster, 1):
            try:
                added.append((person, _add(actor, tournament, person)))
            except Refused as refused:
                message = f"Line {person.line}: {refused.message}"
                faults.append({"code": refused.code, "message": message, "count": 1, "rows": [person.line]})
            step(done, len(roster))
        if faults:
            raise FileRefused(faults)
    return added


def _add(actor: Actor, tournament: Tournament, person: Person) -> Login:
    with transaction.atomic():
        user, login = find_or_make(person.user, PLAYER_SCOPES)
        players.add_participant(
            actor, tournament, user, person.alias, name=person.name, external_id=person.external_id
        )
    return login
