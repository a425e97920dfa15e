"""The cache, for counters of attempts: when Redis is away nobody is held back, and nobody waits for it."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
PAUSE = 5.0
"""Seconds for which a cache that did not answer is not asked again."""


class OpenRedisCache(RedisCache):
    """A cache that is empty while Redis is away, and takes everything."""

    # Of all threads of the process; to be one question late does no harm.
    _away_until: dict[str, float] = {}

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return what is there, or the default."""
        return self._ask(lambda: super(OpenRedisCache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        """Keep a value, if it can be kept."""
        self._ask(lambda: super(OpenRedisCache, self).set(key, value, *args, **kwargs), None)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        """Keep a value where there is none; true also when it cannot be kept."""
        return bool(self._ask(lambda: super(OpenRedisCache, self).add(key, value, *args, **kwargs), True))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Remove a value."""
        return bool(self._ask(lambda: super(OpenRedisCache, self).delete(key, version), False))

    def _ask(self, question: Callable[[], Any], otherwise: Any) -> Any:
        server = str(self._servers[0])  # type: ignore[attr-defined]
        if time.monotonic() < self._away_until.get(server, 0):
            return otherwise
        try:
            return question()
        except (RedisError, OSError) as error:
            self._away_until[server] = time.monotonic() + PAUSE
            log.warning("cache_away", extra={"why": str(error)})
            return otherwise
