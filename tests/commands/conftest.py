"""Commands as they are called, worlds to call them in, and databases that a command may dump and replace."""

import io
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from django.conf import settings as project
from django.core.management import call_command, load_command_class
from django.db import connections
from psycopg import sql

from tests.world import World

numbers = itertools.count(1)


class Said(NamedTuple):
    out: str
    err: str


Command = Callable[..., Said]
Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    return World(tmp_path, pool=1_000)


def run(name: str, *words: object) -> Said:
    """Call a command with words as they would be typed; a refusal is raised."""
    out, err = io.StringIO(), io.StringIO()
    call_command(name, *(str(word) for word in words), stdout=out, stderr=err)
    return Said(out.getvalue(), err.getvalue())


@pytest.fixture
def command() -> Command:
    return run


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Shell:
    """Run a command as the shell does, and give its exit code, output and errors. It closes connections."""

    def shell(name: str, *words: object) -> tuple[int, str, str]:
        face = load_command_class("tournaments", name)
        code = 0
        try:
            face.run_from_argv(["manage.py", name, *(str(word) for word in words)])
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return shell


class Databases:
    """Databases of one test. The current one is what Django, as `app` and as `owner`, works with."""

    def __init__(self, template: str, folder: Path, settings: Any) -> None:
        self.template, self.folder, self.settings = template, folder, settings
        self.home = connections["owner"].settings_dict["NAME"]
        self.made: list[str] = []

    def migrated(self) -> str:
        """Go to a new, migrated database with a folder of its own."""
        return self._make("CREATE DATABASE {} TEMPLATE {}")

    def empty(self) -> str:
        """Go to a new database without any table, with a folder of its own."""
        return self._make("CREATE DATABASE {}")

    def _make(self, statement: str) -> str:
        name = f"own_{os.getpid()}_{next(numbers)}"
        self.go(self.home)
        with connections["owner"].cursor() as cursor:
            identifiers = [sql.Identifier(name), sql.Identifier(self.template)]
            cursor.execute(sql.SQL(statement).format(*identifiers[: statement.count("{}")]))
        self.made.append(name)
        self.go(name)
        return name

    def go(self, name: str) -> None:
        """Work with another of them from now on."""
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = project.DATABASES[alias]["NAME"] = name
        place = self.folder / name
        place.mkdir(exist_ok=True)
        self.settings.VAR_DIR, self.settings.MATRIX_DIR = place, place / "matrix"
        self.settings.UPLOADS_DIR = place / "uploads"
        uploads = {**self.settings.STORAGES["uploads"], "OPTIONS": {"location": self.settings.UPLOADS_DIR}}
        self.settings.STORAGES = {**self.settings.STORAGES, "default": uploads, "uploads": uploads}

    def drop(self) -> None:
        self.go(self.home)
        with connections["owner"].cursor() as cursor:
            for name in self.made:
                cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def environment(self) -> dict[str, str]:
        """What another process needs to work with the current database and its folder."""
        known = project.DATABASES
        urls = {"DATABASE_URL": known["default"], "DATABASE_OWNER_URL": known["owner"]}
        addresses = {
            name: f"postgresql://{one['USER']}:{quote(one['PASSWORD'])}@{one['HOST']}:{one['PORT']}/{one['NAME']}"
            for name, one in urls.items()
        }
        places = {
            name: str(getattr(self.settings, name)) for name in ("VAR_DIR", "MATRIX_DIR", "UPLOADS_DIR")
        }
        return {**os.environ, **addresses, **places}


@pytest.fixture
def databases(
    django_db_setup: None, django_db_blocker: Any, sources: str, settings: Any, tmp_path: Path
) -> Iterator[Databases]:
    with django_db_blocker.unblock():
        made = Databases(f"template_{sources}", tmp_path, settings)
        try:
            yield made
        finally:
            made.drop()


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a query answers, asked as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def break_rules(*statements: str) -> None:
    """Change as the owner what the database's triggers refuse."""
    tables = ("account", "transaction", "entry", "payout")
    with connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE tournaments_{table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in tables:
            cursor.execute(f"ALTER TABLE tournaments_{table} ENABLE TRIGGER USER")


def blob_of(sha256: str) -> Path:
    """Where a stored file lies."""
    path: Path = project.UPLOADS_DIR / sha256[:2] / sha256[2:4] / sha256
    return path


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
