"""The one clock that deadlines go by: the database's, not that of any of the machines around it."""

from datetime import datetime

from django.db import connection


def db_now() -> datetime:
    """Return the wall-clock time of the database (`clock_timestamp()`), which moves within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    now: datetime = row[0]
    return now
