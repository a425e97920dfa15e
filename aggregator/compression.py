"""Pages travel compressed: HTML and nothing else.

Downloads are left alone: a part of a file (Range) has its place in the file as it is stored, and its hash.
Django's middleware adds a random number of bytes to each answer, so that the length of a page that repeats
what was sent to it tells nothing about what else is in it (BREACH); forms' tokens are masked anew each time.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompression(GZipMiddleware):
    """Compress pages for browsers that take gzip."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress a page, and hand on everything else as it is."""
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
