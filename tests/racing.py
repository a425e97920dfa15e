"""Verbs that come at the same moment, on a database where things commit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from tournaments.services.errors import Refused


def at_once(*calls: Callable[[], Any]) -> list[str]:
    """Make all calls at the same moment; returns done or the refusal's code of each, sorted."""
    start = Barrier(len(calls))

    def one(call: Callable[[], Any]) -> str:
        try:
            connections["default"].ensure_connection()
            start.wait(30)
            call()
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(one, calls))
