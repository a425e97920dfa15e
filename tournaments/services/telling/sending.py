"""Sending what is in the outbox: one after the other, for a while, and never by two at once."""

import logging
import time

from tournaments.models import Delivery, Webhook
from tournaments.services.telling import channels, outbox, webhooks
from tournaments.services.telling.mail import NotSent, Post

log = logging.getLogger(__name__)

TURN_SECONDS = 10
"""Then other work has its turn; what is left is rung again."""


def deliver(seconds: float = TURN_SECONDS) -> int:
    """Send what is due, first tries first; returns how many were tried.

    Where someone else is sending, or nothing is due, there is nothing to do.
    """
    tried, mails, until = 0, True, time.monotonic() + seconds
    with outbox.alone() as mine, Post() as post:
        while mine and (pk := outbox.next_due(mails)):
            if time.monotonic() >= until:
                outbox.ring()
                break
            one = outbox.claim(pk)
            if one is not None:
                mails = send(one, post) and mails
                tried += 1
    return tried


def send(one: Delivery, post: Post) -> bool:
    """Send one claimed delivery and note what came of it; False when the mail server is away."""
    try:
        if not channels.still_wanted(one):
            outbox.drop(one)
        elif one.webhook is None:
            post.send(one)
            outbox.sent(one)
        else:
            outbox.sent(one, webhooks.send(one))
    except NotSent as error:
        outbox.failed(one, str(error))
        return not error.away
    except webhooks.NotTaken as error:
        _not_taken(one, error)
    except Exception as error:
        log.exception("notice_failed", extra={"delivery": one.pk})
        outbox.failed(one, f"{type(error).__name__}: {error}")
    return True


def _not_taken(one: Delivery, error: webhooks.NotTaken) -> None:
    gone = error.status == webhooks.GONE
    outbox.failed(one, str(error), error.status, for_good=gone)
    if gone:
        Webhook.objects.filter(deliveries=one).update(active=False)
        outbox.withdraw(one.user, webhook=one.webhook_id)
