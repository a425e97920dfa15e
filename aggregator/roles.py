"""The two database roles: `owner` migrates, `app` runs. A superuser makes them, here and nowhere else.

`python -m aggregator.roles` reads DATABASE_ADMIN_URL (a superuser's), DATABASE_OWNER_URL and DATABASE_URL,
whose names and passwords the roles get. It may be run again at any time.
"""

import os
import sys
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql


def prepare(admin_url: str, owner_url: str, app_url: str) -> None:
    """Create or refresh both roles and the database that they share.

    The owner may create databases (tests clone theirs), the application may log in and nothing more: what it
    may read and write is granted table by table after each migration.
    """
    owner, app = _login(owner_url), _login(app_url)
    database = urlsplit(app_url).path.lstrip("/")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        _role(admin, owner, "LOGIN CREATEDB")
        _role(admin, app, "LOGIN NOCREATEDB")
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            statement = sql.SQL("CREATE DATABASE {} OWNER {}")
            admin.execute(statement.format(sql.Identifier(database), sql.Identifier(owner[0])))
    inside = urlsplit(admin_url)._replace(path=f"/{database}").geturl()
    with psycopg.connect(inside, autocommit=True) as admin:
        names = {"owner": sql.Identifier(owner[0]), "app": sql.Identifier(app[0])}
        admin.execute(sql.SQL("ALTER SCHEMA public OWNER TO {owner}").format(**names))
        admin.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC").format(**names))
        admin.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {app}").format(**names))
        # So that the owner may end connections, and an autovacuum at work, when a database has to go.
        admin.execute(sql.SQL("GRANT pg_signal_backend TO {owner}").format(**names))


def _login(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return unquote(parts.username or ""), unquote(parts.password or "")


def _role(admin: psycopg.Connection, login: tuple[str, str], rights: str) -> None:
    name, password = login
    verb = "CREATE"
    if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        verb = "ALTER"
    statement = sql.SQL("{} ROLE {} NOSUPERUSER {} PASSWORD {}")
    admin.execute(
        statement.format(sql.SQL(verb), sql.Identifier(name), sql.SQL(rights), sql.Literal(password))
    )


def main() -> None:
    """Make the roles that the environment names."""
    names = ("DATABASE_ADMIN_URL", "DATABASE_OWNER_URL", "DATABASE_URL")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        sys.exit(f"{missing[0]} is not set: the roles are made from {', '.join(names)}.")
    prepare(*(os.environ[name] for name in names))


if __name__ == "__main__":
    main()
