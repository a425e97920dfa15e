"""The same server, if it only received: the key is known, the body is spooled, hashed and kept on the disk;
nobody looks into it, and no row is written.

It stands where the project's own address for uploads stands, behind the same middleware, authentication and
throttles, so that a race against it says what validating and accepting cost on top of receiving.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aggregator.settings")
django.setup()  # before the views, whose models need it

from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402

from tournaments.api import bodies  # noqa: E402
from tournaments.api.base import ApiView  # noqa: E402
from tournaments.services import files  # noqa: E402


class Receive(ApiView):
    """Take in a body."""

    def put(self, request: Request, slug: str) -> Response:
        """Spool, hash and keep it."""
        with files.receive(bodies.raw(request)) as received:
            received.keep()
            return Response({"sha256": received.sha256}, 201)


urlpatterns = [
    path("api/v1/tournaments/<slug:slug>/rounds/current/submissions/", Receive.as_view()),
    path("healthz", Receive.as_view(), {"slug": ""}),
]
settings.ROOT_URLCONF = __name__
application = get_wsgi_application()
