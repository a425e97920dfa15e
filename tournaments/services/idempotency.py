"""The same key and request give the same answer; the same key with another request is refused."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction

from tournaments.models import IdempotencyKey, User
from tournaments.services.errors import Conflict, Invalid

Answer = dict[str, Any]


def fingerprint(*parts: object) -> str:
    """Return one hash of everything that makes a request what it is."""
    return hashlib.sha256("\x00".join(str(part) for part in parts).encode()).hexdigest()


def once(user: User, key: str, print_: str, effect: Callable[[], Answer]) -> Answer:
    """Run `effect` in a transaction that also writes its answer under `key`, or give the earlier answer.

    Without a key the effect simply runs in a transaction. Of two at the same time one wins; the
    other's effect is rolled back and it gets the winner's answer. Raises Conflict
    `idempotency_key_reused` when the key was used for another request.
    """
    if not key:
        with transaction.atomic():
            return effect()
    if len(key) > 200:
        raise Invalid("idempotency_key_too_long", "An Idempotency-Key has at most 200 characters.")
    earlier = answered(user, key, print_)
    if earlier is not None:
        return earlier
    try:
        with transaction.atomic():
            answer = effect()
            IdempotencyKey.objects.create(user=user, key=key, fingerprint=print_, answer=answer)
            return answer
    except (IntegrityError, Conflict):  # the same request may have won while this one waited for a lock
        earlier = answered(user, key, print_)
        if earlier is None:
            raise
        return earlier


def answered(user: User, key: str, print_: str) -> Answer | None:
    """Return the answer that was given to this key, if any; refuses with `idempotency_key_reused`."""
    if not key:
        return None
    found = IdempotencyKey.objects.filter(user=user, key=key).first()
    if found is None:
        return None
    if found.fingerprint != print_:
        raise Conflict(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request. Use a new key for a new request.",
        )
    answer: Answer = found.answer
    return answer
