"""Used by commands that need no database (`check`, `makemigrations`, `spectacular`) on a bare checkout."""

from typing import NoReturn

from django.db import OperationalError
from django.db.backends.postgresql import base

ADVICE = (
    "No database: set DATABASE_URL and REDIS_URL, or start the databases of VAR_DIR first (`make run`, "
    "or `python -m aggregator.embedded exec -- COMMAND`)."
)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL's dialect without a server behind it."""

    def get_connection_params(self) -> NoReturn:
        """Raise OperationalError with the advice."""
        raise OperationalError(ADVICE)
