"""Notices to programs: JSON by POST, signed as Standard Webhooks say (docs/webhooks.md)."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any

from tournaments.models import Delivery
from tournaments.services.telling import addresses

PREFIX = "whsec_"
GONE = 410
FIRST_KEYS = ("at", "tournament", "tournament_name", "round", "url")


class NotTaken(Exception):
    """The receiver did not take it: what it answered, or why it did not."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def new_secret() -> str:
    """Return a new secret: 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def message_id(one: Delivery) -> str:
    """Return the id by which a receiver knows a notice that comes again."""
    return f"msg_{one.pk}"


def payload(one: Delivery) -> bytes:
    """Return what is sent: the same bytes at each attempt."""
    head: dict[str, Any] = {"id": message_id(one), "kind": one.kind}
    head |= {key: one.body[key] for key in FIRST_KEYS if key in one.body}
    rest = {key: one.body[key] for key in sorted(one.body) if key not in head}
    return json.dumps({**head, **rest}, separators=(",", ":"), ensure_ascii=False).encode()


def headers(secret: str, name: str, body: bytes, at: int) -> dict[str, str]:
    """Return the headers of a signed message."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Crowdblend-Webhooks/1",
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def send(one: Delivery) -> int:
    """Post a delivery to its webhook; returns the status, which is one of the 200s. Raises NotTaken."""
    assert one.webhook is not None, "A webhook's delivery has a webhook."
    body = payload(one)
    signed = headers(one.webhook.secret, message_id(one), body, int(time.time()))
    try:
        status = addresses.post(one.webhook.url, body, signed)
    except addresses.Unreachable as error:
        raise NotTaken(str(error)) from error
    if status == GONE:
        raise NotTaken("The receiver answered 410 Gone, so this webhook was switched off.", status)
    if not 200 <= status < 300:
        hint = " Redirects are not followed." if 300 <= status < 400 else ""
        raise NotTaken(f"The receiver answered {status}.{hint}", status)
    return status
