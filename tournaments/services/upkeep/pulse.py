"""Signs of life: when each worker, each queue's listener and beat's sweep were last seen. Valkey keeps them.

Nothing waits for them and nothing depends on them: the health page reads them. A worker's sign means that it
runs and reaches the broker; a sweep's, that beat sent it and a worker did it.
"""

import contextlib
from datetime import UTC, datetime, timedelta
from functools import cache

import redis
from django.conf import settings

from tournaments.services import queues

KEY = "crowdblend:pulse"
SWEEP = "sweep"
HEARD = "queue:"
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


def heard(queue: str) -> str:
    """Return the name of the sign that somebody listens to a queue."""
    return f"{HEARD}{queue}"


def beat(*names: str) -> None:
    """Leave signs of life; where Valkey is away there are none."""
    if settings.REDIS_URL:
        now = datetime.now(UTC).isoformat()
        with contextlib.suppress(redis.RedisError):
            client(settings.REDIS_URL).hset(KEY, mapping=dict.fromkeys(names, now))


def waiting() -> dict[str, int]:
    """Return how many messages wait in each queue. Raises redis.RedisError when Valkey is away."""
    pipeline = client(settings.REDIS_URL).pipeline(transaction=False)
    for name in queues.NAMES:
        pipeline.llen(name)
    return dict(zip(queues.NAMES, pipeline.execute(), strict=True))


def long_queues() -> set[str]:
    """Return the queues that hold as many messages as a sweep would add: their workers are busy, or away."""
    if not settings.REDIS_URL:
        return set()
    try:
        return {name for name, messages in waiting().items() if messages >= settings.SWEEP_LIMIT}
    except redis.RedisError:
        return set()


def read() -> dict[str, datetime]:
    """Return the signs of the last day by name. Raises redis.RedisError when Valkey is away."""
    found = client(settings.REDIS_URL).hgetall(KEY)
    signs = {str(name): datetime.fromisoformat(str(at)) for name, at in found.items()}
    old = [name for name, at in signs.items() if datetime.now(UTC) - at > FORGOTTEN_AFTER]
    if old:
        client(settings.REDIS_URL).hdel(KEY, *old)
    return {name: at for name, at in signs.items() if name not in old}
