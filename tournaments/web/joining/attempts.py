"""How often an address may try codes and make accounts; when the cache that counts is away, nobody waits."""

import logging

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from tournaments.services.errors import TooMany

log = logging.getLogger(__name__)

# (times, seconds). A whole lecture hall may come from one address, so both are wide; a code has 22^8 forms.
WRONG_CODES, SIGN_UPS = "wrong_codes", "sign_ups"
LIMITS = {WRONG_CODES: (60, 600), SIGN_UPS: (400, 3_600)}


def refuse_many(request: HttpRequest, what: str) -> None:
    """Refuse with `too_many_tries` when this address has used up its tries."""
    most, seconds = LIMITS[what]
    try:
        tried = cache.get(_key(request, what), 0)
    except (RedisError, OSError) as error:
        log.warning("attempts_away", extra={"why": str(error)})
        return
    if tried >= most:
        raise TooMany(
            "too_many_tries", f"Too many tries came from your address. Wait {seconds // 60} minutes."
        )


def count(request: HttpRequest, what: str) -> None:
    """Count a try of this address."""
    key, (_, seconds) = _key(request, what), LIMITS[what]
    try:
        cache.add(key, 0, seconds)
        cache.incr(key)
    except (RedisError, OSError, ValueError) as error:  # ValueError: it ran out in between
        log.warning("attempts_away", extra={"why": str(error)})


def _key(request: HttpRequest, what: str) -> str:
    return f"{what}_{get_adapter(request).get_client_ip(request)}"
