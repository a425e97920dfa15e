"""Signs of life: when each worker, and the sweep that beat sends, was last seen. Valkey keeps them.

Nothing waits for them and nothing depends on them: the health page reads them. A worker's sign means that it
runs and reaches the broker; a sweep's, that beat sent it and a worker did it.
"""

import contextlib
from datetime import UTC, datetime, timedelta
from functools import cache

import redis
from django.conf import settings

KEY = "crowdblend:pulse"
SWEEP = "sweep"
FORGOTTEN_AFTER = timedelta(days=1)
PATIENCE = 0.5  # seconds; an address that does not answer is away


@cache
def client(address: str) -> "redis.Redis":
    """Return a connection pool that gives up soon and does not try again."""
    return redis.Redis.from_url(
        address,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        retry=None,
        decode_responses=True,
    )


def beat(name: str) -> None:
    """Leave a sign of life; where Valkey is away there is none."""
    if settings.REDIS_URL:
        with contextlib.suppress(redis.RedisError):
            client(settings.REDIS_URL).hset(KEY, name, datetime.now(UTC).isoformat())


def read() -> dict[str, datetime]:
    """Return the signs of the last day by name. Raises redis.RedisError when Valkey is away."""
    found = client(settings.REDIS_URL).hgetall(KEY)
    signs = {str(name): datetime.fromisoformat(str(at)) for name, at in found.items()}
    old = [name for name, at in signs.items() if datetime.now(UTC) - at > FORGOTTEN_AFTER]
    if old:
        client(settings.REDIS_URL).hdel(KEY, *old)
    return {name: at for name, at in signs.items() if name not in old}
