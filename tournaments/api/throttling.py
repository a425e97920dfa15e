"""How often one may ask. Counted in Redis; when Redis is away nobody is held back."""

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    # REST framework's views import the throttles that the settings name: this module.
    from rest_framework.views import APIView

log = logging.getLogger(__name__)


class Throttle(SimpleRateThrottle):
    """A rate that fails open."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Return whether the request may go on."""
        try:
            return bool(super().allow_request(request, view))
        except (RedisError, OSError) as error:
            log.warning("throttle_away", extra={"why": str(error)})
            return True

    def get_ident(self, request: Request) -> str:
        """Return the caller's address: what our own proxy saw, never what the caller says of itself."""
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if settings.TRUSTED_PROXY and forwarded:
            return str(forwarded).rpartition(",")[2].strip()
        return str(request.META.get("REMOTE_ADDR", ""))

    def _key(self, ident: object) -> str:
        return f"throttle_{self.scope}_{ident}"


class AnonThrottle(Throttle):
    """Strangers, by address."""

    scope = "anon"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        """Return the counter's name; None for those who have said who they are."""
        return None if request.user.is_authenticated else self._key(self.get_ident(request))


class UserThrottle(Throttle):
    """Users, over all their keys and sessions."""

    scope = "user"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        """Return the counter's name; None for strangers."""
        return self._key(request.user.pk) if request.user.is_authenticated else None


class UploadThrottle(UserThrottle):
    """Uploads by users, beside their other requests; applies to PUT and POST."""

    scope = "upload"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        """Return the counter's name; None for reading."""
        return super().get_cache_key(request, view) if request.method in ("PUT", "POST") else None


class CalculateThrottle(UserThrottle):
    """Payouts that are computed and not kept: replays and tables for others' books."""

    scope = "calculate"
