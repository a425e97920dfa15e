"""The least that a server can do with an upload: read it to its end and say that it is here."""

from collections.abc import Callable, Iterable
from typing import Any

import django

PIECE = 64 * 1024

django.setup()  # gunicorn's configuration loads all pages before it forks, also where none is asked for


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Read the body and answer 204, as a WSGI application."""
    while environ["wsgi.input"].read(PIECE):
        pass
    start_response("204 No Content", [])
    return []
