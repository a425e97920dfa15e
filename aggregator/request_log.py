"""The log of requests, without the secrets that stand in some addresses: login links, keys from mails."""

import re

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

SECRET = re.compile(r"[\w:~-]{36,}")
"""Longer than names of tournaments are, and shorter than any token."""
KEPT = 4


class DiscreetRequestMiddleware(RequestMiddleware):
    """Logs each request; of a long random word only its beginning, to know it again."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return the method and the address, for the log."""
        shown = SECRET.sub(lambda found: f"{found.group()[:KEPT]}…", request.get_full_path())
        return f"{request.method} {shown}"
