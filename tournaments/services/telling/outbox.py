"""The outbox: a row for each notice to each address, written with what it tells and sent afterwards.

    put() ─▶ due ─▶ claim() ─▶ running ─▶ sent()
              ▲                  │ no answer, a bad one, or the lease ran out
              └──────────────────┘ at most ATTEMPTS times within a day, then failed and shown

What was rolled back is never told; what was committed is told at least once. A worker that is killed
between the answer and the note of it sends again, with the same id, so that receivers can tell.
"""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.dispatch import Signal

from tournaments.models import Delivery, User, Webhook
from tournaments.services.clock import db_now
from tournaments.services.telling import mail

log = logging.getLogger(__name__)

notices_due = Signal()
"""Sent after commit, when the outbox has something to send. The tasks listen."""

State = Delivery.State
ATTEMPTS = 8
PAUSE = timedelta(minutes=10)
"""After the first failure; it doubles, so that the eighth try comes 21 hours after the first."""
ERROR_LENGTH = 300
SENDING = 20_171  # the advisory lock of whoever is sending
KEPT = timedelta(days=30)
"""How long what has arrived is kept; what failed stays until its owner or an operator has seen to it."""
GIVEN_UP = "The worker was killed at the last attempt."


@dataclass(frozen=True)
class Letter:
    """What one user is told; `mail` False where only webhooks that asked for it are told."""

    user: User
    body: dict[str, Any]
    mail: bool = True


def listeners(users: QuerySet[User], kind: str) -> QuerySet[User]:
    """Leave out whom no way reaches: without a mail server, those without a webhook that asked for it."""
    if mail.configured():
        return users
    return users.filter(webhooks__active=True, webhooks__kinds__contains=[kind]).distinct()


def put(kind: str, event: str, letters: Iterable[Letter]) -> int:
    """Write a notice to each of these users by every way they chose, in the current transaction.

    `event` names what happened: written again, nobody is told twice. Returns how many users it reaches.
    """
    found = [one for one in letters if one.user.is_active]
    if not found:
        return 0
    hooks = _hooks(kind, [one.user for one in found])
    ways = [
        (one, way)
        for one in found
        for way in [*([None] if one.mail and mail.wanted(one.user, kind) else []), *hooks[one.user.pk]]
    ]
    if ways:
        now = db_now()
        Delivery.objects.bulk_create(
            (
                Delivery(user=one.user, webhook=way, kind=kind, event=event, body=one.body, due_at=now)
                for one, way in ways
            ),
            ignore_conflicts=True,
            batch_size=1_000,
        )
        ring()
    return len({one.user.pk for one, _ in ways})


def _hooks(kind: str, users: list[User]) -> dict[int, list[Webhook]]:
    hooks: dict[int, list[Webhook]] = defaultdict(list)
    for hook in Webhook.objects.filter(user__in=users, active=True, kinds__contains=[kind]):
        hooks[hook.user_id].append(hook)
    return hooks


def ring() -> None:
    """Tell the listeners, once the current transaction is committed, that something is to be sent."""
    transaction.on_commit(_send, robust=True)


def _send() -> None:
    for receiver, answer in notices_due.send_robust(sender=Delivery):
        if isinstance(answer, Exception):
            log.warning("notices_not_rung", extra={"receiver": str(receiver), "why": str(answer)})


def _available(now: datetime) -> Q:
    return Q(state=State.DUE, due_at__lte=now) | Q(state=State.RUNNING, lease_until__lt=now)


def next_due(mails: bool = True) -> int | None:
    """Return which delivery is to be sent next: first tries go before the retries of others."""
    found = Delivery.objects.filter(_available(db_now()), attempts__lt=ATTEMPTS)
    if not mails:
        found = found.filter(webhook__isnull=False)
    return found.order_by("attempts", "due_at", "pk").values_list("pk", flat=True).first()


def claim(pk: int) -> Delivery | None:
    """Take a lease on a due delivery; None when it is not due, was sent, or is someone else's."""
    now, lease = db_now(), uuid.uuid4()
    claimed = Delivery.objects.filter(_available(now), pk=pk, attempts__lt=ATTEMPTS).update(
        state=State.RUNNING,
        lease=lease,
        lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
        attempts=F("attempts") + 1,
    )
    if not claimed:
        return None
    return Delivery.objects.select_related("user", "webhook").filter(pk=pk, lease=lease).first()


def _mine(one: Delivery) -> Any:
    return Delivery.objects.filter(pk=one.pk, lease=one.lease, state=State.RUNNING)


def sent(one: Delivery, status: int | None = None) -> None:
    """Note that a claimed delivery has arrived."""
    _mine(one).update(
        state=State.SENT, sent_at=db_now(), lease=None, lease_until=None, status=status, error=""
    )


def failed(one: Delivery, error: str, status: int | None = None, for_good: bool = False) -> None:
    """Note why a claimed delivery did not arrive; it is tried again after a pause that doubles."""
    last = for_good or one.attempts >= ATTEMPTS
    _mine(one).update(
        state=State.FAILED if last else State.DUE,
        due_at=db_now() + PAUSE * 2 ** (one.attempts - 1),
        lease=None,
        lease_until=None,
        status=status,
        error=error[:ERROR_LENGTH],
    )


def drop(one: Delivery) -> None:
    """Forget a claimed delivery that its reader does not want any more."""
    _mine(one).delete()


def withdraw(user: User, **which: Any) -> None:
    """Take back what was not sent yet to an address that has been switched off since."""
    Delivery.objects.filter(user=user, state=State.DUE, **which).delete()


def retry(one: Delivery) -> bool:
    """Make a failed delivery due again, with all its attempts; says whether it was failed."""
    again = Delivery.objects.filter(pk=one.pk, state=State.FAILED)
    if again.update(state=State.DUE, attempts=0, due_at=db_now(), error="", status=None):
        ring()
        return True
    return False


def sweep() -> bool:
    """Give up what killed every worker that sent it, and ring if anything is due; says whether it is."""
    now = db_now()
    Delivery.objects.filter(state=State.RUNNING, lease_until__lt=now, attempts__gte=ATTEMPTS).update(
        state=State.FAILED, lease=None, lease_until=None, error=GIVEN_UP
    )
    anything = next_due() is not None
    if anything:
        ring()
    return anything


def forget() -> int:
    """Delete what arrived more than 30 days ago; returns how many it were."""
    gone, _ = Delivery.objects.filter(state=State.SENT, sent_at__lt=db_now() - KEPT).delete()
    return gone


@contextmanager
def alone() -> Iterator[bool]:
    """Keep others from sending meanwhile; gives False where someone else is sending.

    One sender at a time: receivers that hang take one worker's time and never that of all of them. The
    leases, not this lock, keep a notice from being sent twice.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SENDING])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [SENDING])
