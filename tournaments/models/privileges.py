"""What the role `app`, under which the server runs, may do: everything to most tables, only SELECT
and INSERT on the ledger and the logs, and only SELECT on what is derived from the ledger. The role `owner`
migrates and grants.
"""

from typing import Any

from django.db import connections

APP_ROLE = "app"
APPEND_ONLY = (
    "tournaments_currency",
    "tournaments_account",
    "tournaments_transaction",
    "tournaments_entry",
    "tournaments_payout",
    "tournaments_payoutitem",
    "tournaments_auditevent",
    "tournaments_roundlog",
)
DERIVED = ("tournaments_ledgerhead", "tournaments_seal", "tournaments_balance")
"""Written by the ledger's triggers alone."""


def grant_after_migrate(using: str, **_: Any) -> None:
    """Grant the role `app` its rights after each migration; idempotent, and run as the owner."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        if cursor.fetchone() is None:
            raise RuntimeError(
                f"role_missing: the database has no role '{APP_ROLE}'. Create it first: docs/operations.md."
            )
        for statement in _statements():
            cursor.execute(statement)


def _statements() -> list[str]:
    append_only, derived = ", ".join(APPEND_ONLY), ", ".join(DERIVED)
    return [
        f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}",
        f"REVOKE ALL ON {append_only} FROM {APP_ROLE}",
        f"GRANT SELECT, INSERT ON {append_only} TO {APP_ROLE}",
        f"REVOKE ALL ON {derived} FROM {APP_ROLE}",
        f"GRANT SELECT ON {derived} TO {APP_ROLE}",
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APP_ROLE}",
    ]
