"""Stages that many tests begin with, set once a test process: rows, files and objects are put back for each.

A stage is made by the project's own services in the transaction of the first test that asks for it. What it
left is copied out, and into the transaction of every later test, which ends as all do: rolled back.
"""

import pickle
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection

from tournaments.models.privileges import DERIVED


@dataclass
class Kept:
    """What a stage left: rows by table as PostgreSQL's binary COPY, a folder, and pickled objects."""

    rows: dict[str, list[bytes]]
    folder: Path
    objects: bytes


class Keeper:
    """The stages of one test process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept: dict[str, Kept] = {}

    def stage(self, name: str, folder: Path, build: Callable[[], Any]) -> Any:
        """Return the objects of a stage, whose rows are in the database and whose files are in the folder."""
        if name in self.kept:
            return self._put_back(self.kept[name], folder)
        tables = _tables()
        before = _filled(tables)
        made = build()
        place = self.folder / name.replace(":", "-")
        shutil.copytree(folder, place)
        new = _filled(tables) - before
        rows = {table: _copied_out(table) for table in tables if table in new - NOT_PUT_BACK}
        self.kept[name] = Kept(rows, place, pickle.dumps(made))
        return made

    def _put_back(self, kept: Kept, folder: Path) -> Any:
        shutil.copytree(kept.folder, folder, dirs_exist_ok=True)
        with connection.cursor() as cursor:
            for table, blocks in kept.rows.items():
                with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                    for block in blocks:
                        copy.write(block)
        return pickle.loads(kept.objects)


# Made again by the ledger's triggers, when the rows that they are derived from are put back.
NOT_PUT_BACK = set(DERIVED)
AT_ONCE = """
    SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
    WHERE contype = 'f' AND NOT condeferrable AND conrelid <> confrelid"""


def _tables() -> list[str]:
    """Return the tables, each after those that must have a row's parents before the row comes."""
    order: TopologicalSorter[str] = TopologicalSorter()
    for model in apps.get_models(include_auto_created=True):
        order.add(model._meta.db_table)
    # An entry's transaction is asked for by a trigger.
    order.add("tournaments_entry", "tournaments_transaction", "tournaments_account")
    # What moved an escrow while its round was open is not to be asked of the round as it is now.
    order.add("tournaments_round", "tournaments_entry")
    with connection.cursor() as cursor:
        cursor.execute(AT_ONCE)
        for table, parent in cursor.fetchall():
            order.add(table, parent)
    return list(order.static_order())


def _filled(tables: Iterable[str]) -> set[str]:
    """Return which tables have rows."""
    query = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables)
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def _copied_out(table: str) -> list[bytes]:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
        return [bytes(block) for block in copy]
