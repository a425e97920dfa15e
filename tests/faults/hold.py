"""Locks that a test holds itself, so that a process stands still at a known place until it is killed."""

from typing import Self

import psycopg
from psycopg import sql

from tests.house import House

SHARE = "SHARE"
"""Others may read the table; whoever writes to it waits."""
EXCLUSIVE = "ACCESS EXCLUSIVE"
"""Others may not even read."""


class Hold:
    """A table, or a round's row, held from outside. Released at the end, or when its database went down."""

    def __init__(self, house: House, table: str, mode: str = SHARE, round_pk: int | None = None) -> None:
        self.house, self.table = house, f"tournaments_{table}"
        self._connection = psycopg.connect(house.databases.postgres.url("owner"))
        if round_pk is None:
            lock = sql.SQL("LOCK TABLE {} IN {} MODE").format(sql.Identifier(self.table), sql.SQL(mode))
            self._connection.execute(lock)
        else:
            self._connection.execute("SELECT 1 FROM tournaments_round WHERE id = %s FOR UPDATE", [round_pk])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Let them go on."""
        self._connection.close()

    def waiting(self) -> int:
        """Return how many wait for this table, or for the rows that others wait for in it."""
        query = """SELECT count(DISTINCT w.pid) FROM pg_locks w JOIN pg_locks k USING (pid)
                   WHERE NOT w.granted AND k.relation = %s::regclass"""
        return int(self.house.rows(query, self.table)[0][0])

    def until_waiting(self, least: int = 1) -> None:
        """Return when at least so many wait."""
        self.house.until(lambda: self.waiting() >= least)

    def until_working(self, kind: str, round_pk: int) -> None:
        """Return when a worker that claimed this kind of work waits here: it is in the middle of it."""
        query = """SELECT count(*) FROM tournaments_work
                   WHERE kind = %s AND round_id = %s AND state = 'running'"""
        self.house.until(lambda: self.house.rows(query, kind, round_pk)[0][0] and self.waiting())
